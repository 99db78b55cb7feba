/** `heapwatch snapshot`: a `.heapsnapshot` file that Chrome DevTools opens, streamed to disk. */
import type { CommandModule } from 'yargs';
import { humanSize } from '../../protocol/human.ts';
import type { Cost } from '../../protocol/partition.ts';
import { type Consent, consentOptions } from '../measure/consent.ts';
import { snapshotProgress } from '../measure/snapshot-progress.ts';
import { costText } from '../measure/words.ts';
import type { Io } from '../terminal/io.ts';
import { type RedactionArguments, redactionOf, redactionOptions } from '../terminal/redaction-options.ts';
import { carried, carrierOf, STDOUT } from '../terminal/stdout-file.ts';

interface SnapshotArguments extends Consent, RedactionArguments {
  target: string;
  probe: 'snapshot' | 'walk';
  stop: boolean | undefined;
  exe: string | undefined;
  output: string;
  isolate: string;
  force: boolean;
  redact: boolean;
  json: boolean;
}

export function snapshotCommand(io: Io): CommandModule<object, SnapshotArguments> {
  return {
    builder: (yargs) =>
      consentOptions(
        redactionOptions(yargs)
          .positional('target', {
            type: 'string',
            demandOption: true,
            describe: '9229, host:9229, ws://…, 4711 or pid:4711',
          })
          .option('output', {
            alias: 'o',
            type: 'string',
            demandOption: true,
            describe:
              'the file to write, mode 0600, packed where it ends in .gz; -, s3://bucket/name or https://… (PUT)',
          })
          .option('probe', {
            choices: ['snapshot', 'walk'] as const,
            default: 'snapshot' as const,
            describe:
              "who writes it: V8 itself, or a walk from outside, also of a core file: without object ids of V8's",
          })
          .option('stop', { type: 'boolean', describe: 'of a walk: stop the process for the copy (--no-stop: not)' })
          .option('exe', { type: 'string', describe: 'of a core file: the executable that wrote it' })
          .option('isolate', { type: 'string', default: 'main', describe: 'main, or worker:N' })
          .option('force', { alias: 'f', type: 'boolean', default: false, describe: 'overwrite an existing file' })
          .option('redact', {
            type: 'boolean',
            default: false,
            describe:
              'replace the contents of strings before anything is written: as heapwatch redact does with a file',
          })
          .option('json', { type: 'boolean', default: false, describe: 'path, bytes and cost as one line of JSON' }),
      )
        .example('$0 snapshot 9229 -o api.heapsnapshot', 'it holds all strings of the heap: treat it as a secret')
        .example(
          '$0 snapshot 9229 --redact -o api.heapsnapshot',
          'names of classes, functions, properties; no contents',
        ),
    handler: async (args) => {
      if (args.probe === 'walk') return await walkedSnapshot(args, io);
      const { attachTo } = await import('../measure/attached.ts');
      const { snapshot } = await import('../../agent/probe/snapshot.ts');
      const { snapshotPaths } = await import('../../agent/capture/output.ts');
      const { agreeToPrice } = await import('../measure/price-gate.ts');
      // nobody is to be asked for the price of what could not be written, and no inspector opened
      const carry = await carrierOf(args.output, process.env);
      if (!carry) snapshotPaths(args.output, args.force);
      await using agent = await attachTo(args.target, io);
      await agreeToPrice({ agent, target: args.target, isolate: args.isolate, consent: args }, io);
      const take = (output: string) =>
        snapshot(agent, {
          target: args.target,
          isolate: args.isolate,
          // the cheapest that still reads the snapshot to its end
          by: ['name'],
          output,
          force: args.force,
          ...(args.redact && { redaction: redactionOf(args) }),
          signal: io.signal,
          onProgress: snapshotProgress(io),
        });
      const { output, partitions } = carry
        ? await carried(fileNameOf(args.output), take, carry, io.signal)
        : await take(args.output);
      const cost = partitions[0]?.cost ?? {};
      io.say(costText(cost));
      if (args.output === STDOUT) return;
      const { bytes = 0 } = output ?? {};
      // a query may be what makes the address a permission
      const [path] = args.output.split('?', 1);
      io.print(args.json ? JSON.stringify({ path, bytes, cost }) : `${path} ${humanSize(bytes)}`);
    },
  };
}

/** Packed where what it is carried to is called so. */
function fileNameOf(output: string): string {
  return /\.gz(?:\?|$)/i.test(output) ? 'carried.heapsnapshot.gz' : 'carried.heapsnapshot';
}

async function walkedSnapshot(args: SnapshotArguments, io: Io): Promise<void> {
  const carry = await carrierOf(args.output, process.env);
  const { bytes, cost } = carry
    ? await carried(fileNameOf(args.output), (path) => walkTo(path, args, io), carry, io.signal)
    : await walkTo(args.output, args, io);
  if (args.output === STDOUT) return;
  const [path] = args.output.split('?', 1);
  io.print(args.json ? JSON.stringify({ path, bytes, cost }) : `${path} ${humanSize(bytes)}`);
}

/** @param path of this machine, for what `args.output` names */
async function walkTo(path: string, args: SnapshotArguments, io: Io): Promise<{ bytes: number; cost: Cost }> {
  const { target, isolate, stop, exe } = args;
  const { snapshotPaths, withoutPartial } = await import('../../agent/capture/output.ts');
  const { openWalk } = await import('../measure/open-walker.ts');
  const { stoppedOrNot } = await import('../measure/read-walk.ts');
  const output = snapshotPaths(path, args.force, args.redact ? redactionOf(args) : undefined);
  await using opened = await openWalk(target, { consent: args, stop, exe }, io);
  const { walker, options } = opened;
  const read = (stops: boolean) => walker.graph(isolate, { output }, { ...options, stop: stops });
  const { writtenBytes: bytes = 0, cost = {} } = await withoutPartial(output, () => stoppedOrNot(read, stop, io));
  io.say(costText(cost));
  return { bytes, cost };
}
