/** Alerts of an earlier run that are found only while this one goes on. */
import type { Alert } from '../../protocol/alert.ts';
import type { Engine, Restored } from './engine.ts';
import type { SeriesStatus } from './rule-run.ts';

/** The moments of their lives, moved from the clock of then to that of now. */
export function moved(restored: readonly Restored[], byMs: number): Restored[] {
  return restored.map((one) => {
    const { status } = one.series;
    const heldAtMs = status.heldAtMs === null ? null : status.heldAtMs + byMs;
    return { ...one, series: { ...one.series, status: { ...status, sinceMs: status.sinceMs + byMs, heldAtMs } } };
  });
}

/** Tells the alerts whose lives go on in an engine from those that are over; an incident goes on with one of its alerts. */
export function goesOnIn(engine: Engine, alerts: readonly Alert[]): (alert: Alert) => boolean {
  const lives = new Set([...engine.series()].map(({ rule, target, series }) => lifeOf(rule.name, target, series)));
  const goesOn = ({ rule, target, isolate, kind, gauge = '', startsAt }: Alert) =>
    lives.has(lifeOf(rule, target, { isolate, name: kind ?? gauge, startsAt }));
  const incidents = new Set(alerts.filter(goesOn).map(({ incident }) => incident));
  return (alert) => (alert.members ? incidents.has(alert.fingerprint) : goesOn(alert));
}

/** What tells one life of one alert from any other. */
function lifeOf(rule: string, target: string, one: Pick<SeriesStatus, 'isolate' | 'name' | 'startsAt'>): string {
  return JSON.stringify([rule, target, one.isolate, one.name, one.startsAt]);
}
