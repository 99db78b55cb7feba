/** The units of settings: durations `ms s m h d` and sizes `B KB MB GB` (powers of 2^10), read and written. */

const DURATION_UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const SIZE_UNITS = { B: 1, KB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30 } as const;

/** Milliseconds of `250ms`, `5s`, `1.5m`, `6h` or `14d`. @throws RangeError for anything else. */
export function parseDuration(text: string): number {
  return parse(text, DURATION_UNITS, 'a duration such as 250ms, 5s, 10m, 6h or 14d');
}

/** Bytes of `100B`, `512KB`, `1.5MB` or `4GB`. @throws RangeError for anything else. */
export function parseSize(text: string): number {
  return parse(text, SIZE_UNITS, 'a size such as 512KB, 64MB or 4GB');
}

/** A duration in the largest unit that shows it whole: 90000 is `90s`, 600000 is `10m`. Fractions of 1 ms are dropped. */
export function formatDuration(durationMs: number): string {
  return format(Math.trunc(durationMs), DURATION_UNITS);
}

/** A size in the largest unit that shows it whole: 524288 is `512KB`. */
export function formatSize(sizeBytes: number): string {
  return format(sizeBytes, SIZE_UNITS);
}

type Units = Readonly<Record<string, number>>;

function parse(text: string, units: Units, expected: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([A-Za-z]+)$/.exec(text.trim()) ?? [];
  const factor = unit !== undefined && Object.hasOwn(units, unit) ? units[unit] : undefined;
  const value = Math.round(Number(number) * (factor ?? Number.NaN));
  if (!Number.isSafeInteger(value)) throw new RangeError(`expected ${expected}, got "${text}"`);
  return value;
}

function format(value: number, units: Units): string {
  const largestFirst = Object.entries(units).reverse();
  const [unit, factor] =
    largestFirst.find(([, factor]) => value !== 0 && value % factor === 0) ?? Object.entries(units)[0]!;
  return `${value / factor}${unit}`;
}
