/** Moments on the axis of time, as short as the steps between them allow. */

const DAY_S = 86_400;

/** @param atS seconds since 1970 @param stepS between two of them */
export function timeText(atS: number, stepS: number): string {
  const date = new Date(atS * 1_000);
  const time = date.toTimeString();
  if (stepS >= DAY_S) return dayText(date);
  const isMidnight = time.startsWith('00:00:00');
  return isMidnight ? dayText(date) : time.slice(0, stepS < 60 ? 8 : 5);
}

function dayText(date: Date): string {
  return `${date.getDate()} ${date.toLocaleString('en-US', { month: 'short' })}`;
}
