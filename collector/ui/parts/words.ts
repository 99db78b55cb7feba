/** Figures on the page: those of protocol/human.ts, with a minus sign as wide as the plus. */
import type { AlertUnit } from '../../../protocol/alert.ts';
import { humanCount, humanDuration, humanSize, signed } from '../../../protocol/human.ts';

/** `17.3 MB`, `−3 B`. */
export function size(bytes: number): string {
  return minus(humanSize(bytes));
}

/** `+17.3 MB`, `−3 B`, `0 B`. */
export function signedSize(bytes: number): string {
  return minus(signed(bytes, humanSize));
}

/** `2,027,301`. */
export function count(value: number): string {
  return minus(humanCount(value));
}

/** `+1,204`, `−3`, `0`. */
export function signedCount(value: number): string {
  return minus(signed(value, humanCount));
}

/** A minus sign as wide as a plus. */
function minus(figure: string): string {
  return figure.replace('-', '−');
}

/** `12 s ago`, `just now`. */
export function ago(at: string, nowMs: number): string {
  const passedMs = nowMs - Date.parse(at);
  return passedMs < 1_000 ? 'just now' : `${humanDuration(passedMs)} ago`;
}

/** The time of day here, with the date where it is not today's: `14:03:22`, `21 Nov 14:03`. */
export function moment(at: string | number, nowMs: number): string {
  const date = new Date(at);
  const time = date.toTimeString().slice(0, 8);
  if (new Date(nowMs).toDateString() === date.toDateString()) return time;
  return `${date.getDate()} ${date.toLocaleString('en-US', { month: 'short' })} ${time.slice(0, 5)}`;
}

/** `41 %` of a whole. */
export function share(part: number, whole: number): string {
  return whole === 0 ? '–' : `${Math.round((part * 100) / whole)} %`;
}

/** A figure of an alert, in the unit of what it watches: `12,345`, `5.1 MB`. */
export function amount(value: number, unit: AlertUnit): string {
  return unit === 'bytes' ? size(value) : count(value);
}

/** `+1,204/h`, `−3 B/h`. */
export function perHour(value: number, unit: AlertUnit): string {
  return `${unit === 'bytes' ? signedSize(value) : signedCount(value)}/h`;
}
