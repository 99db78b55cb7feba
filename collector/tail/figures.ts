/** Counts for a column of a given width: whole where they fit, else rough. */
import { humanCount, shortNumber } from '../../protocol/human.ts';

const UNITS = ['k', 'M', 'G', 'T'];

/** `23,750`, or `23.8k` where that does not fit `width`. */
export function countText(count: number, width: number): string {
  const whole = humanCount(count);
  return whole.length <= width ? whole : roughCount(count);
}

/** `+3,250`, `-12`, `0`. */
export function signedCount(count: number, width: number): string {
  const text = countText(Math.abs(count), width - 1);
  if (count === 0) return '0';
  return `${count < 0 ? '-' : '+'}${text}`;
}

/** `+250`, `+1.5`, `-0.03`, `0`. */
export function signedRate(rate: number, width: number): string {
  const size = Math.abs(rate);
  if (size < 0.005) return '0';
  const text = size < 10 ? size.toFixed(size < 1 ? 2 : 1) : countText(size, width - 1);
  return `${rate < 0 ? '-' : '+'}${text}`;
}

function roughCount(count: number): string {
  let value = count;
  let unit = -1;
  while (Math.abs(value) >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${shortNumber(value)}${UNITS[unit] ?? ''}`;
}

/** Of workers that live beside what is followed: a leak may be in one of them. */
export function unshownText(workers: number): string {
  return `${workers === 1 ? '1 worker is' : `${workers} workers are`} not shown: --isolate all`;
}
