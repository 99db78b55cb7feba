/** Where in the log alerts begin to read after a restart, to know again what their windows held. */

import { firstWhere } from '../../agent/base/bisect.ts';
import { maxOf } from '../../protocol/extremes.ts';
import type { Rule } from '../config/rule.ts';
import type { EventLog } from '../log/log.ts';
import { timeOf } from './replay.ts';

/** Trends look at four of their windows. */
const WINDOWS = 4;
/** How far back is read, at most. */
const MAX_RECALL_MS = 14 * 24 * 3_600_000;

/**
 * The place in the log from which on an engine has to know what was, by bisection. @param offset the newest event that was dealt
 * with. @throws LostError where the log cannot be read
 */
export function recallFrom(log: EventLog, rules: readonly Rule[], offset: number, nowMs: number): number {
  const spans = rules.map(({ when }) => (when.type === 'above' ? 0 : when.withinMs * WINDOWS));
  const sinceMs = nowMs - Math.min(MAX_RECALL_MS, Math.max(0, maxOf(spans)));
  return firstWhere(0, offset, (at) => !isBefore(log, at, sinceMs));
}

/** Whether the event after an offset is older than a moment, or not held any more. */
function isBefore(log: EventLog, offset: number, sinceMs: number): boolean {
  if (!log.holdsAfter(offset)) return true;
  const [next] = log.after(offset);
  return next !== undefined && timeOf(next.event) < sinceMs;
}
