/**
 * How the live bytes of one kind go over time, with what is true of it: the programs of the corpus, one shape each.
 *
 * A shape is a level without noise; the noise is the same for all: a slow wave about it (autocorrelated over an hour), what
 * one reading differs from the next, and now and then a spike upwards.
 */
import type { Random } from './random.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** The bytes of a kind `sinceMs` after its process began. */
export type Level = (sinceMs: number) => number;

export interface Shape {
  readonly name: string;
  /** Bytes an hour by which it leaks, from its onset on; 0 for what is no leak. */
  readonly leakPerHour: number;
  readonly onsetMs: number;
  readonly level: Level;
}

const MB = 2 ** 20;

/** What every healthy process has some of. */
export const HEALTHY: readonly ((random: Random) => Shape)[] = [
  steady,
  warmUp,
  cache,
  dayAndNight,
  bursts,
  deploys,
  drift,
];

function healthy(name: string, level: Level): Shape {
  return { name, leakPerHour: 0, onsetMs: 0, level };
}

function steady(random: Random): Shape {
  const base = random.between(0.1, 50) * MB;
  return healthy('steady', () => base);
}

/** Grows for the first minutes or hours of a process and is done. */
function warmUp(random: Random): Shape {
  const base = random.between(1, 100) * MB;
  const timeMs = random.between(0.1, 2) * HOUR_MS;
  return healthy('warm-up', (sinceMs) => base * (1 - Math.exp(-sinceMs / timeMs)));
}

/** A cache that fills is a leak to all who see less of it: nothing that lasts for less may be called one. */
export const LONGEST_FILL_MS = 12 * HOUR_MS;

/** Fills at an even rate up to its limit, in up to half a day, and stays full. */
function cache(random: Random): Shape {
  const limit = random.between(10, 300) * MB;
  const beginsMs = random.between(0, 4) * DAY_MS;
  const fillsMs = random.between(HOUR_MS, LONGEST_FILL_MS);
  return healthy('cache', (sinceMs) => limit * Math.min(1, Math.max(0, (sinceMs - beginsMs) / fillsMs)));
}

function dayAndNight(random: Random): Shape {
  const base = random.between(10, 100) * MB;
  const share = random.between(0.1, 0.5);
  const phase = random.between(0, 2 * Math.PI);
  return healthy('day and night', (sinceMs) => base * (1 + share * Math.sin((2 * Math.PI * sinceMs) / DAY_MS + phase)));
}

/** A few hours of several times the load, now and then. */
function bursts(random: Random): Shape {
  const base = random.between(1, 50) * MB;
  const everyMs = random.between(9, 40) * HOUR_MS;
  const lastsMs = random.between(0.2, 4) * HOUR_MS;
  const factor = random.between(2, 6);
  return healthy('bursts', (sinceMs) => (sinceMs % everyMs < lastsMs ? base * factor : base));
}

/** Another level every few days. */
function deploys(random: Random): Shape {
  const levels = Array.from({ length: 32 }, () => random.between(5, 60) * MB);
  const everyMs = random.between(1, 5) * DAY_MS;
  return healthy('deploys', (sinceMs) => levels[Math.floor(sinceMs / everyMs) % levels.length] ?? 0);
}

/** Goes up and down over weeks, slower than half of what is asked for. */
function drift(random: Random): Shape {
  const base = random.between(20, 100) * MB;
  const periodMs = random.between(10, 30) * DAY_MS;
  return healthy('drift', (sinceMs) => base * (1 + 0.5 * Math.sin((2 * Math.PI * sinceMs) / periodMs)));
}

export function evenLeak(random: Random, perHour: number, onsetMs: number): Shape {
  const base = random.between(1, 50) * MB;
  const level: Level = (sinceMs) => base + (Math.max(0, sinceMs - onsetMs) / HOUR_MS) * perHour;
  return { name: 'even leak', leakPerHour: perHour, onsetMs, level };
}

/** Leaks in lumps: so many minutes nothing, then as much at once. */
export function lumpyLeak(random: Random, perHour: number, onsetMs: number): Shape {
  const base = random.between(1, 50) * MB;
  const lumpMs = random.between(0.1, 1) * HOUR_MS;
  const level: Level = (sinceMs) =>
    base + ((Math.floor(Math.max(0, sinceMs - onsetMs) / lumpMs) * lumpMs) / HOUR_MS) * perHour;
  return { name: 'lumpy leak', leakPerHour: perHour, onsetMs, level };
}

/** Leaks with the load of the day: by day twice the rate, by night nothing. */
export function dailyLeak(random: Random, perHour: number, onsetMs: number): Shape {
  const base = random.between(1, 50) * MB;
  const turn = DAY_MS / (2 * Math.PI);
  const phase = random.between(0, 2 * Math.PI);
  const leaked = (ms: number) => ms - turn * (Math.sin(ms / turn + phase) - Math.sin(phase));
  const level: Level = (sinceMs) => base + (leaked(Math.max(0, sinceMs - onsetMs)) / HOUR_MS) * perHour;
  return { name: 'daily leak', leakPerHour: perHour, onsetMs, level };
}

export const LEAKS = [evenLeak, lumpyLeak, dailyLeak] as const;
