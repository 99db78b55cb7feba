/** `heapwatch autopsy`: why a target ended, from a store or a collector. */
import type { CommandModule } from 'yargs';
import type { Autopsy } from '../autopsy/autopsy.ts';
import { autopsyText } from '../autopsy/autopsy-text.ts';
import { readAutopsy } from '../autopsy/read-autopsy.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';

interface AutopsyArguments {
  source: string;
  target: string | undefined;
  json: boolean;
}

export function autopsyCommand(io: Io): CommandModule<object, AutopsyArguments> {
  return {
    builder: (yargs) =>
      yargs
        .positional('source', {
          type: 'string',
          demandOption: true,
          describe: "a store's file (heapwatch.db), or a collector's target (ws://127.0.0.1:7331#api)",
        })
        .option('target', { type: 'string', describe: 'the name of the target' })
        .option('json', { type: 'boolean', default: false, describe: 'one line of JSON' })
        .example('$0 autopsy heapwatch.db --target api', 'the last end of a target that is stored')
        .example('$0 autopsy ws://127.0.0.1:7331#api', 'the same, of a collector that runs'),
    handler: async (args) => {
      const autopsy = await autopsied(args, io);
      io.print(args.json ? JSON.stringify(autopsy) : autopsyText(autopsy));
    },
  };
}

async function autopsied({ source, target: named }: AutopsyArguments, io: Io): Promise<Autopsy> {
  const hash = source.lastIndexOf('#');
  const place = hash < 0 ? source : source.slice(0, hash);
  const target = named ?? (hash < 0 ? undefined : source.slice(hash + 1));
  if (target === undefined) throw new UsageError(`Cannot tell an end: name a target, --target NAME or ${place}#NAME`);
  if (/^wss?:\/\//.test(place)) {
    const { openCollector } = await import('../terminal/collector-client.ts');
    await using client = openCollector(place, { signal: io.signal });
    return await readAutopsy(target, {
      events: (query) => client.request('events', query),
      history: (query) => client.request('history', query),
    });
  }
  const { openForReading } = await import('../store/database.ts');
  const { StoredHistory } = await import('../store/stored-history.ts');
  const { StoredEvents } = await import('../store/stored-events.ts');
  const db = openForReading(place);
  try {
    const [events, history] = [new StoredEvents(db), new StoredHistory(db)];
    return await readAutopsy(target, {
      events: async (query) => events.query(query),
      history: async (query) => history.query(query),
    });
  } finally {
    db.close();
  }
}
