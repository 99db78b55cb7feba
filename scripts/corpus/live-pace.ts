/**
 * The shapes of the corpus as real processes run them: a day in a minute, and one object for each 64 KB.
 *
 *     shapes.ts   level in bytes, by milliseconds of weeks ──> objects, by milliseconds of minutes
 */
import { Random } from './random.ts';
import { DAY_MS, HEALTHY, LEAKS, type Shape } from './shapes.ts';

/** Of a simulated day. */
export const LIVE_DAY_MS = 60_000;
const BYTES_AN_OBJECT = 65_536;

/** Names of shapes; a leak is of exactly the rate that the rule asks for. */
export const LIVE_SHAPES = [...HEALTHY, ...LEAKS].map(({ name }) => name);

/** The shape of a seed; a leak begins with its process. @throws RangeError */
export function liveShape(name: string, seed: number, leakPerHour: number): Shape {
  const random = new Random(seed);
  const healthy = HEALTHY.find((shape) => shape.name === name);
  if (healthy) return healthy(random);
  const leak = LEAKS.find((shape) => shape.name === name);
  if (leak) return leak(random, leakPerHour, 0);
  throw new RangeError(`expected one of ${LIVE_SHAPES.join(', ')}, got "${name}"`);
}

/** Objects that live `sinceMs` after the process began. */
export function objectsAt({ level }: Shape, sinceMs: number): number {
  return Math.round(level((sinceMs * DAY_MS) / LIVE_DAY_MS) / BYTES_AN_OBJECT);
}

/** Objects an hour of a real clock, of bytes an hour of the simulated one. */
export function objectsPerHour(bytesPerHour: number): number {
  return (bytesPerHour / BYTES_AN_OBJECT) * (DAY_MS / LIVE_DAY_MS);
}
