/** What a collector remembers, in a file where its configuration names one, else in memory: the log and the history. */
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { History } from '../history/history.ts';
import { RingHistory } from '../history/ring-history.ts';
import type { ConsumerOffsets } from '../log/consumer-offsets.ts';
import type { EventLog } from '../log/log.ts';
import { RingLog } from '../log/ring-log.ts';
import type { StoreHealth } from '../log/store-health.ts';
import type { ViewLog } from '../log/view-log.ts';

export interface Storage {
  readonly log: EventLog;
  readonly history: History;
  /** Where consumers of the log keep how far they have come; absent where nothing is stored. */
  readonly offsets?: ConsumerOffsets;
  /** How the store is; absent where nothing is stored. */
  readonly health?: () => StoreHealth;
  /** Stores what is not stored yet. */
  close(): Promise<void>;
}

/** What is there, with a log that can be the view of another. */
export interface ViewStorage extends Storage {
  readonly log: ViewLog;
}

/** @param view the log that it is to be a view of. @throws StoreError where the file cannot be opened */
export async function openStorage(
  { store, stream }: Pick<Config, 'store' | 'stream'>,
  logger: Logger,
  now: () => number,
  view?: string,
): Promise<ViewStorage> {
  if (!store) {
    const log = new RingLog(stream, undefined, view);
    const history = new RingHistory(log);
    const close = async () => {
      await history[Symbol.asyncDispose]();
      await log.close();
    };
    return { log, history, close };
  }
  // only who stores needs SQLite
  const { StoredLog } = await import('../store/stored-log.ts');
  const { HistoryStore } = await import('../store/history-store.ts');
  const of = view === undefined ? {} : { view };
  const log = await StoredLog.open({ ...store, ...of, ring: stream, logger, now, monotonic: () => performance.now() });
  const history = new HistoryStore(store.path);
  const close = async () => {
    await history[Symbol.asyncDispose]();
    await log.close();
  };
  return { log, history, offsets: log, health: () => log.health, close };
}
