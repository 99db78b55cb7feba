/**
 * What speaks for an alert that fires, the cheapest first:
 *
 *     history     kinds then and now                        free
 *     log         allocation sites of the newest profile    free; sampled for the alert where the schedule does not
 *     escalate    walk, where its memory may be read; else  in the target's turn, inside its limits, so many an hour
 *                 snapshot, else census, else types
 *                    └─> reference pattern and paths of the kind that grows, worked out in a thread
 *     between     after a snapshot a second one             the same, of what was born in between: object ids are held
 *
 * One reading serves all alerts of an isolate that fire together (shared-evidence.ts). What was not done is said, with the
 * reason.
 */
import { Either } from '../../agent/base/either.ts';
import { Timeout } from '../../agent/base/waiting.ts';
import { isGeneric } from '../../agent/classify/generic.ts';
import type { Holders, HoldersQuestion } from '../../agent/sets/holders.ts';
import type { Alert } from '../../protocol/alert.ts';
import type { Row } from '../../protocol/partition.ts';
import type { Rule } from '../config/rule.ts';
import type { History } from '../history/history.ts';
import type { ProbeOutcome } from '../targets/probe-queue.ts';
import type { Gather } from './alerts.ts';
import { waitBetween } from './between.ts';
import { type GrowingKinds, growingKinds, NOTHING_GROWS } from './growing.ts';
import { HeldIds } from './held-ids.ts';
import { Inquiry, type InquiryOptions } from './inquiry.ts';
import { PastRation } from './past-ration.ts';
import { Ration } from './ration.ts';
import { type GatheredEvidence, SharedEvidence } from './shared-evidence.ts';

/** How far a probe may climb, and what is tried where it is refused. */
const LADDER = {
  snapshot: ['snapshot', 'census', 'types'],
  census: ['census', 'types'],
  types: ['types'],
  walk: [],
} as const;
type Rung = keyof typeof LADDER;

/** The window of what a rule without one looks back on. */
const ABOVE_WINDOW_MS = 3_600_000;
/** How much farther back than a rule's window is looked: the reading at its start was taken before it. */
const BEFORE_WINDOW = 1.5;
/** A notification waits for the evidence; no longer than this, and the while between two snapshots. */
const DEFAULT_TIMEOUT_MS = 300_000;
const MAX_SITES = 10;
const HISTORY_KINDS = 1_000;
const SECOND = 'second snapshot';

export interface GatherOptions extends Omit<InquiryOptions, 'ration'> {
  readonly history: Pick<History, 'query' | 'events'>;
  /** Probes that a rule may have run within an hour. */
  readonly perHour: number;
  /** The longest that object ids are held between two snapshots; 0: one snapshot only. */
  readonly betweenMs: number;
  /** Whether contents of strings are shown, keys of maps among them. */
  readonly strings: boolean;
  /** Resolves after a time, or early when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Default: 5 minutes. */
  readonly timeoutMs?: number;
}

/** What all gatherings have in common. */
interface Shared extends GatherOptions, InquiryOptions {
  /** Isolates whose object ids are held for some alert. */
  readonly held: Set<string>;
}

export function gatherer(options: GatherOptions): Gather {
  const { perHour, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const ration = new Ration(perHour);
  const { history, logger, monotonic } = options;
  const past = new PastRation(ration, history, { logger, nowMs: Date.now(), beganMs: monotonic() });
  const common: Shared = { ...options, ration, held: new Set() };
  const known = new SharedEvidence(options.monotonic);
  return async (alert, rule, { stop, resolved }) => {
    await past.of(alert.target);
    const own = isNearLimit(rule) ? { ...common, betweenMs: 0 } : common;
    using limit = new Timeout(timeoutMs + own.betweenMs, stop);
    const inquiry = new Inquiry(common, alert, limit.signal);
    const { signal } = limit;
    const gathering = new Gathering(own, inquiry, { alert, rule, signal, resolved });
    const isShared = gathering.highest !== null;
    const evidence = await known.gathered({ alert, isolate: inquiry.isolate, isShared, gather: () => gathering.run() });
    return { state: 'done', ...evidence };
  };
}

/** Near a limit there may be no while to wait: what can be had at once is. */
function isNearLimit({ when }: Rule): boolean {
  return when.type === 'above' && when.of !== undefined;
}

interface Subject {
  readonly alert: Alert;
  readonly rule: Rule;
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal;
  /** Aborted when the alert has resolved: what would come is not of what fired. */
  readonly resolved: AbortSignal;
}

class Gathering {
  readonly #options: Shared;
  readonly #inquiry: Inquiry;
  readonly #subject: Subject;
  #held: Pick<GatheredEvidence, 'pattern' | 'paths' | 'born' | 'cause' | 'retained' | 'owner'> = {};

  constructor(options: Shared, inquiry: Inquiry, subject: Subject) {
    this.#options = options;
    this.#inquiry = inquiry;
    this.#subject = subject;
  }

  /** How far it may climb: what every program has, and grows with something else, is worth no reading of its own. */
  get highest(): Rung | null {
    const { alert, rule } = this.#subject;
    const isOne = rule.watch.type === 'kind' && rule.watch.glob === alert.kind;
    return alert.members || isOne || alert.kind === undefined || !isGeneric(alert.kind) ? rule.escalate : null;
  }

  async run(): Promise<GatheredEvidence> {
    const { escalate } = this.#subject.rule;
    const { highest } = this;
    if (highest !== escalate) {
      this.#inquiry.refuse(
        `${escalate}`,
        `${this.#subject.alert.kind} is held by what else grows: no reading of its own`,
      );
    }
    const remembered = await this.#growing();
    if (highest !== null && this.#inquiry.mayRun(highest)) await this.#escalate(highest, remembered);
    const { kinds } = remembered.kinds.length > 0 ? remembered : await this.#growing();
    const sites = this.#sites();
    const memory = this.#memory();
    const owner = this.#held.owner ?? sites?.find(({ survivedBytes }) => survivedBytes !== undefined)?.owner;
    const { partitions, snapshots, refused } = this.#inquiry;
    return {
      ...(kinds.length > 0 && { kinds: [...kinds] }),
      ...(sites && { sites }),
      ...(memory && { memory }),
      ...this.#held,
      ...(owner !== undefined && { owner }),
      ...(partitions.length > 0 && { partitions }),
      ...(snapshots.length > 0 && { snapshots }),
      ...(refused.length > 0 && { refused }),
    };
  }

  async #growing(): Promise<GrowingKinds> {
    const { when, warmUpMs } = this.#subject.rule;
    const { target, at, kind, process } = this.#subject.alert;
    const { isolate } = this.#inquiry;
    const windowMs = when.type === 'above' ? ABOVE_WINDOW_MS : when.withinMs;
    // what it gained while it warmed up is no growth here either
    const warmAtMs = process && process.startedAtMs + warmUpMs < Date.parse(at) ? process.startedAtMs + warmUpMs : 0;
    const from = new Date(Math.max(warmAtMs, Date.parse(at) - windowMs * BEFORE_WINDOW)).toISOString();
    const history = await this.#inquiry.attempt('history', () =>
      this.#options.history.query({ target, isolate, from, limit: HISTORY_KINDS }),
    );
    return history ? growingKinds(history, this.#subject.rule, kind) : NOTHING_GROWS;
  }

  async #escalate(highest: Rung, growing: GrowingKinds): Promise<void> {
    await using sampling = await this.#sample();
    const isWalked = await this.#walk(growing, highest === 'walk');
    await using ids = highest === 'snapshot' && !isWalked ? this.#ids(growing) : null;
    const first = isWalked || this.#inquiry.isOver ? null : await this.#climb(highest, growing, ids);
    const isAgain = ids !== null && first?.probe === 'snapshot' && (await this.#maySecond());
    // nothing is held for nothing
    if (!isAgain) await ids?.[Symbol.asyncDispose]();
    if (!isAgain && !sampling) return;
    await this.#wait(ids?.waitMs ?? this.#options.betweenMs);
    if (isAgain) await this.#second(ids, growing);
    if (sampling) await this.#readSampling();
  }

  /** Has the target sampled where it is not; null where it is anyway, or may not be. */
  async #sample(): Promise<AsyncDisposable | null> {
    const inquiry = this.#inquiry;
    if (this.#options.betweenMs === 0 || !(await inquiry.isAffordable('sampling', 'sampling'))) return null;
    return await inquiry.attempt('sampling', async (target) => {
      const sampling = await target.borrowSampling(inquiry.isolate);
      // nobody waits any more to give it back
      if (inquiry.isOver) await sampling?.[Symbol.asyncDispose]();
      return sampling;
    });
  }

  async #readSampling(): Promise<void> {
    if (this.#isPast('sampling') || !this.#inquiry.mayRun('sampling')) return;
    await this.#inquiry.run({ probe: 'sampling' });
  }

  /** What holds object ids from the first snapshot on; null where there will be no second. */
  #ids(growing: GrowingKinds): HeldIds | null {
    const inquiry = this.#inquiry;
    const { betweenMs, held } = this.#options;
    const { alert, rule } = this.#subject;
    const key = JSON.stringify([alert.target, inquiry.isolate]);
    const wait = waitBetween(growing, betweenMs);
    if ('reason' in wait) inquiry.refuse(SECOND, wait.reason);
    else if (held.has(key)) inquiry.refuse(SECOND, 'object ids of this isolate are held for another alert');
    else return new HeldIds({ inquiry, held, key, label: `evidence of ${rule.name}`, waitMs: wait.waitMs });
    return null;
  }

  /** Whether its memory could be read from outside: as much as a snapshot says, and nothing allocated in the target. */
  async #walk(growing: GrowingKinds, isAsked: boolean): Promise<boolean> {
    const inquiry = this.#inquiry;
    const { betweenMs } = this.#options;
    // where it may not be there is the rest of the ladder
    if (!isAsked && (await inquiry.objection('walk')) !== null) return false;
    const answer = await inquiry.run({ probe: 'walk', by: ['kind'], holders: this.#holders(growing) });
    if (!answer) return false;
    if (answer.holders) this.#held = heldBy(answer.holders);
    else inquiry.refuse('paths', 'the walk has no object of the kinds that grow');
    if (betweenMs > 0) inquiry.refuse('born in between', 'a walk has no object ids');
    return true;
  }

  /** The highest probe that the rule asks for and the limits allow; null where there was none. */
  async #climb(highest: Rung, growing: GrowingKinds, ids: HeldIds | null): Promise<{ probe: Rung } | null> {
    for (const probe of LADDER[highest]) {
      const answer = probe === 'snapshot' ? await this.#first(growing, ids) : await this.#counted(probe);
      if (answer) return { probe };
      if (this.#inquiry.isOver) return null;
    }
    return null;
  }

  async #first(growing: GrowingKinds, ids: HeldIds | null): Promise<ProbeOutcome | null> {
    const checkpoint = ids ? { checkpoint: ids.label } : {};
    const answer = await this.#snapshot(growing, checkpoint, 'snapshot');
    if (answer?.holders) this.#held = heldBy(answer.holders);
    else if (answer) this.#inquiry.refuse('paths', 'the snapshot has no object of the kinds that grow');
    return answer;
  }

  /** What a census or a count has to be compared with is by kind too. */
  #counted(probe: 'census' | 'types'): Promise<ProbeOutcome | null> {
    return this.#inquiry.run({ probe, ...(probe === 'census' && { by: ['kind'] }) });
  }

  async #maySecond(): Promise<boolean> {
    if (this.#isPast(SECOND) || !this.#inquiry.mayRun(SECOND)) return false;
    return await this.#inquiry.isAffordable('snapshot', SECOND);
  }

  async #second(ids: HeldIds, growing: GrowingKinds): Promise<void> {
    if (this.#isPast(SECOND)) return;
    const answer = await this.#snapshot(growing, { since: ids.label }, SECOND);
    if (!answer) return;
    const { holders } = answer;
    if (!holders) return this.#inquiry.refuse(SECOND, 'nothing of the kinds that grow was born in between');
    const { kind, count } = holders;
    this.#held = { ...heldBy(holders), born: { kind, count, withinMs: Math.round(ids.waitMs) } };
  }

  #snapshot(
    growing: GrowingKinds,
    of: { readonly checkpoint?: string; readonly since?: string },
    what: string,
  ): Promise<ProbeOutcome | null> {
    return this.#inquiry.run({ probe: 'snapshot', by: ['kind'], holders: this.#holders(growing), ...of }, what);
  }

  /** An alert of one kind is about that; an incident, and a gauge, about what holds the others. */
  #holders({ snapshotKinds: kinds, grown, unnamed }: GrowingKinds): HoldersQuestion {
    const { kind, members } = this.#subject.alert;
    const of = { kinds, strings: this.#options.strings };
    return members || kind === undefined ? { ...of, grown, ...(unnamed !== undefined && { unnamed }) } : of;
  }

  async #wait(ms: number): Promise<void> {
    const { signal, resolved } = this.#subject;
    using over = new Either([signal, resolved]);
    await this.#options.sleep(ms, over.signal);
  }

  /** Whether it is too late for `what`, which is said. */
  #isPast(what: string): boolean {
    if (this.#inquiry.isOver) return true;
    if (this.#subject.resolved.aborted) this.#inquiry.refuse(what, 'the alert has resolved meanwhile');
    return this.#subject.resolved.aborted;
  }

  /** Which parts its RSS had when that was read last. */
  #memory(): GatheredEvidence['memory'] | undefined {
    const { target } = this.#subject.alert;
    const entry = this.#options.log.latest().find(({ head }) => head.type === 'memory' && head.target === target);
    if (entry?.event.type !== 'memory') return undefined;
    const { takenAt, rssBytes, parts, verdict } = entry.event;
    return { takenAt, rssBytes, parts: parts.filter(({ sizeBytes }) => sizeBytes > 0), verdict };
  }

  /** Of the newest sampling profile of the target. */
  #sites(): GatheredEvidence['sites'] | undefined {
    for (const { head, event } of this.#options.log.latest()) {
      if (head.type !== 'partition' || head.target !== this.#subject.alert.target) continue;
      if (head.isolate !== this.#inquiry.isolate) continue;
      if (event.type !== 'partition' || event.probe !== 'sampling') continue;
      // what has survived is what leaks; what is only large may be what is busy
      const rows = event.rows.toSorted((a, b) => survivedBytes(b) - survivedBytes(a)).slice(0, MAX_SITES);
      if (rows.length > 0) return rows.map(siteOf);
    }
    return undefined;
  }
}

function survivedBytes({ survived }: Row): number {
  return survived?.sizeBytes ?? 0;
}

function siteOf({
  kind: site,
  count,
  sizeBytes,
  survived,
  owner,
}: Row): NonNullable<GatheredEvidence['sites']>[number] {
  return {
    ...{ site, count, sizeBytes },
    ...(survived && survived.sizeBytes > 0 && { survivedBytes: survived.sizeBytes }),
    ...(owner !== undefined && { owner }),
  };
}

function heldBy({
  kind,
  pattern,
  paths,
  retained,
  owner,
}: Holders): Pick<GatheredEvidence, 'cause' | 'pattern' | 'paths' | 'retained' | 'owner'> {
  return {
    ...{ pattern: [...pattern], paths: [...paths], cause: kind },
    ...(retained && { retained: [...retained] }),
    ...(owner !== undefined && { owner }),
  };
}
