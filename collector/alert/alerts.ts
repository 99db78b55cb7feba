/**
 * The alerts of a collector: reads its log from where it was, judges, and appends what comes of it.
 *
 *     log ──> events up to where it was: recalled ──> Engine
 *         ──> events after it: taken ──> Engine ──> Incidents ──> alert events ──> log ──> stream, notifications
 *                                                └─> state, committed beside the log: alerts that live, silences
 *
 * A collector that was killed goes on exactly where its state was committed (phase.ts): events after it are judged again, and
 * what they led to is not published twice (publication.ts).
 *
 * Where the state cannot be read at the start (its file is held, or its disk full) it begins anew, and what was kept is merged
 * into it when it is found:
 *
 *     silences      kept and not over, but for those that were ended meanwhile; and those that were added
 *     firing then   the same alert: it began when it did then and is not reported again, also where it has fired anew meanwhile;
 *                   over where its process is another by now, or its rule is gone
 *     pending then  goes on where nothing was judged meanwhile; else what was judged counts
 *     firing now    goes on, where it did not then
 */
import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { Alert, Evidence, RuleState, Silence } from '../../protocol/alert.ts';
import type { StreamEvent } from '../../protocol/events.ts';
import { type Params, RequestError, type Result } from '../../protocol/requests.ts';
import { WakeUp } from '../base/wake-up.ts';
import type { Rule } from '../config/rule.ts';
import type { ConsumerOffsets, EarlierOffset } from '../log/consumer-offsets.ts';
import { type EventLog, type LogEntry, LostError } from '../log/log.ts';
import { goesOnIn, moved } from './earlier-run.ts';
import { Engine, RULE_GONE } from './engine.ts';
import { Incidents } from './incident/incidents.ts';
import { lateLabels, withLateFields } from './late-fields.ts';
import { LiveSilences } from './live-silences.ts';
import { phaseOf, type Start } from './phase.ts';
import { publicationOf } from './publication.ts';
import { recallFrom } from './recall-from.ts';
import { timeOf } from './replay.ts';
import type { Moment } from './rule-run.ts';
import { ruleStates } from './rule-states.ts';
import { readState, type State } from './saved-state.ts';
import { silencedBy } from './silences.ts';
import { SteadyClock } from './steady-clock.ts';

/** How often the engine is given the time. */
const TICK_MS = 10_000;
/** How often alerts are let go that are long over. */
const LET_GO_EVERY_MS = 3_600_000;

/** Why what is gathered for an alert is reported to nobody: it had fired before, and that has evidence of its own. */
const FIRED_BEFORE = Symbol('fired before');

/** Why a gathering may end early. */
export interface GatherSignals {
  /** The collector stops: what is gathered is reported to nobody. */
  readonly stop: AbortSignal;
  /** The alert has resolved: what is found now is not of what fired. */
  readonly resolved: AbortSignal;
}

/** Gathers what speaks for an alert that fires; never throws. */
export type Gather = (alert: Alert, rule: Rule, signals: GatherSignals) => Promise<Evidence>;

export interface AlertsOptions {
  readonly rules: readonly Rule[];
  readonly log: EventLog;
  /** Where the state is kept; without one a restart begins anew. */
  readonly offsets?: ConsumerOffsets | undefined;
  readonly gather: Gather;
  /** How long an alert that is over stays in the log's state. */
  readonly keepMs: number;
  readonly logger: Logger;
  /** Milliseconds since 1970, and of a clock that never goes back. */
  readonly now: () => number;
  readonly monotonic: () => number;
}

export class Alerts {
  readonly #options: AlertsOptions;
  readonly #engine: Engine;
  readonly #incidents = new Incidents();
  readonly #clock: SteadyClock;
  readonly #state: State;
  readonly #wakeUp = new WakeUp();
  readonly #stop = new AbortController();
  /** What was said last of each alert, by fingerprint. */
  readonly #newest = new Map<string, Alert>();
  /** What is gathered, by fingerprint: ended when the alert has resolved. */
  readonly #gathering = new Map<string, AbortController>();
  readonly #start: Start;
  #rules: readonly Rule[];
  #letGoAtMs = 0;
  readonly #silences: LiveSilences;
  /** Whether all that was before this start has been read (phase.ts). */
  #isLive = false;
  /** The newest event that has been dealt with. */
  #offset: number;

  constructor(options: AlertsOptions) {
    const { rules, offsets, log, logger, now, monotonic } = options;
    this.#options = options;
    this.#state = readState(offsets?.committed('alerts'), log.id, logger);
    this.#rules = rules;
    this.#engine = new Engine(rules, this.#state.restored);
    this.#clock = new SteadyClock(this.#state, now, monotonic);
    const comesLater = offsets?.whenCommittedFound('alerts', (found) => this.#adopt(found)) ?? false;
    this.#silences = new LiveSilences(this.#state.silences, now, !comesLater);
    this.#offset = this.#state.offset;
    this.#start = { committedOffset: this.#state.offset, startOffset: log.offset };
    for (const { event } of log.latest()) {
      if (event.type === 'alert') this.#newest.set(event.fingerprint, alertOf(event));
      else if (event.type === 'target') this.#incidents.follow(event);
    }
    this.#incidents.recall([...this.#newest.values()]);
  }

  /** Judges until it is stopped. Never rejects: what goes wrong with one event is logged, and the next is taken. */
  async run(): Promise<void> {
    const { log, logger } = this.#options;
    const unfollow = log.follow(() => this.#wakeUp.wake());
    try {
      for (const alert of this.#alive()) if (alert.evidence?.state === 'gathering') void this.#gather(alert);
      let cursor = recallFrom(log, this.#rules, this.#state.offset, this.#options.now());
      while (!this.#stop.signal.aborted) {
        cursor = await this.#readOn(cursor);
        this.#tick();
        await this.#wakeUp.wait(TICK_MS);
      }
    } catch (error) {
      logger.error({ err: error }, 'alerts ended');
    } finally {
      unfollow();
    }
  }

  stop(): void {
    this.#stop.abort();
    this.#wakeUp.wake();
  }

  /** Has these rules from now on; those that are the same keep their states and windows. Tells whether any is another. */
  setRules(wanted: readonly Rule[]): boolean {
    const rules = wanted.map((rule) => this.#rules.find((known) => isDeepStrictEqual(known, rule)) ?? rule);
    if (isDeepStrictEqual(rules, this.#rules)) return false;
    this.#rules = rules;
    const moment = this.#clock.now();
    this.#say(this.#engine.setRules(rules, moment));
    // a target that had no rule was not looked at
    for (const { event } of this.#options.log.latest()) {
      if (event.type === 'target') this.#engine.recall(event, moment);
    }
    if (this.#isLive) this.#endOrphans();
    this.#keep();
    return true;
  }

  list(): Result<'alerts'> {
    const rules: RuleState[] = ruleStates(this.#engine);
    const silences = this.#silences.live;
    return { alerts: this.#alive().map((alert) => withLateFields(this.#silenced(alert))), rules, silences };
  }

  /** @throws RequestError where there are no rules */
  silence(params: Params<'silence'>): Silence {
    if (this.#rules.length === 0) {
      throw new RequestError(
        'not-found',
        'Cannot silence anything: the collector has no rules, add "alerts" to its configuration',
      );
    }
    const silence = this.#silences.add(params);
    this.#keep();
    return silence;
  }

  /** @throws RequestError where there is none with this id */
  unsilence(id: string): Silence[] {
    if (!this.#silences.end(id)) {
      throw new RequestError('not-found', `Cannot end silence "${id}": there is none, or it has ended`);
    }
    this.#keep();
    this.#wakeUp.wake();
    return this.#silences.live;
  }

  /** Deals with all that is in the log after `cursor`; gives where it is then. */
  async #readOn(cursor: number): Promise<number> {
    const { log, logger } = this.#options;
    if (this.#rules.length === 0) return this.#passOver();
    for (let at = cursor; !this.#stop.signal.aborted; ) {
      let page: readonly LogEntry[];
      try {
        page = log.after(at);
      } catch (error) {
        if (!(error instanceof LostError)) throw error;
        // the past is gone, or the log is another one: what comes is judged
        logger.warn({ err: error }, 'alerts start afresh: the log does not reach back far enough');
        return log.offset;
      }
      if (page.length === 0) return at;
      for (const entry of page) this.#see(entry);
      at = (page.at(-1) as LogEntry).offset;
      await setImmediate();
    }
    return cursor;
  }

  /** Nothing is judged without rules. */
  #passOver(): number {
    this.#offset = this.#options.log.offset;
    return this.#offset;
  }

  #see({ offset, event }: LogEntry): void {
    const phase = phaseOf(offset, this.#start);
    if (phase === 'live') this.#goLive();
    const moment = phase === 'live' ? this.#clock.now() : this.#clock.past(timeOf(event));
    if (phase === 'recalling') {
      this.#engine.recall(event, moment);
      return;
    }
    this.#offset = offset;
    if (event.type === 'alert') return;
    if (event.type === 'target') this.#incidents.follow(event);
    this.#say(this.#engine.take(event, moment));
  }

  #tick(): void {
    this.#goLive();
    this.#say(this.#engine.tick(this.#clock.now()));
    this.#endSilences();
    this.#letGo();
  }

  /** Of alerts that are long over the log keeps no state: there may be one of each kind that ever was. */
  #letGo(): void {
    const { log, keepMs, now, monotonic } = this.#options;
    if (monotonic() < this.#letGoAtMs) return;
    this.#letGoAtMs = monotonic() + LET_GO_EVERY_MS;
    for (const [fingerprint, alert] of this.#newest) {
      if (isAlive(alert) || Date.parse(alert.at) >= now() - keepMs) continue;
      this.#newest.delete(fingerprint);
      log.forget(alert.target, { alert: fingerprint });
    }
  }

  /** All that was before this start has been read: from here on it is known what is alive. */
  #goLive(): void {
    if (this.#isLive) return;
    this.#isLive = true;
    this.#engine.restart(this.#clock.now());
    this.#endOrphans();
  }

  /** An alert that nothing judges any more would never end. */
  #endOrphans(): void {
    const judged = new Set<string>();
    for (const { rule, target, series } of this.#engine.series()) {
      if (series.startsAt !== null) judged.add(JSON.stringify([rule.name, target, series.isolate, series.name]));
    }
    const { at } = this.#clock.now();
    const orphans = this.#alive().filter(({ rule, target, isolate, kind, gauge, members }) => {
      return !members && !judged.has(JSON.stringify([rule, target, isolate, kind ?? gauge]));
    });
    this.#publishAll(orphans.map((alert) => this.#ended(alert, at)));
    // an incident none of whose alerts is known any more
    const led = new Set(this.#alive().map(({ incident }) => incident));
    const empty = this.#alive().filter(({ members, fingerprint }) => members && !led.has(fingerprint));
    for (const incident of empty) this.#publish(this.#ended(incident, at));
  }

  /** An alert that is over because nothing judges it. */
  #ended({ evidence: _, silencedBy: __, ...alert }: Alert, at: string): Alert {
    const isRuled = this.#rules.some(({ name, group }) => name === alert.rule || group === alert.rule);
    const reason = isRuled ? 'its state was lost: the rule starts afresh' : RULE_GONE;
    if (alert.state === 'firing') return { ...alert, state: 'resolved', reason, endsAt: at, at };
    return { ...alert, state: 'inactive', reason, at };
  }

  /** Merges what was committed before this start and could not be read until now. */
  #adopt({ committed, alerts }: EarlierOffset): void {
    const { log, logger } = this.#options;
    const { restored, silences, ...stopped } = readState(committed, log.id, logger);
    const moment = this.#clock.now();
    this.#silences.adopt(silences);
    this.#engine.adopt(moved(restored, this.#clock.behindMs(stopped)), moment);
    const earlier = alerts.flatMap(({ event }) => (event.type === 'alert' && isAlive(event) ? [alertOf(event)] : []));
    const goesOn = goesOnIn(this.#engine, earlier);
    this.#incidents.recall(earlier.filter(goesOn));
    for (const alert of earlier) {
      if (goesOn(alert)) this.#goOnWith(alert);
      else this.#endLate(alert, moment);
    }
    this.#keep();
  }

  /** An alert that fires, or is pending, since before this start: it is said, for all who could not know of it. */
  #goOnWith(alert: Alert): void {
    const told = this.#silenced(alert);
    this.#newest.set(told.fingerprint, told);
    this.#gathering.get(told.fingerprint)?.abort(FIRED_BEFORE);
    this.#options.log.append({ type: 'alert', ...withLateFields(told) });
    if (told.evidence?.state === 'gathering') void this.#gather(told);
  }

  /** An alert of before this start that is over: it is said, and after it what there is of it now. */
  #endLate(alert: Alert, { at }: Moment): void {
    const now = this.#newest.get(alert.fingerprint);
    if (alert.state === 'pending' && now) return;
    this.#newest.set(alert.fingerprint, alert);
    this.#publish(this.#ended(alert, at));
    if (!now) return;
    this.#newest.set(now.fingerprint, now);
    this.#options.log.append({ type: 'alert', ...withLateFields(now) });
  }

  /** What fires and was silenced is reported anew once nothing silences it any more: somebody is to hear of it. */
  #endSilences(): void {
    const { at } = this.#clock.now();
    const heard = this.#alive().filter(({ state, silencedBy, evidence }) => {
      return state === 'firing' && silencedBy !== undefined && evidence?.state === 'done';
    });
    for (const alert of heard) {
      if (this.#silenced(alert).silencedBy === undefined) this.#publish({ ...alert, at });
    }
  }

  /** With the silences that keep it quiet: its own, or those of all that it consists of. */
  #silenced({ silencedBy: _, ...alert }: Alert): Alert {
    const by = silencedBy({ labels: lateLabels(alert) }, this.#silences.live, this.#membersOf(alert));
    return by.length > 0 ? { ...alert, silencedBy: by } : alert;
  }

  #membersOf({ members = [] }: Alert): Alert[] {
    return members.flatMap(({ fingerprint }) => this.#newest.get(fingerprint) ?? []).filter(isAlive);
  }

  /** Appends what the engine said, and keeps the state that it leaves. */
  #say(alerts: readonly Alert[]): void {
    this.#publishAll(alerts);
    if (alerts.length > 0) this.#keep();
  }

  /** With the incidents that they belong to. */
  #publishAll(alerts: readonly Alert[]): void {
    for (const alert of this.#incidents.take(alerts, this.#rules)) this.#publish(alert);
  }

  #publish(alert: Alert): void {
    const publication = publicationOf(alert, this.#newest.get(alert.fingerprint));
    if (!publication) return;
    const published = this.#silenced(publication.alert);
    this.#newest.set(published.fingerprint, published);
    if (published.state === 'resolved') this.#gathering.get(published.fingerprint)?.abort();
    this.#options.log.append({ type: 'alert', ...withLateFields(published) });
    if (publication.gathers) void this.#gather(published);
  }

  async #gather(alert: Alert): Promise<void> {
    const ruleName = alert.members?.[0]?.rule ?? alert.rule;
    const rule = this.#rules.find(({ name }) => name === ruleName);
    const resolved = new AbortController();
    this.#gathering.set(alert.fingerprint, resolved);
    const signals = { stop: this.#stop.signal, resolved: resolved.signal };
    const evidence: Evidence = rule
      ? await this.#options.gather(alert, rule, signals)
      : { state: 'done', refused: ['the rule no longer exists'] };
    if (this.#gathering.get(alert.fingerprint) === resolved) this.#gathering.delete(alert.fingerprint);
    if (this.#stop.signal.aborted || resolved.signal.reason === FIRED_BEFORE) return;
    const { at } = this.#clock.now();
    // it may have resolved since: what was gathered is reported all the same, and that it is over again after it
    const newest = this.#newest.get(alert.fingerprint);
    this.#publish(this.#incidents.found(alert, evidence, at) ?? { ...alert, evidence, at });
    if (newest && !isAlive(newest)) this.#publish({ ...newest, at });
    this.#keep();
  }

  #alive(): Alert[] {
    return [...this.#newest.values()].filter(isAlive);
  }

  #keep(): void {
    const restored = [...this.#engine.series()]
      .filter(({ series }) => series.status.state === 'pending' || series.status.state === 'firing')
      .map(({ rule, ...rest }) => ({ rule: rule.name, ...rest }));
    const { atMs } = this.#clock.now();
    const state: State = {
      offset: this.#offset,
      steadyMs: atMs,
      wallMs: this.#options.now(),
      restored,
      silences: this.#silences.live,
    };
    this.#options.offsets?.commit({ name: 'alerts', offset: this.#offset, state: JSON.stringify(state) });
  }
}

function isAlive({ state }: Pick<Alert, 'state'>): boolean {
  return state === 'pending' || state === 'firing';
}

function alertOf({
  type: _,
  offset: __,
  durable: ___,
  replay: ____,
  ...alert
}: Extract<StreamEvent, { type: 'alert' }>): Alert {
  return alert;
}
