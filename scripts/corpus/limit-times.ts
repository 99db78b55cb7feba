/**
 * The time to a limit against the corpus: leaks of every shape with its noise, read each five seconds, asked when so much of the way
 * is over. `node dist/scripts/corpus/limit-times.js [--seeds 30]` prints the median error, how often the interval held the truth,
 * and how often a program that does not leak was told a time.
 */
import { parseArgs } from 'node:util';
import { LimitForecast } from '../../collector/alert/statistics/time-to-limit.ts';
import { Random } from './random.ts';
import { DAY_MS, HEALTHY, HOUR_MS, LEAKS, type Level, MINUTE_MS, type Shape } from './shapes.ts';

const MB = 2 ** 20;
const EVERY_MS = 5_000;
/** Parts of the time from the leak's onset to its end at which it is asked. */
const ASKED = [0.25, 0.5, 0.75, 0.9] as const;
/** How long leaks take to their limit. */
const LASTS_MS = [20 * MINUTE_MS, 3 * HOUR_MS, DAY_MS] as const;
const LEAST_RATIO = 0.005;
const MOST_RATIO = 0.05;

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '30' } } });
const seeds = Number(values.seeds);

interface Asked {
  readonly errorRatio: number;
  readonly isHeld: boolean;
}

const all: Asked[] = [];
for (const lastsMs of LASTS_MS) {
  for (const at of ASKED) {
    const found: (Asked | null)[] = [];
    for (let seed = 1; seed <= seeds; seed++) {
      for (const leak of LEAKS) {
        const random = new Random(seed);
        found.push(asked(leak(random, (200 * MB * HOUR_MS) / lastsMs, 0), random, lastsMs, at));
      }
    }
    const told = found.filter((each) => each !== null);
    all.push(...told);
    process.stdout.write(
      `full after ${lastsMs / MINUTE_MS} min, asked at ${100 * at} %: told ${told.length} of ${found.length}, median error ${percent(median(told.map(({ errorRatio }) => errorRatio)))}, interval held ${percent(told.filter(({ isHeld }) => isHeld).length / told.length)}\n`,
    );
  }
}
process.stdout.write(
  `of ${all.length}: median error ${percent(median(all.map(({ errorRatio }) => errorRatio)))}, interval held ${percent(all.filter(({ isHeld }) => isHeld).length / all.length)}\n`,
);
let [healthy, alarmed] = [0, 0];
for (let seed = 1; seed <= seeds; seed++) {
  for (const shape of HEALTHY) {
    const random = new Random(seed);
    const { forecast } = followed(shape(random), random, 6 * HOUR_MS, 1_000 * MB);
    healthy++;
    if ((forecast.now()?.ms ?? Number.POSITIVE_INFINITY) < DAY_MS) alarmed++;
  }
}
process.stdout.write(`of ${healthy} programs that do not leak ${alarmed} were told a time of less than a day\n`);

/** Null where nothing was told. */
function asked({ level }: Shape, random: Random, lastsMs: number, at: number): Asked | null {
  const limitBytes = level(lastsMs);
  const { forecast, atMs } = followed({ level }, random, at * lastsMs, limitBytes);
  const told = forecast.now();
  if (!told) return null;
  const trueMs = reachedMs(level, limitBytes, atMs) - atMs;
  const { ms, earliestMs, latestMs = Number.POSITIVE_INFINITY } = told;
  return { errorRatio: Math.abs(ms - trueMs) / trueMs, isHeld: earliestMs <= trueMs && trueMs <= latestMs };
}

function followed({ level }: Pick<Shape, 'level'>, random: Random, untilMs: number, limitBytes: number) {
  const forecast = new LimitForecast();
  const noise = random.between(LEAST_RATIO, MOST_RATIO);
  let [wave, atMs] = [0, 0];
  for (; atMs < untilMs; atMs += EVERY_MS) {
    const memory = HOUR_MS / EVERY_MS;
    wave = wave * (1 - 1 / memory) + random.normal() * Math.sqrt(2 / memory);
    const spike = random.next() < 0.01 ? 0.5 : 0;
    const usedBytes = level(atMs) * (1 + noise * (wave + random.normal()) + spike);
    forecast.add(atMs, { source: 'limit', limitBytes, leftBytes: limitBytes - usedBytes });
  }
  return { forecast, atMs };
}

/** When the level itself is at the limit. */
function reachedMs(level: Level, limitBytes: number, fromMs: number): number {
  let atMs = fromMs;
  while (level(atMs) < limitBytes) atMs += EVERY_MS;
  return Math.max(atMs, fromMs + EVERY_MS);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN;
}

function percent(ratio: number): string {
  return `${Math.round(100 * ratio)} %`;
}
