/** Which alerts are shown, and in what order. */
import type { Alert } from '../../../../protocol/alert.ts';

/** States that an alert is listed in: one that ceased before it fired is not. */
export const LISTED = ['firing', 'pending', 'resolved'] as const;
export type Listed = (typeof LISTED)[number];

const RANKS: Readonly<Record<Alert['state'], number>> = { firing: 0, pending: 1, resolved: 2, inactive: 3 };

/** Each absent, or empty: all. */
export interface AlertChoice {
  readonly state?: string | undefined;
  readonly target?: string | undefined;
  readonly rule?: string | undefined;
  /** Words that have to stand somewhere in it. */
  readonly q?: string | undefined;
}

/**
 * Firing ones first, then pending, then resolved; the newest of each first. What belongs to an incident is found in it, and by
 * words.
 */
export function chosenAlerts(alerts: readonly Alert[], choice: AlertChoice): Alert[] {
  const words = (choice.q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  const known = new Set(alerts.map(({ fingerprint }) => fingerprint));
  return alerts
    .filter((alert) => isListed(alert.state))
    .filter(({ incident }) => words.length > 0 || incident === undefined || !known.has(incident))
    .filter(({ state }) => !choice.state || state === choice.state)
    .filter(({ target }) => !choice.target || target === choice.target)
    .filter(({ rule }) => !choice.rule || rule === choice.rule)
    .filter((alert) => words.length === 0 || hasWords(alert, words))
    .sort(
      (a, b) =>
        RANKS[a.state] - RANKS[b.state] || compare(b.startsAt, a.startsAt) || compare(a.fingerprint, b.fingerprint),
    );
}

/** How many there are in each state, whatever state is chosen. */
export function countsByState(alerts: readonly Alert[], choice: AlertChoice): Record<Listed, number> {
  const counts = { firing: 0, pending: 0, resolved: 0 };
  for (const { state } of chosenAlerts(alerts, { ...choice, state: undefined })) if (isListed(state)) counts[state]++;
  return counts;
}

/** What an alert is about: its kind, or its gauge; of an incident, its cause's. */
export function subjectOf({ kind, gauge }: Pick<Alert, 'kind' | 'gauge'>): string {
  return kind ?? gauge ?? '';
}

function isListed(state: Alert['state']): state is Listed {
  return state !== 'inactive';
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function hasWords(alert: Alert, words: readonly string[]): boolean {
  const { rule, target, isolate, reason, labels, annotations, evidence } = alert;
  const texts = [rule, target, isolate, subjectOf(alert), reason, evidence?.paths?.[0] ?? ''];
  const text = [...texts, ...Object.values(labels), ...Object.values(annotations)].join('\n').toLowerCase();
  return words.every((word) => text.includes(word));
}
