/**
 * One rule on one target: its series, what is judged of each, and how their alerts live.
 *
 *     readings of one moment ─> SeriesWatch ─> judgement of each series ─> life cycle ─> changes
 */
import { MAIN } from '../../agent/cdp/isolate-name.ts';
import type { Alert, AlertFigures } from '../../protocol/alert.ts';
import { maxOf } from '../../protocol/extremes.ts';
import { humanDuration } from '../../protocol/human.ts';
import type { Probe } from '../../protocol/partition.ts';
import { seldomOf } from '../config/readings.ts';
import type { Rule } from '../config/rule.ts';
import { CountedSizes } from './counted-sizes.ts';
import { LeadingProbe } from './leading-probe.ts';
import { type AlertStatus, end, step, type Transition, UNSEEN } from './life-cycle.ts';
import { type Figures, type SeriesWatch, seriesWatch } from './series-watch.ts';

/** One value of one series. `name`: a kind, or the gauge. */
export interface SeriesValue {
  readonly isolate: string;
  readonly name: string;
  readonly value: number;
  /** What its condition is a share of, and whose limit that is. */
  readonly limit?: { readonly bytes: number; readonly source: string };
}

/** One series' alert, as far as it has lived. */
export interface SeriesStatus {
  readonly isolate: string;
  readonly name: string;
  readonly status: AlertStatus;
  readonly figures: Figures;
  /** As it fired last; absent before that. */
  readonly fired?: Figures;
  /** When its condition began to hold, by the wall's clock: ISO 8601; null while it does not. */
  readonly startsAt: string | null;
}

/** A transition of one series' alert. */
export interface Change extends SeriesStatus {
  readonly transition: Transition;
  readonly startsAt: string;
}

/** The moment of a reading: by a clock that never jumps, and by the wall's. */
export interface Moment {
  readonly atMs: number;
  readonly at: string;
}

const NOTHING: Figures = { value: Number.NaN };
/** A reading that comes late once is no schedule. */
const SPARE = 1.5;

export class RuleRun {
  readonly rule: Rule;
  /** Of kinds whose sizes are estimates. */
  readonly sizes = new CountedSizes();
  /** Of a rule that names no probe. */
  #leading = new LeadingProbe();
  #isMainRead = false;
  readonly #watch: SeriesWatch;
  /** By isolate, when it was read last, and how long after the reading before. */
  readonly #read = new Map<string, { readonly atMs: number; readonly gapMs: number }>();
  readonly #series = new Map<string, SeriesStatus>();
  /** Whether kinds were left out because there are too many. */
  overflowed = false;

  /** @param restored alerts that were alive when the collector ended */
  constructor(rule: Rule, restored: readonly SeriesStatus[] = []) {
    this.rule = rule;
    this.#watch = seriesWatch(rule);
    for (const status of restored) this.#series.set(keyOf(status), status);
  }

  get series(): readonly SeriesStatus[] {
    return [...this.#series.values()];
  }

  /**
   * Whether it judges by a reading of this probe of an isolate; begins anew where another led until now. Where the main thread is
   * read, its readings decide for all: workers come and go.
   */
  isLedBy({ isolate, probe }: { readonly isolate: string; readonly probe: Probe }): boolean {
    const { watch } = this.rule;
    if (watch.type !== 'kind' || watch.probe !== null) return true;
    if (isolate === MAIN) this.#isMainRead = true;
    else if (this.#isMainRead) return this.#leading.isLed(probe);
    const { leads, anew } = this.#leading.take(probe);
    if (anew) this.#watch.forget();
    return leads;
  }

  /** Why it cannot be judged however long it is watched: its readings are too far apart. Undefined where they are not. */
  get seldom(): string | undefined {
    const { when, watch } = this.rule;
    const seldom = watch.type === 'process' ? undefined : seldomOf(when);
    const gapMs = maxOf([...this.#read.values()].map((read) => read.gapMs));
    if (seldom === undefined || gapMs <= seldom.enoughMs * SPARE) return undefined;
    return `readings come ${humanDuration(gapMs)} apart, and ${seldom.needed}`;
  }

  /** Takes the readings of one moment, largest first. */
  take(readings: readonly SeriesValue[], moment: Moment): Change[] {
    for (const isolate of new Set(readings.map((reading) => reading.isolate))) this.#note(isolate, moment.atMs);
    const due = readings.filter((reading) => this.#add(reading, moment));
    return due.flatMap((reading) => {
      const before = this.#series.get(keyOf(reading)) as SeriesStatus;
      const isFiring = before.status.state === 'firing';
      const { judgement, figures } = this.#watch.judge(keyOf(reading), {
        isFiring,
        ...(reading.limit && { limit: reading.limit }),
      });
      return this.#enter(before, figures, step(before.status, judgement, moment.atMs, this.rule), moment);
    });
  }

  /** Takes readings of the past without judging them: what a restarted collector has to know again. */
  recall(readings: readonly SeriesValue[], moment: Moment): void {
    for (const reading of readings) this.#add(reading, moment);
  }

  /** What we caused in the target ourselves is no growth of it. */
  mask(isolate: string, by: number): void {
    for (const series of this.#series.values()) {
      if (series.isolate === isolate) this.#watch.shift(keyOf(series), by);
    }
  }

  /** What was read so far cannot be compared with what comes. */
  beginAnew(): void {
    this.#watch.forget();
  }

  /** Another process is there. */
  succeed(): void {
    this.#watch.succeed();
  }

  /**
   * Goes on with an alert of an earlier run that was not known until now. One that fired still does, whatever was judged
   * since: the next judgement tells whether it is over. One that was pending goes on only where nothing was judged.
   */
  adopt(before: SeriesStatus): void {
    const now = this.#series.get(keyOf(before));
    if (now === undefined || now.figures === NOTHING) {
      this.#series.set(keyOf(before), before);
    } else if (before.status.state === 'firing') {
      const status = { ...before.status, heldAtMs: now.status.heldAtMs ?? before.status.heldAtMs };
      this.#series.set(keyOf(before), { ...now, status, startsAt: before.startsAt });
    }
  }

  /**
   * Its process is no more, or the rule is not: every series ends, and a new process begins anew.
   * @param isSucceeded another process is there: what was learnt may count on
   */
  end(moment: Moment, isSucceeded = false): Change[] {
    const changes = this.series.flatMap((series) =>
      this.#enter(series, series.figures, end(series.status, moment.atMs), moment),
    );
    this.#series.clear();
    this.#read.clear();
    this.#leading = new LeadingProbe();
    this.#isMainRead = false;
    this.sizes.clear();
    if (isSucceeded) this.#watch.succeed();
    else this.#watch.forget();
    this.overflowed = false;
    return changes;
  }

  #note(isolate: string, atMs: number): void {
    const before = this.#read.get(isolate);
    this.#read.set(isolate, { atMs, gapMs: before ? atMs - before.atMs : 0 });
  }

  #add(reading: SeriesValue, { atMs }: Moment): boolean {
    const key = keyOf(reading);
    if (!this.#series.has(key)) {
      if (this.#series.size >= this.rule.maxSeries) {
        this.overflowed = true;
        return false;
      }
      const { isolate, name } = reading;
      this.#series.set(key, { isolate, name, status: UNSEEN, figures: NOTHING, startsAt: null });
    }
    return this.#watch.add(key, atMs, reading.value);
  }

  #enter(before: SeriesStatus, figures: Figures, next: ReturnType<typeof step>, { at }: Moment): Change[] {
    const { status, transition } = next;
    const startsAt = before.startsAt ?? at;
    const alive = status.state === 'pending' || status.state === 'firing';
    const series: SeriesStatus = {
      ...{ ...before, status, figures, startsAt: alive ? startsAt : null },
      ...(transition === 'firing' && { fired: figures }),
    };
    this.#series.set(keyOf(before), series);
    return transition ? [{ ...series, transition, startsAt }] : [];
  }
}

/** The state that a transition leads to, as it is reported. */
export function stateAfter(transition: Transition): Alert['state'] {
  return transition === 'cancelled' ? 'inactive' : transition;
}

/** Figures as they cross the wire: what is not a number is absent. */
export function wireFigures({ value, ...rest }: Figures): AlertFigures {
  return { value: Number.isFinite(value) ? value : 0, ...rest };
}

function keyOf({ isolate, name }: Pick<SeriesValue, 'isolate' | 'name'>): string {
  return `${isolate}\n${name}`;
}
