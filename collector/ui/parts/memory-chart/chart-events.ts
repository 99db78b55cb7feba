/** What happened beside the lines of the chart: our own probes, phases, restarts, alerts. */
import type { Alert } from '../../../../protocol/alert.ts';
import type { FootprintEvent, MarkEvent } from '../../../../protocol/events.ts';
import { humanDuration } from '../../../../protocol/human.ts';
import { signedSize } from '../words.ts';

/** A moment (`fromMs` = `toMs`) or a time; `text` says what it was. */
export interface ChartEvent {
  readonly sort: 'ours' | 'phase' | 'restart' | 'firing' | 'pending';
  readonly fromMs: number;
  readonly toMs: number;
  /** Short enough to stand in the chart. */
  readonly label: string;
  readonly text: string;
  /** Of an alert. */
  readonly fingerprint?: string;
}

interface Happened {
  readonly footprints: readonly FootprintEvent[];
  readonly marks: readonly MarkEvent[];
  readonly alerts: readonly Alert[];
  readonly restarts: readonly number[];
}

/** By time; what is still so lasts until `toMs`. */
export function chartEvents(
  { footprints, marks, alerts, restarts }: Happened,
  fromMs: number,
  toMs: number,
): ChartEvent[] {
  const events = [
    ...footprints.map(ours),
    ...marks.map(phase),
    ...restarts.map(restart),
    ...alerts.filter(({ state }) => state !== 'inactive').map((alert) => span(alert, toMs)),
  ];
  return events.filter((event) => event.toMs >= fromMs && event.fromMs <= toMs).sort((a, b) => a.fromMs - b.fromMs);
}

/** The last report of each alert, each time that it fired. @param alerts in the order of their states */
export function newestOfEach(alerts: readonly Alert[]): Alert[] {
  return [...new Map(alerts.map((alert) => [`${alert.fingerprint} ${alert.startsAt}`, alert])).values()];
}

/** What was there at a moment, or within `nearMs` of it. */
export function eventsAt(events: readonly ChartEvent[], atMs: number, nearMs: number): ChartEvent[] {
  return events.filter(({ fromMs, toMs }) => fromMs - nearMs <= atMs && atMs <= toMs + nearMs);
}

function ours({ cause, from, to, pauseMs, extraBytes, keptBytes }: FootprintEvent): ChartEvent {
  const lift = extraBytes === undefined ? '' : `, RSS ${signedSize(extraBytes)}`;
  const kept = keptBytes === undefined ? '' : `, ${signedSize(keptBytes)} of it kept`;
  return {
    sort: 'ours',
    fromMs: Date.parse(from),
    toMs: Date.parse(to),
    label: cause,
    text: `our ${cause}: paused ${humanDuration(pauseMs)}${lift}${kept}`,
  };
}

function phase({ at, label }: MarkEvent): ChartEvent {
  return { sort: 'phase', fromMs: Date.parse(at), toMs: Date.parse(at), label, text: `phase ${label} begins` };
}

function restart(atMs: number): ChartEvent {
  return { sort: 'restart', fromMs: atMs, toMs: atMs, label: 'restart', text: 'another process from here on' };
}

function span({ rule, kind, gauge, state, startsAt, endsAt, fingerprint }: Alert, toMs: number): ChartEvent {
  const what = kind ?? gauge;
  return {
    sort: state === 'pending' ? 'pending' : 'firing',
    fromMs: Date.parse(startsAt),
    toMs: endsAt === undefined ? Math.max(toMs, Date.parse(startsAt)) : Date.parse(endsAt),
    label: rule,
    text: `alert ${rule}${what === undefined ? '' : ` on ${what}`}: ${state}`,
    fingerprint,
  };
}
