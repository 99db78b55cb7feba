/**
 * Why a process has ended: from how its connection ended, what the kernel counts, and its last gauges; pure.
 *
 *     it said that it ends                   ─> exit
 *     the kernel has counted a kill          ─> its control group
 *     V8 has paused, its heap full           ─> V8's limit
 *     a limit that its last slope reaches    ─> that limit, the nearest first
 *     a census or a snapshot was under way   ─> likely that
 *     none of it                             ─> killed or crashed
 *
 * Only what is said or counted is certain; what is worked out from gauges is likely at most.
 */
import { oldSpaceLimit } from '../../agent/price/old-space.ts';
import type { Death, DeathCause } from '../../protocol/death.ts';
import { humanDuration, humanSize } from '../../protocol/human.ts';
import type { Probe, Usage } from '../../protocol/partition.ts';
import type { Interrupted } from './past.ts';

export interface LastSeen {
  /** Why the connection ended. */
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** The last readings of its isolates, the main one first; each with the reading before it, if there was one. */
  readonly readings: readonly { readonly last: Usage; readonly before?: Usage | undefined }[];
  /** `v20.20.2`: how much of V8's limit is its young generation's differs. */
  readonly nodeVersion: string;
  /** What of ours was under way. */
  readonly interrupted?: Interrupted | undefined;
  /** When V8 paused because its heap was full, milliseconds since 1970. */
  readonly oomPausedAtMs?: number | undefined;
  /** Snapshots that Node itself wrote near V8's limit. */
  readonly files?: readonly string[];
}

/** A limit counts as reached from this share on: what is allocated last is never seen. */
const REACHED_RATIO = 0.9;
/** V8 gives up a heap whose old space is this full and does not get emptier. */
const HEAP_REACHED_RATIO = 0.8;
/** What a process may die of: it takes memory by the size of the heap. */
export const DEADLY: ReadonlySet<Probe> = new Set(['census', 'snapshot']);
/** V8 leaves a heap that paused a quarter more at most, and then gives up: one that fills slowly ends later, of what is not certain. */
const SOON_MS = 60_000;
/** A slope is not drawn out farther than this. */
const MAX_AHEAD_MS = 30_000;

export function deathOf(seen: LastSeen): Death {
  const { reason, readings, interrupted, atMs, oomPausedAtMs, files = [] } = seen;
  const last = readings[0]?.last;
  const figures = last && {
    readAt: last.takenAt,
    rssBytes: last.rssBytes,
    heapUsedBytes: last.heapUsedBytes,
    heapLimitBytes: last.heapLimitBytes,
  };
  const say = (cause: DeathCause, certainty: Death['certainty'], text: string): Death => ({
    cause,
    certainty,
    text,
    ...figures,
    ...(files.length > 0 && { files: [...files] }),
  });
  const memory = last ? `, with ${humanSize(last.rssBytes)} of RSS` : '';
  if (reason.includes('the process is ending')) {
    return say('exit', 'certain', `it ended by itself or by a signal that it handles${memory}`);
  }
  const reached = nearest(limitsOf(readings, atMs, seen.nodeVersion));
  const share = reached
    ? `: ${Math.round(100 * reached.ratio)} % of ${reached.source} were in use${reached.wasAhead ? ' at its pace' : ''}`
    : '';
  if (reason.includes('(oom_kill)')) {
    const isSure = /has killed a process/.test(reason) && reached?.cause === 'cgroup';
    return say(
      'cgroup',
      isSure ? 'certain' : 'likely',
      `the kernel killed it, or another of its cgroup, for want of memory (oom_kill)${share}`,
    );
  }
  if (oomPausedAtMs !== undefined && atMs - oomPausedAtMs < SOON_MS) {
    const before = humanDuration(Math.max(0, atMs - oomPausedAtMs));
    return say('v8Limit', 'certain', `V8 ran out of its heap: it paused for that ${before} before the end`);
  }
  if (files.length > 0 && reached?.cause !== 'v8Limit' && isHalfFull(readings, seen.nodeVersion)) {
    return say(
      'v8Limit',
      'likely',
      `it ran into V8's limit of its heap: Node wrote a heap snapshot or profile, as it does when that is near`,
    );
  }
  if (reached) return say(reached.cause, 'likely', `it ran into a limit of memory${share}`);
  if (interrupted && DEADLY.has(interrupted.probe)) {
    const since = humanDuration(Math.max(0, atMs - interrupted.fromMs));
    return say('probe', 'likely', `it ended during our ${interrupted.probe}, ${since} after it began`);
  }
  return say('killed', 'unknown', `it ended at once, by a signal or a crash${memory}; no limit that is known was near`);
}

/** Node's files have the same names where a program or a signal asked for them: near no limit they say nothing. */
function isHalfFull(readings: LastSeen['readings'], nodeVersion: string): boolean {
  return readings.some(({ last: { heapUsedBytes, heapLimitBytes } }) => {
    const limit = oldSpaceLimit(heapLimitBytes, { isOther: true }, nodeVersion);
    return limit > 0 && heapUsedBytes >= 0.5 * limit;
  });
}

interface Reached {
  readonly cause: DeathCause;
  readonly source: string;
  readonly ratio: number;
  /** By its pace until then: when it was read it was less. */
  readonly wasAhead: boolean;
}

function limitsOf(readings: LastSeen['readings'], atMs: number, nodeVersion: string): Reached[] {
  return readings.flatMap(({ last, before }) => [
    ...heapReached(last, before, atMs, nodeVersion),
    ...ceilingReached(last, before, atMs),
  ]);
}

function heapReached(last: Usage, before: Usage | undefined, atMs: number, nodeVersion: string): Reached[] {
  const { heapUsedBytes: used, heapLimitBytes, isolate } = last;
  if (heapLimitBytes === 0) return [];
  // it ends when its old space is full, of which the limit has the young generation on top
  const limit = oldSpaceLimit(heapLimitBytes, { isOther: true }, nodeVersion);
  if (limit === 0) return [];
  // what is garbage of it is not known: a heap that was collected since the reading before tells nothing
  const then = ahead(used, before?.heapUsedBytes, last, before, atMs);
  return reachedAt('v8Limit', `V8's limit of its heap (${isolate})`, { used, then, limit, ratio: HEAP_REACHED_RATIO });
}

function ceilingReached({ ceiling, ...last }: Usage, before: Usage | undefined, atMs: number): Reached[] {
  if (ceiling?.limitBytes === undefined) return [];
  const { source, limitBytes: limit, leftBytes } = ceiling;
  const used = limit - leftBytes;
  const wasSame = before?.ceiling?.source === source && before.ceiling.limitBytes === limit;
  const usedBefore = wasSame ? limit - before.ceiling!.leftBytes : undefined;
  const then = ahead(used, usedBefore, last, before, atMs);
  return reachedAt(causeOf(source), source, { used, then, limit, ratio: REACHED_RATIO });
}

function causeOf(source: string): DeathCause {
  if (source.startsWith('ulimit')) return 'ulimit';
  return source.startsWith('free memory') ? 'machine' : 'cgroup';
}

interface Level {
  readonly used: number;
  readonly then: number;
  readonly limit: number;
  readonly ratio: number;
}

function reachedAt(cause: DeathCause, source: string, { used, then, limit, ratio }: Level): Reached[] {
  if (Math.max(used, then) < ratio * limit) return [];
  return [{ cause, source, ratio: Math.min(1, Math.max(used, then) / limit), wasAhead: used < ratio * limit }];
}

/** What it would have come to by its pace between the last two readings. */
function ahead(
  used: number,
  usedBefore: number | undefined,
  last: Pick<Usage, 'takenAt'>,
  before: Usage | undefined,
  atMs: number,
): number {
  if (usedBefore === undefined || before === undefined || used <= usedBefore) return used;
  const lastMs = Date.parse(last.takenAt);
  const passedMs = lastMs - Date.parse(before.takenAt);
  const aheadMs = Math.min(Math.max(0, atMs - lastMs), MAX_AHEAD_MS);
  return passedMs <= 0 ? used : used + ((used - usedBefore) * aheadMs) / passedMs;
}

/** The fullest, as seen before as drawn out. */
function nearest(reached: readonly Reached[]): Reached | undefined {
  return reached.toSorted((a, b) => Number(a.wasAhead) - Number(b.wasAhead) || b.ratio - a.ratio)[0];
}
