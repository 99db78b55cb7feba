/** `heapwatch tail`: counts by kind as they change, on a screen or as JSON lines. */

import type { Argv, CommandModule } from 'yargs';
import { reasonOf } from '../../protocol/reason.ts';
import { lastOf } from '../base/last-of.ts';
import { parseDuration } from '../base/units.ts';
import type { TailArguments } from '../tail/arguments.ts';
import type { ProbeChoice } from '../tail/tail-event.ts';
import { PROBE_CHOICES } from '../tail/tail-event.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';
import { sourceMapOptions } from '../terminal/source-maps.ts';

export function tailCommand(io: Io): CommandModule<object, TailArguments> {
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
        .option('probe', {
          choices: PROBE_CHOICES,
          coerce: lastOf<ProbeChoice>,
          default: 'auto' as ProbeChoice,
          describe:
            'what gives the rows; auto: walk where its memory may be read, else census while its price is inside the limits, else types',
        })
        .option('kind', {
          type: 'string',
          coerce: lastOf<string | undefined>,
          describe: "only kinds that match a glob: 'Sess*'",
        })
        .option('every', {
          type: 'string',
          default: '5s',
          coerce: (text: string) => everyMs(lastOf(text)),
          describe: 'interval between two readings; stretched to keep --max-share',
        })
        .option('max-share', {
          type: 'string',
          default: '2%',
          coerce: (text: string) => shareRatio(lastOf(text)),
          describe: "maximum share of the target's time",
        })
        .option('isolate', {
          type: 'string',
          coerce: lastOf<string>,
          default: 'main',
          describe: 'main, worker:N, or all',
        })
        .option('stop', {
          type: 'boolean',
          default: true,
          describe: 'of a walk: stop the process for the copy (--no-stop: read it as it runs, figures are estimates)',
        })
        .option('yes', { alias: 'y', type: 'boolean', default: false, describe: 'agree to prices in advance' })
        .option('json', { type: 'boolean', default: false, describe: 'a line of JSON a reading, on a terminal too' })
        .example('$0 tail 9229', 'full screen; ? lists the keys')
        .example("$0 tail 9229 9230 --probe types --kind 'Sess*'", 'two targets and their sum')
        .example('$0 tail ws://127.0.0.1:7331/v1/stream#api', 'what a collector reads of one of its targets')
        .example(
          '$0 tail 9229 --every 1m > tail.jsonl',
          'not on a terminal: a line of JSON a reading',
          // yargs gives --max-share as maxShare, which its types do not tell
        ) as Argv<unknown> as Argv<TailArguments>,
    handler: async (args) => {
      const { tail } = await import('../tail/run-tail.ts');
      await tail(args, io);
    },
  };
}

/** @throws UsageError */
export function everyMs(text: string): number {
  try {
    return Math.max(100, parseDuration(text));
  } catch (cause) {
    throw new UsageError(`Cannot use --every: ${reasonOf(cause)}`, { cause });
  }
}

/** 0.02 of `2%`. @throws UsageError */
export function shareRatio(text: string): number {
  const percent = Number(/^(\d+(?:\.\d+)?)\s*%$/.exec(text)?.[1]);
  if (percent > 0 && percent <= 100) return percent / 100;
  throw new UsageError(`Cannot use --max-share ${text}: expected more than 0% and at most 100%, such as 2%`);
}
