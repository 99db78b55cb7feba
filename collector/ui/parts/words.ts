/** Figures as people read them. Tables of heapy have their own, exact ones. */

const SIZE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** `17.3 MB`; powers of 2^10, three digits. */
export function size(bytes: number): string {
  let value = Math.abs(bytes);
  let unit = 0;
  while (value >= 999.5 && unit < SIZE_UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${bytes < 0 ? '−' : ''}${value.toFixed(digits)} ${SIZE_UNITS[unit]}`;
}

/** `+17.3 MB`, `−3 B`, `0 B`. */
export function signedSize(bytes: number): string {
  return bytes > 0 ? `+${size(bytes)}` : size(bytes);
}

/** `2,027,301`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US').replace('-', '−');
}

/** `+1,204`, `−3`, `0`. */
export function signedCount(value: number): string {
  return value > 0 ? `+${count(value)}` : count(value);
}

/** `380 ms`, `4.2 s`, `12 min`, `3.5 h`, `2 d`. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const [unit, per] =
    ms < 59_950
      ? ['s', 1_000]
      : ms < 3_570_000
        ? ['min', 60_000]
        : ms < 86_000_000
          ? ['h', 3_600_000]
          : ['d', 86_400_000];
  const value = ms / (per as number);
  return `${value >= 9.95 || Number.isInteger(value) ? Math.round(value) : value.toFixed(1)} ${unit}`;
}

/** `12 s ago`, `just now`. */
export function ago(at: string, nowMs: number): string {
  const passedMs = nowMs - Date.parse(at);
  return passedMs < 1_000 ? 'just now' : `${duration(passedMs)} ago`;
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
export function amount(value: number, unit: 'objects' | 'bytes'): string {
  return unit === 'bytes' ? size(value) : count(value);
}

/** `+1,204/h`, `−3 B/h`. */
export function perHour(value: number, unit: 'objects' | 'bytes'): string {
  return `${unit === 'bytes' ? signedSize(value) : signedCount(value)}/h`;
}
