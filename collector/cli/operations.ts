/** `heapwatch operations`: the long work of a collector, and its end. */
import type { Argv, CommandModule } from 'yargs';
import { humanCount, humanSize } from '../../protocol/human.ts';
import type { Operation } from '../../protocol/operations.ts';
import { oneLine } from '../../protocol/printable.ts';
import type { Io } from '../terminal/io.ts';

interface Common {
  url: string;
  json: boolean;
}

export function operationsCommand(io: Io): CommandModule {
  return {
    builder: (yargs) =>
      yargs
        .command(listCommand(io))
        .command(cancelCommand(io))
        .demandCommand(1, 'name an action: list or cancel')
        .example('$0 operations list ws://127.0.0.1:7331', 'what runs, who asked for it, how far it is')
        .example('$0 operations cancel ws://127.0.0.1:7331 ID', 'where V8 allows it'),
    handler: () => {
      // an action does it
    },
  };
}

function listCommand(io: Io): CommandModule<object, Common & { all: boolean }> {
  return {
    command: 'list <url>',
    describe: 'what runs; with --all what has ended too',
    builder: (yargs) =>
      commonOptions(yargs).option('all', {
        type: 'boolean',
        default: false,
        describe: 'also the last that have ended',
      }),
    handler: async ({ url, json, all }) => {
      await using client = await open(url, io);
      const { operations } = await client.request('operations', {});
      const shown = all ? operations : operations.filter(({ endedAt }) => endedAt === undefined);
      if (shown.length === 0 && !json) io.say('nothing runs; --all shows what has ended');
      for (const each of shown) io.print(json ? JSON.stringify(each) : operationText(each));
    },
  };
}

function cancelCommand(io: Io): CommandModule<object, Common & { id: string }> {
  return {
    command: 'cancel <url> <id>',
    describe: 'cancel one; a snapshot that V8 has begun ends by itself',
    builder: (yargs) =>
      commonOptions(yargs).positional('id', {
        type: 'string',
        demandOption: true,
        describe: 'as operations list shows it',
      }),
    handler: async ({ url, json, id }) => {
      await using client = await open(url, io);
      const { operation } = await client.request('cancel', { id });
      io.print(json ? JSON.stringify(operation) : operationText(operation));
    },
  };
}

async function open(url: string, io: Io) {
  const { openCollector } = await import('../terminal/collector-client.ts');
  return openCollector(url, { signal: io.signal });
}

function commonOptions<T>(yargs: Argv<T>): Argv<T & Common> {
  return yargs
    .positional('url', { type: 'string', demandOption: true, describe: 'ws://127.0.0.1:7331' })
    .option('json', { type: 'boolean', default: false, describe: 'as JSON, one value a line' });
}

/** `ID 2026-11-30T20:11:05.120Z ops: probe snapshot of api main, running: receiving, 120 MB` */
function operationText({
  id,
  kind,
  what,
  target,
  isolate,
  by,
  startedAt,
  state,
  phase,
  progress,
  reason,
}: Operation): string {
  const place = target === undefined ? '' : ` of ${target}${isolate === undefined ? '' : ` ${isolate}`}`;
  const at = phase === undefined ? '' : `: ${phase}`;
  const far = progress === undefined ? '' : `, ${progressText(progress)}`;
  const why = reason === undefined ? '' : `: ${reason}`;
  return oneLine(`${id} ${startedAt} ${by}: ${kind} ${what}${place}, ${state}${at}${far}${why}`);
}

function progressText({ done, total, unit }: NonNullable<Operation['progress']>): string {
  const shown = (figure: number) => (unit === 'bytes' ? humanSize(figure) : `${humanCount(figure)} objects`);
  return total === undefined ? shown(done) : `${shown(done)} of ${shown(total)}`;
}
