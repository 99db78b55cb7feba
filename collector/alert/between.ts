/**
 * How long to wait between the two snapshots of an alert's evidence: until growth at the rate seen has given enough objects
 * to tell what holds them. Ids are held meanwhile, which slows the target's collections down: no longer than need be. Pure.
 */
import { humanDuration } from '../../protocol/human.ts';
import type { GrowingKinds } from './growing.ts';

const WANTED_OBJECTS = 50;
/** Of the longest wait: what grows in lumps is to have had one. */
const LEAST_RATIO = 0.1;
const HOUR_MS = 3_600_000;

/** The wait; or why there is none worth it. @param longestMs 0: never */
export function waitBetween(
  { kinds: [first], spanMs }: Pick<GrowingKinds, 'kinds' | 'spanMs'>,
  longestMs: number,
): { readonly waitMs: number } | { readonly reason: string } {
  if (longestMs === 0) return { reason: 'evidence.between is 0' };
  if (!first || spanMs <= 0) return { waitMs: longestMs };
  const perMs = (first.now.count - first.before.count) / spanMs;
  if (perMs * longestMs >= 1) {
    const wantedMs = Math.ceil(WANTED_OBJECTS / perMs);
    return { waitMs: Math.min(longestMs, Math.max(wantedMs, Math.round(longestMs * LEAST_RATIO))) };
  }
  const perHour = Math.max(0, Math.round(perMs * HOUR_MS));
  const longest = humanDuration(longestMs);
  return { reason: `${first.kind} grows by ${perHour} an hour, too few for ${longest} (evidence.between)` };
}
