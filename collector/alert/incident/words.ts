/** An incident in a sentence: its cause, what grows with it, and where else. Pure. */
import type { Alert } from '../../../protocol/alert.ts';

/** Kinds that are named beside the cause. */
const NAMED = 3;

/** `Session: 12,345 objects, …; Date, Array and 4 more grow with it`. @param members the cause first */
export function incidentReason(members: readonly Alert[]): string {
  const [cause, ...others] = members;
  if (!cause) return '';
  const subject = cause.kind ?? cause.gauge;
  const own = subjectsOf([cause])[0];
  const with_ = subjectsOf(others).filter((other) => other !== own);
  const elsewhere = [...new Set(others.map(({ target }) => target))].filter((target) => target !== cause.target);
  return [
    `${subject}: ${cause.reason}`,
    ...(with_.length > 0 ? [`${listed(with_)} ${with_.length === 1 ? 'grows' : 'grow'} with it`] : []),
    ...(elsewhere.length > 0 ? [`also in ${listed(elsewhere)}`] : []),
  ].join('; ');
}

function subjectsOf(alerts: readonly Alert[]): string[] {
  return [...new Set(alerts.filter(isAlive).map(({ kind, gauge = '' }) => kind ?? gauge))];
}

function isAlive({ state }: Alert): boolean {
  return state === 'firing' || state === 'pending';
}

/** `a`, `a and b`, `a, b, c and 4 more`. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, NAMED);
  const more = names.length - shown.length;
  const parts = more > 0 ? [...shown, `${more} more`] : shown;
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}
