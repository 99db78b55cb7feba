/**
 * Figures for people, the same on the command line, on the page, in alerts and in errors.
 * Settings have their own exact notation (the collector's units.ts), and so have heapy's tables (numerals.ts).
 */

const SIZES = ['B', 'KB', 'MB', 'GB', 'TB'];
/** Milliseconds in a unit, and from how many milliseconds on the next one is used. */
const DURATIONS = [
  { unit: 's', ms: 1_000, belowMs: 120_000 },
  { unit: 'min', ms: 60_000, belowMs: 7_200_000 },
  { unit: 'h', ms: 3_600_000, belowMs: 172_800_000 },
  { unit: 'd', ms: 86_400_000, belowMs: Number.POSITIVE_INFINITY },
] as const;

/** `512 B`, `5.1 MB`, `850 MB`, `-1.3 GB`: powers of 2^10. */
export function humanSize(bytes: number): string {
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 999.5 && unit < SIZES.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${bytes < 0 ? '-' : ''}${unit === 0 ? Math.round(value) : shortNumber(value)} ${SIZES[unit]}`;
}

/** `0.4 ms`, `850 ms`, `1.2 s`, `74 s`, `12 min`, `3.5 h`, `8 d`. */
export function humanDuration(ms: number): string {
  if (ms < 999.5) return `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;
  const { unit, ms: unitMs } = DURATIONS.find(({ belowMs }) => ms < belowMs)!;
  const value = ms / unitMs;
  return `${value < 9.95 ? Math.round(value * 10) / 10 : Math.round(value)} ${unit}`;
}

/** `2,027,301`, `-3`. */
export function humanCount(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A figure with a plus where it grows: `+5.1 MB`, `-3 B`, `0 B`. */
export function signed(value: number, human: (value: number) => string): string {
  return value > 0 ? `+${human(value)}` : human(value);
}

/** `1.3`, `36.1`, `850`: of a number from 0 to 999. */
export function shortNumber(value: number): string {
  return value.toFixed(value < 99.95 ? 1 : 0);
}
