/**
 * The alerts of a collector: reads its log from where it was, judges, and appends what comes of it.
 *
 *     log ──> events up to where it was: recalled ──> Engine
 *         ──> events after it: taken ──> Engine ──> alert events ──> log ──> stream, notifications
 *                                                └─> state, kept beside the log: alerts that live, silences
 *
 * A collector that was killed goes on exactly where its state was kept: events after it are judged again, and what they led
 * to is not said twice.
 *
 * Where the state cannot be read at the start (its file is held, or its disk full) it begins anew, and what was kept is merged
 * into it when it is found:
 *
 *     silences      kept and not over, but for those that were ended meanwhile; and those that were added
 *     firing then   the same alert: it began when it did then and is not told again, also where it has fired anew meanwhile;
 *                   over where its process is another by now, or its rule is gone
 *     pending then  goes on where nothing was judged meanwhile; else what was judged stands
 *     firing now    stands, where it did not then
 */
import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import type { Alert, Evidence, RuleState, Silence } from '../../protocol/alert.ts';
import type { StreamEvent } from '../../protocol/events.ts';
import { type Params, RequestError, type Result } from '../../protocol/requests.ts';
import { type EventLog, type LogEntry, LostError } from '../log/log.ts';
import { Bell } from '../waiting/bell.ts';
import { goesOnIn, moved } from './earlier-run.ts';
import { Engine, RULE_GONE } from './engine.ts';
import { LiveSilences } from './live-silences.ts';
import { type AlertMemory, type Found, readState, type State } from './memory.ts';
import { recallFrom } from './recall-from.ts';
import { timeOf } from './replay.ts';
import type { Rule } from './rule.ts';
import type { Moment } from './rule-run.ts';
import { ruleStates } from './rule-states.ts';
import { isSilenced } from './silences.ts';
import { SteadyClock } from './steady-clock.ts';

/** How often the engine is told the time. */
const TICK_MS = 10_000;
/** How often alerts are let go that are long over. */
const LET_GO_EVERY_MS = 3_600_000;

/** Why what is gathered for an alert is told to nobody: it had fired before, and that has evidence of its own. */
const FIRED_BEFORE = Symbol('fired before');

/** Why a gathering may end early. */
export interface GatherSignals {
  /** The collector stops: what is gathered is told to nobody. */
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
  readonly memory?: AlertMemory | undefined;
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
  readonly #clock: SteadyClock;
  readonly #state: State;
  readonly #bell = new Bell();
  readonly #stop = new AbortController();
  /** What was said last of each alert, by fingerprint. */
  readonly #newest = new Map<string, Alert>();
  /** What is gathered, by fingerprint: ended when the alert has resolved. */
  readonly #gathering = new Map<string, AbortController>();
  /** What is in the log from before this start happened at times of its own. */
  readonly #startOffset: number;
  #rules: readonly Rule[];
  #letGoAtMs = 0;
  readonly #silences: LiveSilences;
  /** Whether what was before this start has been read again. */
  #hasBegun = false;
  /** The newest event that has been dealt with. */
  #offset: number;

  constructor(options: AlertsOptions) {
    const { rules, memory, log, logger, now, monotonic } = options;
    this.#options = options;
    this.#state = readState(memory?.kept('alerts'), log.id, logger);
    this.#rules = rules;
    this.#engine = new Engine(rules, this.#state.restored);
    this.#clock = new SteadyClock(this.#state, now, monotonic);
    const comesLater = memory?.whenFound('alerts', (found) => this.#adopt(found)) ?? false;
    this.#silences = new LiveSilences(this.#state.silences, now, !comesLater);
    this.#offset = this.#state.offset;
    this.#startOffset = log.offset;
    for (const { event } of log.latest()) {
      if (event.type === 'alert') this.#newest.set(event.fingerprint, alertOf(event));
    }
  }

  /** Judges until it is stopped. Never rejects: what goes wrong with one event is logged, and the next is taken. */
  async run(): Promise<void> {
    const { log, logger } = this.#options;
    const unfollow = log.follow(() => this.#bell.ring());
    try {
      for (const alert of this.#alive()) if (alert.evidence?.state === 'gathering') void this.#gather(alert);
      let cursor = recallFrom(log, this.#rules, this.#state.offset, this.#options.now());
      while (!this.#stop.signal.aborted) {
        cursor = await this.#readOn(cursor);
        this.#tick();
        await this.#bell.wait(TICK_MS);
      }
    } catch (error) {
      logger.error({ err: error }, 'alerts ended');
    } finally {
      unfollow();
    }
  }

  stop(): void {
    this.#stop.abort();
    this.#bell.ring();
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
    if (this.#hasBegun) this.#endOrphans();
    this.#keep();
    return true;
  }

  list(): Result<'alerts'> {
    const rules: RuleState[] = ruleStates(this.#engine);
    const silences = this.#silences.live;
    return { alerts: this.#alive().map((alert) => silenced(alert, silences)), rules, silences };
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
    this.#bell.ring();
    return this.#silences.live;
  }

  /** Deals with all that is in the log after `cursor`; gives where it stands then. */
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
        logger.warn({ err: error }, 'alerts begin anew: the log does not reach back');
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

  #see(entry: LogEntry): void {
    const { event } = entry;
    if (entry.offset > this.#startOffset) this.#begin();
    const moment = entry.offset <= this.#startOffset ? this.#clock.past(timeOf(event)) : this.#clock.now();
    if (entry.offset <= this.#state.offset) {
      this.#engine.recall(event, moment);
      return;
    }
    this.#offset = entry.offset;
    if (event.type === 'alert') return;
    this.#say(this.#engine.take(event, moment));
  }

  #tick(): void {
    this.#begin();
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

  /** What was before this start has been read: from here on it is known what is alive. */
  #begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
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
    for (const alert of this.#alive()) {
      const { rule, target, isolate, kind, gauge } = alert;
      if (!judged.has(JSON.stringify([rule, target, isolate, kind ?? gauge]))) this.#endOrphan(alert, at);
    }
  }

  #endOrphan({ evidence: _, silencedBy: __, ...alert }: Alert, at: string): void {
    const isRuled = this.#rules.some(({ name }) => name === alert.rule);
    const reason = isRuled ? 'what was known of it was lost: it is judged anew' : RULE_GONE;
    if (alert.state === 'firing') this.#publish({ ...alert, state: 'resolved', reason, endsAt: at, at });
    else this.#publish({ ...alert, state: 'inactive', reason, at });
  }

  /** Merges what was kept before this start and is found only now. */
  #adopt({ kept, alerts }: Found): void {
    const { log, logger } = this.#options;
    const { restored, silences, ...stopped } = readState(kept, log.id, logger);
    const moment = this.#clock.now();
    this.#silences.adopt(silences);
    this.#engine.adopt(moved(restored, this.#clock.behindMs(stopped)), moment);
    const goesOn = goesOnIn(this.#engine);
    for (const { event } of alerts) {
      if (event.type !== 'alert' || !isAlive(event)) continue;
      const alert = alertOf(event);
      if (goesOn(alert)) this.#goOnWith(alert);
      else this.#endLate(alert, moment);
    }
    this.#keep();
  }

  /** An alert that fires, or is pending, since before this start: it is said, for all who could not know of it. */
  #goOnWith(alert: Alert): void {
    const told = silenced(alert, this.#silences.live);
    this.#newest.set(told.fingerprint, told);
    this.#gathering.get(told.fingerprint)?.abort(FIRED_BEFORE);
    this.#options.log.append({ type: 'alert', ...told });
    if (told.evidence?.state === 'gathering') void this.#gather(told);
  }

  /** An alert of before this start that is over: it is said, and after it what there is of it now. */
  #endLate(alert: Alert, { at }: Moment): void {
    const now = this.#newest.get(alert.fingerprint);
    if (alert.state === 'pending' && now) return;
    this.#newest.set(alert.fingerprint, alert);
    this.#endOrphan(alert, at);
    if (!now) return;
    this.#newest.set(now.fingerprint, now);
    this.#options.log.append({ type: 'alert', ...now });
  }

  /** What fires and was silenced is told anew once nothing silences it any more: somebody is to hear of it. */
  #endSilences(): void {
    const { at } = this.#clock.now();
    const heard = this.#alive().filter(({ state, silencedBy, evidence }) => {
      return state === 'firing' && silencedBy !== undefined && evidence?.state === 'done';
    });
    const silences = this.#silences.live;
    for (const alert of heard) {
      if (!silences.some((silence) => isSilenced(alert, silence))) this.#publish({ ...alert, at });
    }
  }

  /** Appends what the engine said, and keeps the state that it leaves. */
  #say(alerts: readonly Alert[]): void {
    for (const alert of alerts) this.#publish(alert);
    if (alerts.length > 0) this.#keep();
  }

  #publish(alert: Alert): void {
    const known = this.#newest.get(alert.fingerprint);
    // said before the collector was killed, and judged again since
    if (known?.state === alert.state && known.startsAt === alert.startsAt && alert.evidence === undefined) return;
    const gathers = alert.state === 'firing' && alert.evidence === undefined;
    const told: Alert = {
      ...silenced(alert, this.#silences.live),
      ...(gathers && { evidence: { state: 'gathering' } }),
      ...(alert.state === 'resolved' && evidenceOf(alert, known)),
    };
    this.#newest.set(told.fingerprint, told);
    if (told.state === 'resolved') this.#gathering.get(told.fingerprint)?.abort();
    this.#options.log.append({ type: 'alert', ...told });
    if (gathers) void this.#gather(told);
  }

  async #gather(alert: Alert): Promise<void> {
    const rule = this.#rules.find(({ name }) => name === alert.rule);
    const resolved = new AbortController();
    this.#gathering.set(alert.fingerprint, resolved);
    const signals = { stop: this.#stop.signal, resolved: resolved.signal };
    const evidence: Evidence = rule
      ? await this.#options.gather(alert, rule, signals)
      : { state: 'done', refused: ['the rule is no more'] };
    if (this.#gathering.get(alert.fingerprint) === resolved) this.#gathering.delete(alert.fingerprint);
    if (this.#stop.signal.aborted || resolved.signal.reason === FIRED_BEFORE) return;
    const { at } = this.#clock.now();
    // it may have resolved since: what was gathered is told all the same, and that it is over again after it
    const newest = this.#newest.get(alert.fingerprint);
    this.#publish({ ...alert, evidence, at });
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
    this.#options.memory?.keep({ name: 'alerts', offset: this.#offset, state: JSON.stringify(state) });
  }
}

function isAlive({ state }: Pick<Alert, 'state'>): boolean {
  return state === 'pending' || state === 'firing';
}

function silenced({ silencedBy: _, ...alert }: Alert, silences: readonly Silence[]): Alert {
  const by = silences.filter((silence) => isSilenced(alert, silence)).map(({ id }) => id);
  return by.length > 0 ? { ...alert, silencedBy: by } : alert;
}

/** What was found when it fired is worth knowing when it has resolved. */
function evidenceOf({ startsAt, evidence }: Alert, fired: Alert | undefined): Pick<Alert, 'evidence'> {
  const found = evidence ?? (fired?.startsAt === startsAt ? fired.evidence : undefined);
  return found?.state === 'done' ? { evidence: found } : {};
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
