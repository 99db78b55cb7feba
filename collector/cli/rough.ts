/** Figures for people: two or three digits and a unit. Settings are read and written exactly by ../units.ts. */

const SIZES = ['B', 'KB', 'MB', 'GB', 'TB'];

/** `512 B`, `36.1 MB`, `1.25 GB`: powers of 2^10. */
export function roughSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < SIZES.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : digits(value)} ${SIZES[unit]}`;
}

/** `0.4 ms`, `850 ms`, `1.2 s`, `74 s`, `12 min`, `3.5 h`, `8.1 d`. */
export function roughDuration(ms: number): string {
  if (ms < 999.5) return `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;
  if (ms < 120_000) return `${decimal(ms / 1000)} s`;
  if (ms < 7_200_000) return `${decimal(ms / 60_000)} min`;
  if (ms < 172_800_000) return `${decimal(ms / 3_600_000)} h`;
  return `${decimal(ms / 86_400_000)} d`;
}

function digits(value: number): string {
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

function decimal(value: number): string {
  return value.toFixed(value < 9.95 ? 1 : 0);
}
