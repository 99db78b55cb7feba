/** `heapwatch autopsy`: why a target ended, from a store or a collector. */
import type { CommandModule } from 'yargs';
import type { EventsQuery, EventsResult } from '../../protocol/happenings.ts';
import type { HistoryQuery, HistoryResult } from '../../protocol/history.ts';
import { limits } from '../../protocol/limits.ts';
import { type Autopsy, autopsyOf, endOf } from '../autopsy/autopsy.ts';
import { autopsyText } from '../autopsy/autopsy-text.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';

interface AutopsyArguments {
  source: string;
  target: string | undefined;
  json: boolean;
}

const HOUR_MS = 3_600_000;
const KINDS = 50;

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

/** Who is asked. */
interface Asked {
  events(query: EventsQuery): Promise<EventsResult>;
  history(query: HistoryQuery): Promise<HistoryResult>;
}

async function autopsied({ source, target: named }: AutopsyArguments, io: Io): Promise<Autopsy> {
  const hash = source.lastIndexOf('#');
  const place = hash < 0 ? source : source.slice(0, hash);
  const target = named ?? (hash < 0 ? undefined : source.slice(hash + 1));
  if (target === undefined) throw new UsageError(`Cannot tell an end: name a target, --target NAME or ${place}#NAME`);
  if (/^wss?:\/\//.test(place)) {
    const { openCollector } = await import('../terminal/collector-client.ts');
    await using client = openCollector(place, { signal: io.signal });
    return await read(target, {
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
    return await read(target, {
      events: async (query) => events.query(query),
      history: async (query) => history.query(query),
    });
  } finally {
    db.close();
  }
}

async function read(target: string, asked: Asked): Promise<Autopsy> {
  const events = await asked.events({ target, limit: limits.maxStoredEvents });
  const end = endOf(events);
  const toMs = end?.endedMs ?? Date.now();
  const span = { target, from: new Date(toMs - HOUR_MS).toISOString(), to: new Date(toMs).toISOString() };
  const usage = await asked.history({ ...span, topic: 'usage' });
  const kinds = await asked.history({ ...span, limit: KINDS });
  const since = end?.backMs;
  const usageAfter =
    since === undefined
      ? undefined
      : await asked.history({ target, topic: 'usage', from: new Date(since).toISOString() });
  return autopsyOf(target, { events, usage, kinds, usageAfter });
}
