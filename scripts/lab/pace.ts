/**
 * The lab's ten programs: what each keeps alive, by days of its own. A day takes a minute here, and everything is as
 * much smaller: what leaks 300 KB a day stands for what leaks 120 MB.
 */
import { Random } from '../corpus/random.ts';

/** Of the lab's clock. */
export const LAB_DAY_MS = 60_000;

export interface Lab {
  /** Whether it leaks, as it is said of a real program. */
  readonly leaks: boolean;
  /** Whether the default rules ask for so slow a leak. */
  readonly isDefaults: boolean;
  /** What a page has to name: the variable, or at least the script. */
  readonly heldBy: RegExp;
}

const LEAK = { leaks: true, isDefaults: true } as const;
const HEALTHY: Lab = { leaks: false, isDefaults: false, heldBy: /$^/ };

export const LABS: Readonly<Record<string, Lab>> = {
  map: { ...LEAK, heldBy: /sessionsByToken/ },
  worker: { ...LEAK, heldBy: /sessionsByToken/ },
  strings: { ...LEAK, heldBy: /lines|program\.js/ },
  buffers: { ...LEAK, heldBy: /uploads|program\.js/ },
  slow: { leaks: true, isDefaults: false, heldBy: /entries|program\.js/ },
  lru: HEALTHY,
  sawtooth: HEALTHY,
  step: HEALTHY,
  idle: HEALTHY,
  healthy: HEALTHY,
};

/** How many of what it keeps a program has alive, by milliseconds since it began. */
export type Wanted = (sinceMs: number) => number;

/** @throws RangeError for a program that is none */
export function wantedOf(name: string, seed: number): Wanted {
  const random = new Random(seed);
  const [share, part] = [random.between(0.8, 1.2), random.next()];
  const days = (ms: number) => ms / LAB_DAY_MS;
  switch (name) {
    case 'map':
    case 'worker':
    case 'strings':
      return (ms) => 0.05 * share * ms;
    case 'buffers':
      return (ms) => 0.005 * share * ms;
    case 'slow':
      return (ms) => 0.001 * ms;
    case 'lru': {
      const fillsDays = 0.1 + 0.35 * part;
      return (ms) => 3_000 * share * Math.min(1, days(ms) / fillsDays);
    }
    case 'sawtooth': {
      const everyDays = 0.05 + 0.15 * part;
      return (ms) => 2_000 * share * ((days(ms) / everyDays) % 1);
    }
    case 'step':
      return (ms) => (days(ms) < 0.5 + part ? 500 : 500 + 2_500 * share);
    case 'idle':
      return () => 0;
    case 'healthy':
      return (ms) => 400 + 200 * share * Math.sin(2 * Math.PI * (days(ms) + part));
    default:
      throw new RangeError(`expected one of ${Object.keys(LABS).join(', ')}, got "${name}"`);
  }
}
