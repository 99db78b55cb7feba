/** `heapwatch heap`: heapy's table of one target, once. */
import type { CommandModule } from 'yargs';
import { parseTarget, TargetSyntaxError } from '../../agent/target.ts';
import type { Partition } from '../../protocol/partition.ts';
import { ALL } from '../../protocol/sum.ts';
import { type Consent, consentOptions } from './consent.ts';
import { UsageError } from './exit.ts';
import type { Io } from './io.ts';
import { type OutputArguments, outputOptions, printPartition } from './partition-output.ts';
import { anyClassifier, BY_HELP, LIVE_PROBES, type LiveProbe } from './probe-choice.ts';
import { type Reading, readPartition } from './read-partition.ts';

interface HeapArguments extends OutputArguments, Consent {
  target: string;
  probe: LiveProbe | undefined;
  by: string | undefined;
  isolate: string;
  label: string | undefined;
  since: string | undefined;
}

export function heapCommand(io: Io): CommandModule<object, HeapArguments> {
  return {
    command: 'heap <target>',
    describe: "print heapy's table of a process or of a snapshot file",
    builder: (yargs) =>
      consentOptions(
        outputOptions(
          yargs
            .positional('target', {
              type: 'string',
              demandOption: true,
              describe: '9229, host:9229, ws://…, pid:1234, a file',
            })
            .option('probe', {
              choices: LIVE_PROBES,
              describe: 'types: by V8 type, for one garbage collection; census: by class, for a quarter of a snapshot',
              defaultDescription: 'snapshot',
            })
            .option('by', {
              type: 'string',
              coerce: (by: string | undefined) => (by === undefined ? by : anyClassifier(by)),
              describe: `${BY_HELP}; of types: instanceType, kind`,
              defaultDescription: 'kind',
            })
            .option('isolate', { type: 'string', default: 'main', describe: 'main, worker:N, or all: their sum' })
            .option('label', { type: 'string', describe: 'a line above the table' })
            .option('since', {
              type: 'string',
              describe:
                'only what is born within the next 30s; of a file, since an earlier snapshot file of the same process; of a ' +
                "collector's target, since a checkpoint by its name",
            }),
        ),
      )
        .example('$0 heap 9229', 'a full snapshot of the process behind port 9229; its price is said first')
        .example('$0 heap 9229 --probe types', 'by V8 type: exact, and hardly any memory')
        .example('$0 heap 9229 --probe census', 'by class: counts are exact, sizes estimates')
        .example('$0 heap pid:4711 --yes', 'opens the inspector by SIGUSR1 and closes it again')
        .example('$0 heap 9229 --since 30s', 'two snapshots: what was born between them, what was freed, what survived')
        .example('$0 heap b.heapsnapshot --since a.heapsnapshot --by name', 'the same between two files of one process')
        .example('$0 heap before.heapsnapshot.gz --by module --rows 20', 'a file')
        .example("$0 heap 9229 --by 'kind&size'", 'by kind, and within each by size')
        .example('$0 heap 9229 --isolate worker:1 --json', 'a worker thread, as JSON')
        .example('$0 heap 9229 --probe types --isolate all', 'the main thread and its workers as one'),
    handler: async (args) => {
      const { target, probe, by, isolate, label, since } = args;
      const reading = { ...(probe && { probe }), by, isolate, consent: args };
      const read =
        since === undefined ? await readPartition(target, reading, io) : await readSince(since, target, reading, io);
      printPartition(label === undefined ? read : { ...read, label }, args, io);
    },
  };
}

async function readSince(since: string, target: string, reading: Reading, io: Io): Promise<Partition> {
  if (reading.isolate === ALL) {
    throw new UsageError('Cannot use --since with --isolate all: object ids mean nothing in another isolate');
  }
  if (reading.probe !== undefined && reading.probe !== 'snapshot') {
    throw new UsageError(`Cannot use --since with --probe ${reading.probe}: only snapshots can be compared`);
  }
  const parsed = parseTarget(target);
  if (parsed.kind === 'collector') {
    const { relativePartition } = await import('./stored.ts');
    return await relativePartition(parsed, since, reading, io.signal);
  }
  if (parsed.kind === 'file') {
    const { fromFile } = await import('./read-partition.ts');
    return await fromFile(parsed.path, reading, io, beforeOf(since, target));
  }
  const { bornWithin } = await import('./since.ts');
  return await bornWithin(since, target, reading, io);
}

/** @throws UsageError for what is no file: a duration, a checkpoint's name */
function beforeOf(since: string, target: string): string {
  if (isFile(since)) return since;
  throw new UsageError(
    `Cannot compare ${target} with "${since}": name an earlier snapshot file of the same process (--since before.heapsnapshot)`,
  );
}

function isFile(text: string): boolean {
  try {
    return parseTarget(text).kind === 'file';
  } catch (error) {
    if (error instanceof TargetSyntaxError) return false;
    throw error;
  }
}
