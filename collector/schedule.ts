/**
 * When each probe of one target is due. Pure: it is told the time and answers; it neither waits nor runs.
 *
 *     grid of a probe:   phase      phase + every      phase + 2·every …      phase = hash(target, probe) · every
 *     now ---------------------|--------- due here: once, however many points have passed; the others are skipped
 *
 * The phase spreads targets of one schedule over the interval, the same after each restart. A probe on `auto` is due a
 * while after its last end instead, the longer the more it cost.
 */
import type { Intervals } from './config.ts';
import type { ScheduledProbe } from './config-file.ts';

/** Cheapest first: of several that are due, that one runs first. */
const ORDER = ['usage', 'sampling', 'snapshot'] as const satisfies readonly ScheduledProbe[];

/** `auto` means: not oftener than this, and not oftener than MAX_PAUSE_RATIO of the target's time allows. */
const AUTO_EVERY_MS = 60_000;
const MAX_PAUSE_RATIO = 0.005;

export interface Due {
  readonly probe: ScheduledProbe;
  /** Times before the one that is due now that nobody came for. */
  readonly skipped: number;
}

/** One look at the clock: every probe is either due or counted in `nextAtMs`, none falls between two looks. */
export interface Agenda {
  readonly due: readonly Due[];
  /** When the next of the others is due; Infinity if there is none. */
  readonly nextAtMs: number;
}

interface Entry {
  readonly every: number | 'auto';
  everyMs: number;
  dueAtMs: number;
}

export class Schedule {
  readonly #entries = new Map<ScheduledProbe, Entry>();

  /** @param target the name that the phases come from. @param nowMs milliseconds of a clock that never goes back. */
  constructor(target: string, intervals: Intervals, nowMs: number) {
    for (const probe of ORDER) {
      const every = intervals[probe];
      if (every === undefined) continue;
      const everyMs = every === 'auto' ? AUTO_EVERY_MS : every;
      const phaseMs = Math.floor(fraction(`${target}/${probe}`) * everyMs);
      this.#entries.set(probe, { every, everyMs, dueAtMs: nextOnGrid(nowMs, phaseMs, everyMs) });
    }
  }

  has(probe: ScheduledProbe): boolean {
    return this.#entries.has(probe);
  }

  /** What is due at `nowMs`, the cheapest first (it stays due until it is taken), and when more will be. */
  at(nowMs: number): Agenda {
    const due: Due[] = [];
    let nextAtMs = Number.POSITIVE_INFINITY;
    for (const [probe, { everyMs, dueAtMs }] of this.#entries) {
      if (dueAtMs <= nowMs) due.push({ probe, skipped: Math.floor((nowMs - dueAtMs) / everyMs) });
      else nextAtMs = Math.min(nextAtMs, dueAtMs);
    }
    return { due, nextAtMs };
  }

  /** The probe is being run now: it is next due at the first point of its grid after `nowMs`. */
  take(probe: ScheduledProbe, nowMs: number): void {
    const entry = this.#entries.get(probe);
    if (entry) entry.dueAtMs = nextOnGrid(nowMs, entry.dueAtMs % entry.everyMs, entry.everyMs);
  }

  /** The probe has ended: one on `auto` is next due when its pause has become MAX_PAUSE_RATIO of the time. */
  ended(probe: ScheduledProbe, nowMs: number, pauseMs = 0): void {
    const entry = this.#entries.get(probe);
    if (entry?.every !== 'auto') return;
    entry.everyMs = Math.max(AUTO_EVERY_MS, Math.ceil(pauseMs / MAX_PAUSE_RATIO));
    entry.dueAtMs = nowMs + entry.everyMs;
  }
}

/** The first point of the grid phase + k·every that is after `nowMs`. */
function nextOnGrid(nowMs: number, phaseMs: number, everyMs: number): number {
  return (Math.floor((nowMs - phaseMs) / everyMs) + 1) * everyMs + phaseMs;
}

/** A number in [0, 1) that depends on nothing but `text` (FNV-1a with a final mix). */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
