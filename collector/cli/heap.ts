/** `heapwatch heap`: heapy's table of one target, once. */
import type { CommandModule } from 'yargs';
import { parseTarget, TargetSyntaxError } from '../../agent/base/target.ts';
import { CUT_HELP } from '../../agent/cut/cut-help.ts';
import type { Filter } from '../../agent/rows/filter.ts';
import type { Partition } from '../../protocol/partition.ts';
import { ALL } from '../../protocol/sum.ts';
import { type Consent, consentOptions } from '../measure/consent.ts';
import { anyClassifier, BY_HELP, LIVE_PROBES, type LiveProbe } from '../measure/probe-choice.ts';
import type { PartitionQuestion } from '../measure/question.ts';
import { readPartition } from '../measure/read-partition.ts';
import { UsageError } from '../terminal/exit.ts';
import { indexOptions } from '../terminal/index-options.ts';
import type { Io } from '../terminal/io.ts';
import { type OutputArguments, outputOptions, printPartition } from '../terminal/partition-output.ts';
import { sourceMapOptions } from '../terminal/source-maps.ts';

interface HeapArguments extends OutputArguments, Consent {
  target: string;
  probe: LiveProbe | undefined;
  by: string | undefined;
  isolate: string;
  stop: boolean | undefined;
  collect: boolean;
  exe: string | undefined;
  label: string | undefined;
  since: string | undefined;
  keptBy?: string | undefined;
  without: string[] | undefined;
}

export function heapCommand(io: Io): CommandModule<object, HeapArguments> {
  return {
    builder: (yargs) =>
      consentOptions(
        outputOptions(
          sourceMapOptions(indexOptions(yargs))
            .positional('target', {
              type: 'string',
              demandOption: true,
              describe: '9229, host:9229, ws://…, 4711 or pid:4711, a file, a core file',
            })
            .option('probe', {
              choices: LIVE_PROBES,
              describe:
                'walk: by class, from outside, of a process of this machine; types: by V8 type, for one garbage ' +
                'collection; census: by class, for a tenth to a quarter of a snapshot',
              defaultDescription: 'walk where it can run and has the answer, else snapshot',
            })
            .option('by', {
              type: 'string',
              coerce: (by: string | undefined) => (by === undefined ? by : anyClassifier(by)),
              describe: `${BY_HELP}; of types: instanceType, kind`,
              defaultDescription: 'kind',
            })
            .option('isolate', { type: 'string', default: 'main', describe: 'main, worker:N, or all: their sum' })
            .option('stop', {
              type: 'boolean',
              describe:
                'of a walk: stop the process for the copy (--no-stop: read it as it runs, figures are estimates)',
              defaultDescription: 'true, unless its shell would notice',
            })
            .option('collect', {
              type: 'boolean',
              default: false,
              describe: 'of a walk: have it collect garbage before, through its inspector',
            })
            .option('exe', {
              type: 'string',
              describe: "of a core file: the executable, if it is not at the core file's path",
            })
            .option('label', { type: 'string', describe: 'a line above the table' })
            .option('since', {
              type: 'string',
              describe:
                'only objects born within the next 30s; of a file, since an earlier snapshot file of the same process; of a ' +
                "collector's target, since a checkpoint by its name",
            })
            .option('kept-by', {
              type: 'string',
              describe: `only what nothing else keeps alive: ${CUT_HELP}`,
            })
            .option('without', {
              alias: 'ignore',
              type: 'string',
              array: true,
              nargs: 1,
              describe: 'only what is alive without that holder, named as for --kept-by',
            }),
        ),
      )
        .example(
          '$0 heap pid:4711',
          'of this machine: by class, from outside, no inspector; stopped for some milliseconds',
        )
        .example('$0 heap core.4711 --exe /usr/bin/node', 'the same of a core file')
        .example(
          '$0 heap 9229 --probe snapshot',
          'a snapshot of the process behind port 9229; its price is shown first',
        )
        .example('$0 heap 9229 --probe types', 'by V8 type: exact, and hardly any memory')
        .example('$0 heap 9229 --probe census', 'by class: counts are exact, sizes estimates')
        .example('$0 heap pid:4711 --probe snapshot --yes', 'opens the inspector by SIGUSR1 and closes it again')
        .example('$0 heap 9229 --since 30s', 'two snapshots: what was born between them, what was freed, what survived')
        .example('$0 heap b.heapsnapshot --since a.heapsnapshot --by name', 'the same between two files of one process')
        .example('$0 heap 4711 --source-maps .', 'a bundled program in the names of its files')
        .example('$0 heap before.heapsnapshot.gz --by module --rows 20', 'a file')
        .example('$0 heap app.heapsnapshot --kept-by listeners', 'what only listeners of events keep alive')
        .example("$0 heap 9229 --by 'kind&size'", 'by kind, and within each by size')
        .example('$0 heap 9229 --isolate worker:1 --json', 'a worker thread, as JSON')
        .example('$0 heap 9229 --probe types --isolate all', 'the main thread and its workers as one'),
    handler: async (args) => {
      const { target, probe, by, isolate, label, since, stop, collect, exe, keptBy, without } = args;
      const reading = {
        ...(probe && { probe }),
        by,
        isolate,
        consent: args,
        stop,
        collect,
        exe,
        ...filterOf(keptBy, without),
      };
      const read =
        since === undefined ? await readPartition(target, reading, io) : await readSince(since, target, reading, io);
      printPartition(label === undefined ? read : { ...read, label }, args, io);
    },
  };
}

function filterOf(keptBy: string | undefined, without: readonly string[] | undefined): Filter {
  return { ...(keptBy !== undefined && { keptBy }), ...(without !== undefined && { without }) };
}

async function readSince(since: string, target: string, reading: PartitionQuestion, io: Io): Promise<Partition> {
  if (reading.keptBy !== undefined || reading.without !== undefined) {
    throw new UsageError('Cannot use --since with --kept-by or --without: take one of them');
  }
  if (reading.isolate === ALL) {
    throw new UsageError('Cannot use --since with --isolate all: object ids mean nothing in another isolate');
  }
  if (reading.probe !== undefined && reading.probe !== 'snapshot') {
    throw new UsageError(`Cannot use --since with --probe ${reading.probe}: only snapshots can be compared`);
  }
  const parsed = parseTarget(target);
  if (parsed.kind === 'collector') {
    const { relativePartition } = await import('../measure/stored.ts');
    return await relativePartition(parsed, since, reading, io.signal);
  }
  if (parsed.kind === 'file') {
    const { fromFile } = await import('../measure/read-partition.ts');
    return await fromFile(parsed.path, reading, io, beforeOf(since, target));
  }
  const { bornWithin } = await import('../measure/since.ts');
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
