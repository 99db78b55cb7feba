/**
 * All rules on all targets: events of the log in, alerts out. Pure: it is given the time and answers; its caller stores,
 * publishes and notifies.
 *
 *     usage, partition ─> readings ─┐
 *     footprint (our own) ─> mask ──┼─> RuleRun of (rule, target) ─> Alert
 *     target (another process) ─────┘
 */
import { MAIN } from '../../agent/cdp/isolate-name.ts';
import type { Alert } from '../../protocol/alert.ts';
import type { TimeToLimit } from '../../protocol/ceiling.ts';
import type { PartitionEvent, StreamEvent, UsageEvent } from '../../protocol/events.ts';
import { matchesGlob } from '../../protocol/glob.ts';
import { humanDuration } from '../../protocol/human.ts';
import { type Incarnation, incarnationOf } from '../../protocol/incarnation.ts';
import { isMachinery } from '../../protocol/machinery.ts';
import { render } from '../config/fields.ts';
import { type Condition, probesOf, type Rule, unitOf, type WatchedGauge } from '../config/rule.ts';
import { fingerprint } from './incident/fingerprint.ts';
import { type Life, Lives, livesText } from './lives.ts';
import { ALL_ISOLATES, Rounds } from './rounds.ts';
import {
  type Change,
  type Moment,
  RuleRun,
  type SeriesStatus,
  type SeriesValue,
  stateAfter,
  wireFigures,
} from './rule-run.ts';
import { amount, because, timeText, whyOver } from './words.ts';

/** A target that has been away for so long is taken to be no more: its alerts resolve. */
const GONE_MS = 300_000;

/** Why an alert is over whose rule nobody wants any more. */
export const RULE_GONE = 'its rule is gone';

/** Why an alert is over whose process has another after it. */
const PROCESS_ENDED = 'its process has ended';
/** The series of a rule on processes. */
const PROCESSES = 'processes';

/** What the engine keeps of a target. */
interface Watched {
  /** The process that it is now. */
  process: Incarnation;
  /** Since when it is away; null while it is there. */
  goneAtMs: number | null;
  labels: Readonly<Record<string, string>>;
  /** As its newest reading forecasts it. */
  timeToLimit: TimeToLimit | undefined;
  runs: readonly RuleRun[];
  readonly lives: Lives;
  /** For rules that sum isolates. */
  readonly rounds: Map<RuleRun, Rounds>;
}

/** An alert that was alive when the collector ended. */
export interface Restored extends Incarnation {
  readonly rule: string;
  readonly target: string;
  /** Of the target. */
  readonly labels: Readonly<Record<string, string>>;
  readonly series: SeriesStatus;
}

export class Engine {
  #rules: readonly Rule[];
  readonly #targets = new Map<string, Watched>();
  readonly #restored: readonly Restored[];

  constructor(rules: readonly Rule[], restored: readonly Restored[] = []) {
    this.#rules = rules;
    this.#restored = restored;
    // a target that never comes back has alerts that have to end
    for (const { target } of restored) this.#watched(target);
  }

  /** Takes an event as it happens; gives the alerts that changed by it. */
  take(event: StreamEvent, moment: Moment): Alert[] {
    const watched = this.#watched(event.target);
    if (watched.runs.length === 0) return [];
    const ended = [...this.#relabelled(event, watched, moment), ...this.#follow(event, watched, moment)];
    const changed = this.#readings(event, watched).flatMap(({ run, readings }) =>
      run.take(readings, moment).map((change) => this.#alert(run.rule, event.target, watched, change, moment)),
    );
    return [...ended, ...changed];
  }

  /** Takes an event of the past: it is known again, and changes nothing. */
  recall(event: StreamEvent, moment: Moment): void {
    const watched = this.#watched(event.target);
    if (watched.runs.length === 0) return;
    const process = processOf(event);
    if (isOfAnother(process, watched.process)) {
      // an alert that is alive is of the process that it was kept with: what was before that does not concern it
      if (this.#restored.some(({ target }) => target === event.target)) return;
      for (const run of watched.runs) run.succeed();
      const life = watched.process.incarnation === undefined ? undefined : watched.lives.next();
      if (life) recallEnd(watched, life, moment);
      watched.process = process;
    }
    const killed = endIn(event, watched);
    if (killed) recallEnd(watched, killed, moment);
    this.#follow(event, watched, moment);
    for (const { run, readings } of this.#readings(event, watched)) run.recall(readings, moment);
  }

  /** The time has come this far, whether anything happened or not. */
  tick(moment: Moment): Alert[] {
    return [...this.#targets].flatMap(([target, watched]) => {
      const passed = this.#ended(target, watched, undefined, moment);
      if (watched.goneAtMs === null || moment.atMs - watched.goneAtMs < GONE_MS) return passed;
      watched.goneAtMs = null;
      return [...passed, ...this.#end(target, watched, moment)];
    });
  }

  /** The collector has begun anew: no target is known to be there until it says so. */
  restart({ atMs }: Moment): void {
    for (const watched of this.#targets.values()) watched.goneAtMs ??= atMs;
  }

  /**
   * Goes on with alerts of an earlier run that were not known until now. Those of another process, with other labels or whose
   * rule is gone are left out: they are over.
   */
  adopt(restored: readonly Restored[], { atMs }: Moment): void {
    for (const { rule, target, labels, series, ...process } of restored) {
      const isKnown = this.#targets.has(target);
      const watched = this.#watched(target);
      if (!isKnown) Object.assign(watched, { labels, goneAtMs: atMs });
      if (watched.process.incarnation === undefined) watched.process = process;
      if (isOfAnother(process, watched.process) || !sameLabels(labels, watched.labels)) continue;
      watched.runs.find((run) => run.rule.name === rule)?.adopt(series);
    }
  }

  /**
   * Has these rules from now on; those that it has already (the same objects) go on as they are, the others begin anew. Gives
   * the alerts that ended by that.
   */
  setRules(rules: readonly Rule[], moment: Moment): Alert[] {
    this.#rules = rules;
    return [...this.#targets].flatMap(([target, watched]) => {
      const before = new Map(watched.runs.map((run) => [run.rule, run]));
      const ending = watched.runs.filter(({ rule }) => !rules.includes(rule));
      watched.runs = this.#rulesOf(target).map((rule) => before.get(rule) ?? new RuleRun(rule));
      for (const run of ending) watched.rounds.delete(run);
      return ending.flatMap((run) => {
        const isOther = rules.some(({ name }) => name === run.rule.name);
        return this.#endRun(run, target, watched, moment, isOther ? 'its rule has changed' : RULE_GONE);
      });
    });
  }

  /** All series of all rules, as they stand. */
  *series(): Generator<Omit<Restored, 'rule'> & { readonly rule: Rule }> {
    for (const [target, { runs, process, labels }] of this.#targets) {
      for (const { rule, series } of runs) {
        for (const one of series) yield { rule, target, ...process, labels, series: one };
      }
    }
  }

  /** The rules that cannot be judged on a target, and why. */
  *seldom(): Generator<{ readonly rule: string; readonly target: string; readonly why: string }> {
    for (const [target, { runs }] of this.#targets) {
      for (const { rule, seldom } of runs) if (seldom !== undefined) yield { rule: rule.name, target, why: seldom };
    }
  }

  #rulesOf(target: string): Rule[] {
    return this.#rules.filter(({ targets }) => targets.some((glob) => matchesGlob(glob, target)));
  }

  #watched(target: string): Watched {
    const known = this.#targets.get(target);
    if (known) return known;
    const restored = this.#restored.filter((one) => one.target === target);
    const watched: Watched = {
      process: incarnationOf(restored[0] ?? {}),
      goneAtMs: null,
      timeToLimit: undefined,
      lives: new Lives(),
      labels: restored[0]?.labels ?? {},
      runs: this.#rulesOf(target).map((rule) => {
        const own = restored.filter((one) => one.rule === rule.name);
        return new RuleRun(
          rule,
          own.map(({ series }) => series),
        );
      }),
      rounds: new Map(),
    };
    this.#targets.set(target, watched);
    return watched;
  }

  /** An alert is known by its labels: with others it would be another, and this one never end. */
  #relabelled(event: StreamEvent, watched: Watched, moment: Moment): Alert[] {
    if (event.type !== 'target' || event.labels === undefined || sameLabels(event.labels, watched.labels)) return [];
    const isAlive = watched.runs.some(({ series }) => series.some(({ startsAt }) => startsAt !== null));
    return isAlive ? this.#end(event.target, watched, moment, 'its target has other labels') : [];
  }

  /** What an event says of the process itself, and of what we cost it. */
  #follow(event: StreamEvent, watched: Watched, moment: Moment): Alert[] {
    if (event.type === 'target') {
      watched.labels = event.labels ?? watched.labels;
      watched.goneAtMs = event.state === 'gone' ? (watched.goneAtMs ?? moment.atMs) : null;
    }
    // what is read is there
    if (event.type === 'usage' || event.type === 'partition') watched.goneAtMs = null;
    if (event.type === 'usage' && event.isolate === MAIN) watched.timeToLimit = event.timeToLimit;
    const killed = endIn(event, watched);
    if (event.type === 'footprint') mask(watched, event.keptBytes ?? 0);
    const process = processOf(event);
    const isKnown = process.incarnation !== undefined;
    const isOther = isKnown && watched.process.incarnation !== undefined && isOfAnother(process, watched.process);
    const ended = isOther ? this.#end(event.target, watched, moment, PROCESS_ENDED) : [];
    const life = killed ?? (isOther ? watched.lives.next() : undefined);
    if (isKnown) watched.process = process;
    if (event.type === 'usage' && event.isolate === MAIN) watched.lives.read(event);
    if (event.type === 'partition' && event.isolate === MAIN) watched.lives.count(event);
    return life ? [...ended, ...this.#ended(event.target, watched, life, moment)] : ended;
  }

  /** What rules on the processes themselves say, after one has ended and as time passes. */
  #ended(target: string, watched: Watched, life: Life | undefined, moment: Moment): Alert[] {
    return watched.runs.flatMap((run) => {
      const { when } = run.rule;
      if (when.type !== 'ended' || (!life && run.series.length === 0)) return [];
      return run.take([endOf(life, when)], moment).map((change) => {
        const alert = this.#alert(run.rule, target, watched, change, moment);
        const lived = livesText(watched.lives.past, when.count);
        return lived === '' || alert.state !== 'firing' ? alert : { ...alert, reason: `${alert.reason}; ${lived}` };
      });
    });
  }

  #end(target: string, watched: Watched, moment: Moment, reason = 'it has been away for long'): Alert[] {
    watched.rounds.clear();
    // one process after the other is what some rules are about
    const runs = watched.runs.filter(({ rule }) => reason !== PROCESS_ENDED || rule.watch.type !== 'process');
    return runs.flatMap((run) => this.#endRun(run, target, watched, moment, reason));
  }

  #endRun(run: RuleRun, target: string, watched: Watched, moment: Moment, reason: string): Alert[] {
    return run
      .end(moment, reason === PROCESS_ENDED)
      .map((change) => this.#alert(run.rule, target, watched, change, moment, reason));
  }

  /** The readings that an event has for each rule. */
  #readings(event: StreamEvent, watched: Watched): { run: RuleRun; readings: readonly SeriesValue[] }[] {
    if (event.type !== 'usage' && event.type !== 'partition') return [];
    return watched.runs.flatMap((run) => {
      if (isWarmingUp(event, run.rule)) return [];
      if (!concerns(event, run.rule)) return [];
      if (event.type === 'partition' && !run.isLedBy(event)) return [];
      const readings = event.type === 'usage' ? ofUsage(event, run.rule) : ofPartition(event, run);
      if (run.rule.isolates === 'each') return readings.length > 0 ? [{ run, readings }] : [];
      return summed(event.isolate, readings, run, watched);
    });
  }

  #alert(rule: Rule, target: string, watched: Watched, change: Change, { at }: Moment, ended?: string): Alert {
    const { isolate, name, figures, fired, transition, startsAt } = change;
    const kind = rule.watch.type === 'kind' ? { kind: name } : {};
    const labels = {
      ...{ ...watched.labels, alertname: rule.name, target, isolate, ...kind },
      ...ownerIn(rule, name),
      ...rule.labels,
    };
    const state = stateAfter(transition);
    return {
      fingerprint: fingerprint(labels),
      rule: rule.name,
      target,
      isolate,
      state,
      ...(rule.watch.type === 'kind' ? kind : { gauge: rule.watch.type === 'usage' ? rule.watch.gauge : PROCESSES }),
      unit: unitOf(rule),
      labels,
      annotations: annotationsOf(rule, target, change, watched.timeToLimit),
      figures: wireFigures(figures),
      ...(fired && (state === 'firing' || state === 'resolved') && { fired: wireFigures(fired) }),
      reason: ended ?? (state === 'resolved' && fired ? whyOver(rule, figures, fired) : because(rule, figures)),
      ...watched.process,
      startsAt,
      ...(state === 'resolved' && { endsAt: at }),
      at,
    };
  }
}

/** Where its kinds are owners. */
function ownerIn({ watch }: Rule, kind: string): { owner?: string } {
  return watch.type === 'kind' && watch.by === 'owner' ? { owner: kind } : {};
}

function processOf(event: StreamEvent): Incarnation {
  return 'incarnation' in event ? incarnationOf(event) : {};
}

/** Whether this is known to be another process than the one before. */
function isOfAnother({ incarnation }: Incarnation, before: Incarnation): boolean {
  return incarnation !== undefined && incarnation !== before.incarnation;
}

/** The end of a process that an event tells of by itself. */
function endIn(event: StreamEvent, { lives }: Watched): Life | undefined {
  return event.type === 'target' && event.state === 'gone' ? lives.gone(event) : undefined;
}

function endOf(life: Life | undefined, { how }: Extract<Condition, { type: 'ended' }>): SeriesValue {
  return { isolate: MAIN, name: PROCESSES, value: life && (how === 'any' || life.isOutOfMemory) ? 1 : 0 };
}

/** An end in the past is known again. */
function recallEnd({ runs }: Watched, life: Life, moment: Moment): void {
  for (const run of runs) if (run.rule.when.type === 'ended') run.recall([endOf(life, run.rule.when)], moment);
}

function sameLabels(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

function annotationsOf(
  rule: Rule,
  target: string,
  { isolate, name, figures }: Change,
  timeToLimit: TimeToLimit | undefined,
): Record<string, string> {
  const unit = unitOf(rule);
  const { value, before, perHour, limit } = figures;
  const fields = {
    rule: rule.name,
    target,
    isolate,
    kind: name,
    value: amount(value, unit),
    ...(before !== undefined && { before: amount(before, unit), delta: amount(value - before, unit) }),
    ...(perHour !== undefined && { slope: `${amount(perHour, unit)}/h` }),
    ...(limit !== undefined && { limit: amount(limit, unit) }),
    ...(timeToLimit && { timeToLimit: timeText(timeToLimit) }),
    ...(rule.when.type !== 'above' && { within: humanDuration(rule.when.withinMs) }),
  };
  const entries = Object.entries(rule.annotations).map(([key, template]) => [key, render(template, fields)] as const);
  return Object.fromEntries(entries);
}

/** What a probe of any isolate has added to RSS is no growth of the process, in all rules that watch it. */
function mask({ runs }: Watched, keptBytes: number): void {
  if (keptBytes <= 0) return;
  for (const run of runs) {
    const { watch, isolates } = run.rule;
    if (watch.type === 'usage' && watch.gauge === 'rss') run.mask(isolates === 'sum' ? ALL_ISOLATES : MAIN, keptBytes);
  }
}

function isWarmingUp({ process, takenAt }: UsageEvent | PartitionEvent, { warmUpMs }: Rule): boolean {
  return process !== undefined && Date.parse(takenAt) - process.startedAtMs < warmUpMs;
}

const GAUGE_FIELDS = {
  heapUsed: 'heapUsedBytes',
  heapTotal: 'heapTotalBytes',
  external: 'externalBytes',
  arrayBuffers: 'arrayBuffersBytes',
  rss: 'rssBytes',
} as const satisfies Record<WatchedGauge, keyof UsageEvent>;

/** Whether an event has what a rule watches: readings of different probes are never one series, and RSS is the process's. */
function concerns(event: UsageEvent | PartitionEvent, { watch }: Rule): boolean {
  if (event.type === 'usage') return watch.type === 'usage' && (watch.gauge !== 'rss' || event.isolate === MAIN);
  if (watch.type !== 'kind' || event.by !== watch.by || event.since !== undefined) return false;
  return probesOf(watch).includes(event.probe);
}

function ofUsage(event: UsageEvent, { watch, when }: Rule): SeriesValue[] {
  if (watch.type !== 'usage') return [];
  const reading = { isolate: event.isolate, name: watch.gauge, value: event[GAUGE_FIELDS[watch.gauge]] };
  if (when.type !== 'above' || !when.of) return [reading];
  return when.of === 'limit' ? ofLimit(event, reading) : ofHeapLimit(event, reading);
}

/** What counts against the nearest limit: more than the process's own RSS where others are in its group. */
function ofLimit({ ceiling }: UsageEvent, reading: SeriesValue): SeriesValue[] {
  if (ceiling?.limitBytes === undefined) return [];
  const { limitBytes, leftBytes, source } = ceiling;
  return [{ ...reading, value: limitBytes - leftBytes, limit: { bytes: limitBytes, source } }];
}

function ofHeapLimit({ heapLimitBytes, isolate }: UsageEvent, reading: SeriesValue): SeriesValue[] {
  if (heapLimitBytes === 0) return [];
  return [{ ...reading, limit: { bytes: heapLimitBytes, source: `V8's limit of its heap (${isolate})` } }];
}

/** Kinds that were watched and have no row any more are none, where the partition is whole. */
function ofPartition(partition: PartitionEvent, run: RuleRun): SeriesValue[] {
  const { watch } = run.rule;
  if (watch.type !== 'kind') return [];
  const { isolate } = partition;
  const readings = partition.rows
    .filter(({ kind }) => watch.glob === kind || (matchesGlob(watch.glob, kind) && !isMachinery(kind)))
    .map((row) => {
      return { isolate, name: row.kind, value: watch.measure === 'count' ? row.count : run.sizes.of(isolate, row) };
    });
  if (partition.other) return readings;
  const present = new Set(readings.map(({ name }) => name));
  const own = run.rule.isolates === 'sum' ? ALL_ISOLATES : isolate;
  const vanished = run.series.filter((series) => series.isolate === own && !present.has(series.name));
  return [...readings, ...vanished.map(({ name }) => ({ isolate, name, value: 0 }))];
}

function summed(
  isolate: string,
  readings: readonly SeriesValue[],
  run: RuleRun,
  { rounds }: Watched,
): { run: RuleRun; readings: readonly SeriesValue[] }[] {
  const round = rounds.get(run) ?? new Rounds();
  rounds.set(run, round);
  const sums = round.take(isolate, readings);
  if (sums?.anew) run.beginAnew();
  return sums ? [{ run, readings: sums.readings }] : [];
}
