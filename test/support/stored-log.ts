/** A log in a file of a temporary folder, on clocks that the test turns. */
import { join } from 'node:path';
import { DEFAULT_RETENTION } from '../../collector/config/store-config.ts';
import { StoredLog, type StoredLogOptions } from '../../collector/store/stored-log.ts';
import { LogLines } from './log-lines.ts';

export interface Clocks {
  /** Milliseconds since 1970, by the clock on the wall. */
  wallMs: number;
  /** Milliseconds of a clock that never goes back. */
  monotonicMs: number;
}

export const START_MS = Date.parse('2026-11-22T06:00:00.000Z');

export function clocks(): Clocks {
  return { wallMs: START_MS, monotonicMs: 0 };
}

export interface OpenLog {
  readonly log: StoredLog;
  readonly logs: LogLines;
}

/** Opens `heapwatch.db` in `folder`, or goes on with it. */
export async function openLog(
  folder: string,
  time: Clocks = clocks(),
  over: Partial<StoredLogOptions> = {},
): Promise<OpenLog> {
  const logs = new LogLines();
  const log = await StoredLog.open({
    path: join(folder, 'heapwatch.db'),
    retention: DEFAULT_RETENTION,
    ring: { ringEvents: 1_000, ringBytes: 10_000_000 },
    logger: logs.logger,
    now: () => time.wallMs,
    monotonic: () => time.monotonicMs,
    ...over,
  });
  return { log, logs };
}
