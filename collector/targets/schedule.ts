/**
 * When each probe of one target is due. Pure: it is given the time and answers; it neither waits nor runs.
 *
 *     grid of a probe:   phase      phase + every      phase + 2·every …      phase = hash(target, probe) · every
 *     now ---------------------|--------- due here: once, however many points have passed; the others are skipped
 *
 * The phase spreads targets of one schedule over the interval, the same after each restart. A probe on `auto` is due a
 * while after its last end instead, the longer the more it cost; one of a cron expression at the times that it names.
 */
import { Cron } from 'croner';
import { AUTO_EVERY_MS, type Every, SCHEDULED_PROBES, type ScheduledProbe } from '../config/schedule-file.ts';
import type { Intervals } from '../config/target-config.ts';

/** ... and not oftener than this share of the target's time allows. */
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

export interface ScheduleOptions {
  /** What the phases come from. */
  readonly target: string;
  readonly intervals: Intervals;
  /** Milliseconds of a clock that never goes back, as all times here. */
  readonly nowMs: number;
  /** What such an instant is in milliseconds since 1970, for cron expressions. */
  readonly wallMs: (nowMs: number) => number;
}

interface Entry {
  readonly every: Every;
  everyMs: number;
  dueAtMs: number;
}

export class Schedule {
  readonly #entries = new Map<ScheduledProbe, Entry>();
  readonly #wallMs: (nowMs: number) => number;

  constructor({ target, intervals, nowMs, wallMs }: ScheduleOptions) {
    this.#wallMs = wallMs;
    // cheapest first: of several that are due, that one runs first
    for (const probe of SCHEDULED_PROBES) {
      const every = intervals[probe];
      if (every === undefined) continue;
      const everyMs = typeof every === 'number' ? every : AUTO_EVERY_MS;
      const phaseMs = Math.floor(fraction(`${target}/${probe}`) * everyMs);
      const entry = { every, everyMs, dueAtMs: phaseMs };
      entry.dueAtMs = this.#nextOf(entry, nowMs);
      this.#entries.set(probe, entry);
    }
  }

  has(probe: ScheduledProbe): boolean {
    return this.#entries.has(probe);
  }

  /** Whether the probe runs as often as its price allows. */
  isAuto(probe: ScheduledProbe): boolean {
    return this.#entries.get(probe)?.every === 'auto';
  }

  /** Whether another probe tells more at its price: on `auto` a process is walked where it can be, its types are counted where not. */
  isLeftOut(probe: ScheduledProbe, { canWalk }: { readonly canWalk: boolean }): boolean {
    if (!this.isAuto(probe)) return false;
    if (probe === 'walk') return !canWalk;
    return probe === 'types' && this.isAuto('walk') && canWalk;
  }

  /** What is due at `nowMs`, the cheapest first (it stays due until it is taken), and when more will be. */
  at(nowMs: number): Agenda {
    const due: Due[] = [];
    let nextAtMs = Number.POSITIVE_INFINITY;
    for (const [probe, { every, everyMs, dueAtMs }] of this.#entries) {
      const isGrid = typeof every === 'number';
      if (dueAtMs <= nowMs) due.push({ probe, skipped: isGrid ? Math.floor((nowMs - dueAtMs) / everyMs) : 0 });
      else nextAtMs = Math.min(nextAtMs, dueAtMs);
    }
    return { due, nextAtMs };
  }

  /** The probe is being run now: it is next due at the first of its times after `nowMs`. */
  take(probe: ScheduledProbe, nowMs: number): void {
    const entry = this.#entries.get(probe);
    if (entry) entry.dueAtMs = this.#nextOf(entry, nowMs);
  }

  /** The probe has ended: one on `auto` is next due when its pause has become MAX_PAUSE_RATIO of the time. */
  ended(probe: ScheduledProbe, nowMs: number, pauseMs = 0): void {
    const entry = this.#entries.get(probe);
    if (entry?.every !== 'auto') return;
    entry.everyMs = Math.max(AUTO_EVERY_MS, Math.ceil(pauseMs / MAX_PAUSE_RATIO));
    entry.dueAtMs = nowMs + entry.everyMs;
  }

  #nextOf({ every, everyMs, dueAtMs }: Entry, nowMs: number): number {
    if (typeof every !== 'object') return nextOnGrid(nowMs, dueAtMs % everyMs, everyMs);
    const wallMs = this.#wallMs(nowMs);
    const next = new Cron(every.cron, { mode: '5-part', paused: true }).nextRun(new Date(wallMs));
    // null where the expression names no day that will ever be
    return next ? nowMs + (next.getTime() - wallMs) : Number.POSITIVE_INFINITY;
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
