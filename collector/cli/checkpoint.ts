/** `heapwatch checkpoint`: marks a moment in a target of a collector, which later partitions are relative to. */
import type { CommandModule } from 'yargs';
import { classifierNamed } from '../../agent/classify/classifiers.ts';
import type { Io } from '../terminal/io.ts';

interface CheckpointArguments {
  yes: boolean;
  url: string;
  target: string;
  label: string;
  by: string[] | undefined;
  isolate: string;
  release: boolean;
  json: boolean;
}

export function checkpointCommand(io: Io): CommandModule<object, CheckpointArguments> {
  return {
    builder: (yargs) =>
      yargs
        .positional('url', { type: 'string', demandOption: true, describe: 'ws://127.0.0.1:7331' })
        .positional('target', { type: 'string', demandOption: true, describe: 'the name of one of its targets: api' })
        .option('label', { type: 'string', demandOption: true, describe: 'names it: deploy-41' })
        .option('by', {
          type: 'string',
          array: true,
          nargs: 1,
          coerce: (names: string[] | undefined) => names?.map((by) => classifierNamed(by).by),
          describe: "classifiers that can be compared by (default: the target's own)",
        })
        .option('isolate', { type: 'string', default: 'main', describe: 'main, or worker:N' })
        .option('yes', { alias: 'y', type: 'boolean', default: false, describe: 'agree to a price above the limits' })
        .option('release', { type: 'boolean', default: false, describe: 'release it instead' })
        .option('json', { type: 'boolean', default: false, describe: 'the answer as one line of JSON' })
        .example(
          '$0 checkpoint ws://127.0.0.1:7331 api --label deploy-41',
          'a snapshot; object ids are held from then on',
        )
        .example('$0 heap ws://127.0.0.1:7331/v1/stream#api --since deploy-41', 'what was born since')
        .example('$0 checkpoint ws://127.0.0.1:7331 api --label deploy-41 --release', ''),
    handler: (args) => checkpoint(args, io),
  };
}

async function checkpoint(args: CheckpointArguments, io: Io): Promise<void> {
  const { target, label, isolate, by, release, json } = args;
  const { openCollector } = await import('../terminal/collector-client.ts');
  await using client = openCollector(args.url, { signal: io.signal });
  const which = { target, label, isolate };
  if (release) {
    const result = await client.request('release', which);
    io.print(json ? JSON.stringify(result) : `released ${label} of ${target} ${isolate}; ${heldText(result.held)}`);
    return;
  }
  const result = await client.request('checkpoint', { ...which, ...(by && { by }), yes: args.yes });
  io.print(json ? JSON.stringify(result) : `${result.takenAt} ${target} ${isolate}: ${heldText(result.held)}`);
  io.say(`minor collections of ${target} take 4 to 13 times as long until the last checkpoint is released (--release)`);
}

function heldText(held: readonly string[]): string {
  return held.length === 0 ? 'no checkpoint is held, and no object id' : `checkpoints held: ${held.join(', ')}`;
}
