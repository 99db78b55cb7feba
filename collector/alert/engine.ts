/**
 * All rules on all targets: events of the log in, alerts out. Pure: it is told the time and answers; whoever calls it stores,
 * publishes and notifies.
 *
 *     usage, partition ─> readings ─┐
 *     footprint (our own) ─> mask ──┼─> RuleRun of (rule, target) ─> Alert
 *     target (another process) ─────┘
 */
import type { Alert } from '../../protocol/alert.ts';
import type { PartitionEvent, StreamEvent, UsageEvent } from '../../protocol/events.ts';
import { matchesGlob } from '../../protocol/glob.ts';
import { formatDuration } from '../units.ts';
import { render } from './fields.ts';
import { fingerprint } from './fingerprint.ts';
import { ALL_ISOLATES, Rounds } from './rounds.ts';
import { type Gauge, type Rule, unitOf } from './rule.ts';
import {
  type Change,
  type Moment,
  type Reading,
  RuleRun,
  type SeriesStatus,
  stateAfter,
  wireFigures,
} from './rule-run.ts';
import { amount, because } from './words.ts';

/** A target that has been away for so long is taken to be no more: its alerts resolve. */
const GONE_MS = 300_000;

/** Why an alert is over whose rule nobody wants any more. */
export const RULE_GONE = 'its rule is gone';

/** What the engine keeps of a target. */
interface Watched {
  incarnation: string | undefined;
  /** Since when it is away; null while it is there. */
  goneAtMs: number | null;
  labels: Readonly<Record<string, string>>;
  runs: readonly RuleRun[];
  /** For rules that sum isolates. */
  readonly rounds: Map<RuleRun, Rounds>;
}

/** An alert that was alive when the collector ended. */
export interface Restored {
  readonly rule: string;
  readonly target: string;
  readonly incarnation: string | undefined;
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
    const incarnation = 'incarnation' in event ? event.incarnation : undefined;
    if (incarnation !== undefined && incarnation !== watched.incarnation) {
      // an alert that is alive is of the process that it was kept with: what was before that does not concern it
      if (this.#restored.some(({ target }) => target === event.target)) return;
      for (const run of watched.runs) run.beginAnew();
      watched.incarnation = incarnation;
    }
    this.#follow(event, watched, moment);
    for (const { run, readings } of this.#readings(event, watched)) run.recall(readings, moment);
  }

  /** The time has come this far, whether anything happened or not. */
  tick(moment: Moment): Alert[] {
    return [...this.#targets].flatMap(([target, watched]) => {
      if (watched.goneAtMs === null || moment.atMs - watched.goneAtMs < GONE_MS) return [];
      watched.goneAtMs = null;
      return this.#end(target, watched, moment);
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
    for (const { rule, target, incarnation, labels, series } of restored) {
      const isKnown = this.#targets.has(target);
      const watched = this.#watched(target);
      if (!isKnown) Object.assign(watched, { labels, goneAtMs: atMs });
      watched.incarnation ??= incarnation;
      const isOther = incarnation !== undefined && incarnation !== watched.incarnation;
      if (isOther || !sameLabels(labels, watched.labels)) continue;
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
    for (const [target, { runs, incarnation, labels }] of this.#targets) {
      for (const { rule, series } of runs) {
        for (const one of series) yield { rule, target, incarnation, labels, series: one };
      }
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
      incarnation: restored[0]?.incarnation,
      goneAtMs: null,
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
    // whoever is read is there
    if (event.type === 'usage' || event.type === 'partition') watched.goneAtMs = null;
    if (event.type === 'footprint') mask(watched, event.isolate, event.keptBytes ?? 0);
    const incarnation = 'incarnation' in event ? event.incarnation : undefined;
    if (incarnation === undefined || incarnation === watched.incarnation) return [];
    const ended = watched.incarnation === undefined ? [] : this.#end(event.target, watched, moment);
    watched.incarnation = incarnation;
    return ended;
  }

  #end(target: string, watched: Watched, moment: Moment, reason = 'its process has ended'): Alert[] {
    watched.rounds.clear();
    return watched.runs.flatMap((run) => this.#endRun(run, target, watched, moment, reason));
  }

  #endRun(run: RuleRun, target: string, watched: Watched, moment: Moment, reason: string): Alert[] {
    return run.end(moment).map((change) => this.#alert(run.rule, target, watched, change, moment, reason));
  }

  /** The readings that an event has for each rule. */
  #readings(event: StreamEvent, watched: Watched): { run: RuleRun; readings: readonly Reading[] }[] {
    if (event.type !== 'usage' && event.type !== 'partition') return [];
    return watched.runs.flatMap((run) => {
      if (isWarmingUp(event, run.rule)) return [];
      if (!concerns(event, run.rule)) return [];
      const readings = event.type === 'usage' ? ofUsage(event, run.rule) : ofPartition(event, run);
      if (run.rule.isolates === 'each') return readings.length > 0 ? [{ run, readings }] : [];
      return summed(event.isolate, readings, run, watched);
    });
  }

  #alert(rule: Rule, target: string, watched: Watched, change: Change, { at }: Moment, ended?: string): Alert {
    const { isolate, name, figures, transition, startsAt } = change;
    const kind = rule.watch.type === 'kind' ? { kind: name } : {};
    const labels = { ...watched.labels, alertname: rule.name, target, isolate, ...kind, ...rule.labels };
    const state = stateAfter(transition);
    return {
      fingerprint: fingerprint(labels),
      rule: rule.name,
      target,
      isolate,
      state,
      ...(rule.watch.type === 'kind' ? kind : { gauge: rule.watch.gauge }),
      unit: unitOf(rule),
      labels,
      annotations: annotationsOf(rule, target, change),
      figures: wireFigures(figures),
      reason: ended ?? because(rule, figures),
      ...(watched.incarnation !== undefined && { incarnation: watched.incarnation }),
      startsAt,
      ...(state === 'resolved' && { endsAt: at }),
      at,
    };
  }
}

function sameLabels(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

function annotationsOf(rule: Rule, target: string, { isolate, name, figures }: Change): Record<string, string> {
  const unit = unitOf(rule);
  const { value, before, perHour } = figures;
  const fields = {
    rule: rule.name,
    target,
    isolate,
    kind: name,
    value: amount(value, unit),
    ...(before !== undefined && { before: amount(before, unit), delta: amount(value - before, unit) }),
    ...(perHour !== undefined && { slope: `${amount(perHour, unit)}/h` }),
    ...(rule.when.type !== 'above' && { within: formatDuration(rule.when.withinMs) }),
  };
  const entries = Object.entries(rule.annotations).map(([key, template]) => [key, render(template, fields)] as const);
  return Object.fromEntries(entries);
}

/** What a probe has added to RSS is no growth, in all rules that watch it. */
function mask({ runs }: Watched, isolate: string, keptBytes: number): void {
  if (keptBytes <= 0) return;
  for (const run of runs) {
    const { watch, isolates } = run.rule;
    if (watch.type === 'usage' && watch.gauge === 'rss')
      run.mask(isolates === 'sum' ? ALL_ISOLATES : isolate, keptBytes);
  }
}

const STARTED = /started (\S+)$/;

function isWarmingUp({ incarnation, takenAt }: UsageEvent | PartitionEvent, { warmUpMs }: Rule): boolean {
  if (warmUpMs === 0) return false;
  const startedAt = STARTED.exec(incarnation ?? '')?.[1];
  return startedAt !== undefined && Date.parse(takenAt) - Date.parse(startedAt) < warmUpMs;
}

const GAUGE_FIELDS = {
  heapUsed: 'heapUsedBytes',
  heapTotal: 'heapTotalBytes',
  external: 'externalBytes',
  arrayBuffers: 'arrayBuffersBytes',
  rss: 'rssBytes',
} as const satisfies Record<Gauge, keyof UsageEvent>;

/** Whether an event has what a rule watches: readings of different probes are never one series. */
function concerns(event: UsageEvent | PartitionEvent, { watch }: Rule): boolean {
  if (event.type === 'usage') return watch.type === 'usage';
  return watch.type === 'kind' && event.probe === watch.probe && event.by === watch.by && event.since === undefined;
}

function ofUsage(event: UsageEvent, { watch }: Rule): Reading[] {
  if (watch.type !== 'usage') return [];
  return [{ isolate: event.isolate, name: watch.gauge, value: event[GAUGE_FIELDS[watch.gauge]] }];
}

/** Kinds that were watched and have no row any more are none, where the partition is whole. */
function ofPartition(partition: PartitionEvent, run: RuleRun): Reading[] {
  const { watch } = run.rule;
  if (watch.type !== 'kind' || partition.probe !== watch.probe || partition.by !== watch.by || partition.since)
    return [];
  const { isolate } = partition;
  const readings = partition.rows
    .filter(({ kind }) => matchesGlob(watch.glob, kind))
    .map((row) => ({ isolate, name: row.kind, value: watch.measure === 'count' ? row.count : row.sizeBytes }));
  if (partition.other) return readings;
  const present = new Set(readings.map(({ name }) => name));
  const own = run.rule.isolates === 'sum' ? ALL_ISOLATES : isolate;
  const vanished = run.series.filter((series) => series.isolate === own && !present.has(series.name));
  return [...readings, ...vanished.map(({ name }) => ({ isolate, name, value: 0 }))];
}

function summed(
  isolate: string,
  readings: readonly Reading[],
  run: RuleRun,
  { rounds }: Watched,
): { run: RuleRun; readings: readonly Reading[] }[] {
  const round = rounds.get(run) ?? new Rounds();
  rounds.set(run, round);
  const sums = round.take(isolate, readings);
  if (sums?.anew) run.beginAnew();
  return sums ? [{ run, readings: sums.readings }] : [];
}
