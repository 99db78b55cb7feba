/** `heapwatch heap`: heapy's table of one target, once. */
import type { CommandModule } from 'yargs';
import type { Agent } from '../../agent/agent.ts';
import { CLASSIFIERS, classifierNamed } from '../../agent/classify/classifiers.ts';
import type { SnapshotContext } from '../../agent/probe/snapshot.ts';
import { parseTarget, type Target } from '../../agent/target.ts';
import type { Partition } from '../../protocol/partition.ts';
import { UsageError } from './exit.ts';
import type { Io } from './io.ts';
import { type OutputArguments, outputOptions, printPartition } from './partition-output.ts';
import { costText, progressText } from './words.ts';

interface HeapArguments extends OutputArguments {
  target: string;
  by: string;
  isolate: string;
  label: string | undefined;
  since: string | undefined;
  yes: boolean;
}

export function heapCommand(io: Io): CommandModule<object, HeapArguments> {
  return {
    command: 'heap <target>',
    describe: "print heapy's table of a process or of a snapshot file",
    builder: (yargs) =>
      outputOptions(
        yargs
          .positional('target', {
            type: 'string',
            demandOption: true,
            describe: '9229, host:9229, ws://…, pid:1234, a file',
          })
          .option('by', {
            type: 'string',
            coerce: (by: string): string => classifierNamed(by).by,
            default: 'kind',
            describe: `what a row is: ${CLASSIFIERS.map(({ by }) => by).join(', ')}; or several with & between them`,
          })
          .option('isolate', { type: 'string', default: 'main', describe: 'main, or worker:N' })
          .option('label', { type: 'string', describe: 'a line above the table' })
          .option('since', {
            type: 'string',
            describe:
              'only what is born within the next 30s; or, of a target of a collector, since a checkpoint by its name',
          })
          .option('yes', { alias: 'y', type: 'boolean', default: false, describe: 'agree to the price beforehand' }),
      )
        .example('$0 heap 9229', 'a full snapshot of the process behind port 9229; its price is said first')
        .example('$0 heap pid:4711 --yes', 'opens the inspector by SIGUSR1 and closes it again')
        .example('$0 heap 9229 --since 30s', 'two snapshots: what was born between them, what was freed, what survived')
        .example('$0 heap before.heapsnapshot.gz --by module --rows 20', 'a file')
        .example("$0 heap 9229 --by 'kind&size'", 'by kind, and within each by size')
        .example('$0 heap 9229 --isolate worker:1 --json', 'a worker thread, as JSON'),
    handler: async (args) => {
      printPartition(await readPartition(parseTarget(args.target), args, io), args, io);
    },
  };
}

async function readPartition(target: Target, args: HeapArguments, io: Io): Promise<Partition> {
  switch (target.kind) {
    case 'file':
      return await fromFile(target.path, args, io);
    case 'collector':
      return await fromCollector(target, args, io);
    default:
      return await fromProcess(args, io);
  }
}

async function fromFile(path: string, { by, label, since }: HeapArguments, io: Io): Promise<Partition> {
  if (since !== undefined) {
    throw new UsageError(
      `Cannot compare ${path} by --since: object ids mean nothing across files; use heapwatch diff A B, which goes by kind`,
    );
  }
  const { partitionFile } = await import('../../agent/file.ts');
  const [partition] = await partitionFile(path, {
    by: [by],
    // nothing else goes on in this process, and a thread would cost more memory than the histogram
    inline: by === 'name',
    signal: io.signal,
    onProgress: (progress) => io.progress(progressText(progress)),
    ...(label !== undefined && { label }),
  });
  io.progress('');
  return partition as Partition;
}

async function fromCollector(
  target: Extract<Target, { kind: 'collector' }>,
  { by }: HeapArguments,
  io: Io,
): Promise<Partition> {
  const { storedPartition } = await import('./stored.ts');
  return await storedPartition(target, by, io.signal);
}

async function fromProcess(args: HeapArguments, io: Io): Promise<Partition> {
  const { target, isolate, by, label, yes, since } = args;
  const { attach } = await import('../../agent/agent.ts');
  const { agreeToPrice } = await import('./price-gate.ts');
  const { bornWithin, sinceDuration } = await import('./since.ts');
  if (since !== undefined) sinceDuration(since);
  await using agent = await attach(target, { signal: io.signal });
  await agreeToPrice({ agent, target, isolate, yes, snapshots: since === undefined ? 1 : 2 }, io);
  const context = { target, isolate, by: [by] };
  const partition = since === undefined ? await whole(agent, context, io) : await bornWithin(since, agent, context, io);
  return label === undefined ? partition : { ...partition, label };
}

async function whole(
  agent: Agent,
  context: Pick<SnapshotContext, 'target' | 'isolate' | 'by'>,
  io: Io,
): Promise<Partition> {
  const { snapshot } = await import('../../agent/probe/snapshot.ts');
  const { partitions } = await snapshot(agent, {
    ...context,
    signal: io.signal,
    onProgress: (progress) => io.progress(progressText(progress)),
  });
  const partition = partitions[0] as Partition;
  io.say(costText(partition.cost ?? {}));
  return partition;
}
