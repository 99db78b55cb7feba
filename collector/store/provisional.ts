/** A log that begins while its file cannot be opened: nobody can see how far the one in the file is. */
import { randomUUID } from 'node:crypto';
import type { LogPosition } from './writer.ts';

/** So many offsets for each millisecond since 1970: two such logs never share any, and those that count from 1 stay below. */
const OFFSETS_PER_MS = 2_048;

/** @param nowMs since 1970. */
export function provisionalPosition(nowMs: number): LogPosition {
  const offset = nowMs * OFFSETS_PER_MS;
  return { log: randomUUID(), offset, complete: offset + 1, leap: offset, agedMs: 0, atMs: null };
}
