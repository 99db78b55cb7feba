/** `heapwatch record`: usage and kinds over time, in a file that heapwatch plot draws. */

import type { Argv, CommandModule } from 'yargs';
import { reasonOf } from '../../protocol/reason.ts';
import { lastOf } from '../base/last-of.ts';
import { parseDuration } from '../base/units.ts';
import type { RecordArguments } from '../record/arguments.ts';
import type { ProbeChoice } from '../tail/tail-event.ts';
import { PROBE_CHOICES } from '../tail/tail-event.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';
import { sourceMapOptions } from '../terminal/source-maps.ts';
import { everyMs, shareRatio } from './tail.ts';

export function recordCommand(io: Io): CommandModule<object, RecordArguments> {
  return {
    builder: (yargs) =>
      sourceMapOptions(yargs)
        .parserConfiguration({ 'strip-dashed': true, 'duplicate-arguments-array': true })
        .positional('targets', {
          type: 'string',
          array: true,
          demandOption: true,
          describe: "9229, host:9229, ws://…, 4711 or pid:4711, a collector's ws://…/v1/stream#api",
        })
        .option('output', {
          alias: 'o',
          type: 'string',
          demandOption: true,
          coerce: lastOf<string>,
          describe: 'the file: run.jsonl',
        })
        .option('force', { type: 'boolean', default: false, describe: 'overwrite an existing file' })
        .option('for', {
          type: 'string',
          coerce: (text: string | undefined) => durationMs(lastOf(text)),
          describe: 'how long (until Ctrl-C, or until the target ends)',
        })
        .option('probe', {
          choices: PROBE_CHOICES,
          coerce: lastOf<ProbeChoice>,
          default: 'auto' as ProbeChoice,
          describe: 'what gives the kinds, as in heapwatch tail',
        })
        .option('every', {
          type: 'string',
          default: '5s',
          coerce: (text: string) => everyMs(lastOf(text)),
          describe: 'interval between two readings of kinds',
        })
        .option('max-share', {
          type: 'string',
          default: '2%',
          coerce: (text: string) => shareRatio(lastOf(text)),
          describe: "maximum share of the target's time",
        })
        .option('program-marks', {
          type: 'string',
          coerce: lastOf<string | undefined>,
          describe: "take the program's own performance.mark() for phases: a glob of their names",
        })
        .option('isolate', {
          type: 'string',
          coerce: lastOf<string>,
          default: 'main',
          describe: 'main, worker:N, or all',
        })
        .option('yes', { alias: 'y', type: 'boolean', default: false, describe: 'agree to prices in advance' })
        .example('$0 record 9229 -o run.jsonl', 'type a label and Enter to begin a phase; Ctrl-C ends it')
        .example("$0 record 9229 -o run.jsonl --program-marks 'phase:*'", 'phases that the program marks itself')
        .example('$0 record ws://127.0.0.1:7331/v1/stream#api -o run.jsonl', 'phases by heapwatch mark')
        .example(
          '$0 plot run.jsonl -o run.svg',
          'draws it',
          // yargs gives --max-share as maxShare, which its types do not tell
        ) as Argv<unknown> as Argv<RecordArguments>,
    handler: async (args) => {
      const { record } = await import('../record/run-record.ts');
      await record(args, io);
    },
  };
}

/** @throws UsageError */
function durationMs(text: string | undefined): number | undefined {
  try {
    return text === undefined ? undefined : parseDuration(text);
  } catch (cause) {
    throw new UsageError(`Cannot use --for: ${reasonOf(cause)}`, { cause });
  }
}
