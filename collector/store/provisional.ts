/** A log that begins while its file cannot be opened: nobody can look where the one in the file stands. */
import { randomUUID } from 'node:crypto';
import type { Standing } from './writer.ts';

/** So many offsets for each millisecond since 1970: two such logs never share any, and those that count from 1 stay below. */
const OFFSETS_PER_MS = 2_048;

/** @param nowMs since 1970. */
export function provisionalStanding(nowMs: number): Standing {
  const offset = nowMs * OFFSETS_PER_MS;
  return { log: randomUUID(), offset, complete: offset + 1, leap: offset, agedMs: 0, atMs: null };
}
