/**
 * What speaks for an alert that fires, the cheapest first:
 *
 *     history     kinds then and now                        free
 *     log         allocation sites of the newest profile    free; sampled for the alert where the schedule does not
 *     escalate    snapshot, else census, else types         in the target's turn, inside its limits, so many an hour
 *                    └─> reference pattern and paths of the kind that grows, worked out in a thread
 *     between     a second snapshot after a while           the same, of what was born in between: object ids are held
 *
 * What was not done is said, with the reason.
 */
import type { Alert, Evidence } from '../../protocol/alert.ts';
import type { History } from '../history/history.ts';
import type { Answer } from '../targets/wishes.ts';
import { TimeLimit } from '../waiting/time-limit.ts';
import type { Gather } from './alerts.ts';
import { waitBetween } from './between.ts';
import { type GrowingKinds, growingKinds, NOTHING_GROWS } from './growing.ts';
import { HeldIds } from './held-ids.ts';
import { Inquiry, type InquiryOptions } from './inquiry.ts';
import { Ration } from './ration.ts';
import type { Rule } from './rule.ts';

/** How far a probe may climb, and what is tried where it is refused. */
const LADDER = { snapshot: ['snapshot', 'census', 'types'], census: ['census', 'types'], types: ['types'] } as const;
type Rung = keyof typeof LADDER;

/** The window of what a rule without one looks back on. */
const ABOVE_WINDOW_MS = 3_600_000;
/** How much farther back than a rule's window is looked: the reading at its start was taken before it. */
const BEFORE_WINDOW = 1.5;
/** Whoever is to be told waits for the evidence; no longer than this, and the while between two snapshots. */
const DEFAULT_TIMEOUT_MS = 300_000;
const MAX_SITES = 10;
const HISTORY_KINDS = 1_000;
const SECOND = 'second snapshot';

export interface GatherOptions extends Omit<InquiryOptions, 'ration'> {
  readonly history: Pick<History, 'query'>;
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

/** What is gathered of one alert. */
type Found = Omit<Evidence, 'state'>;

/** What all gatherings have in common. */
interface Shared extends GatherOptions, InquiryOptions {
  /** Isolates whose object ids are held for some alert. */
  readonly held: Set<string>;
}

export function gatherer(options: GatherOptions): Gather {
  const { perHour, betweenMs, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
  const shared: Shared = { ...options, ration: new Ration(perHour), held: new Set() };
  return async (alert, rule, { stop, resolved }) => {
    using limit = new TimeLimit(timeoutMs + betweenMs, stop);
    const inquiry = new Inquiry(shared, alert, limit.signal);
    const { signal } = limit;
    return { state: 'done', ...(await new Gathering(shared, inquiry, { alert, rule, signal, resolved }).run()) };
  };
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
  #held: Pick<Found, 'pattern' | 'paths' | 'born'> = {};

  constructor(options: Shared, inquiry: Inquiry, subject: Subject) {
    this.#options = options;
    this.#inquiry = inquiry;
    this.#subject = subject;
  }

  async run(): Promise<Found> {
    const { escalate } = this.#subject.rule;
    const remembered = await this.#growing();
    if (escalate !== null && this.#inquiry.mayRun(escalate)) await this.#escalate(escalate, remembered);
    const { kinds } = remembered.kinds.length > 0 ? remembered : await this.#growing();
    const sites = this.#sites();
    const { partitions, snapshots, refused } = this.#inquiry;
    return {
      ...(kinds.length > 0 && { kinds: [...kinds] }),
      ...(sites && { sites }),
      ...this.#held,
      ...(partitions.length > 0 && { partitions }),
      ...(snapshots.length > 0 && { snapshots }),
      ...(refused.length > 0 && { refused }),
    };
  }

  async #growing(): Promise<GrowingKinds> {
    const { when } = this.#subject.rule;
    const { target, at, kind } = this.#subject.alert;
    const { isolate } = this.#inquiry;
    const windowMs = when.type === 'above' ? ABOVE_WINDOW_MS : when.withinMs;
    const from = new Date(Date.parse(at) - windowMs * BEFORE_WINDOW).toISOString();
    const history = await this.#inquiry.attempt('history', () =>
      this.#options.history.query({ target, isolate, from, limit: HISTORY_KINDS }),
    );
    return history ? growingKinds(history, this.#subject.rule, kind) : NOTHING_GROWS;
  }

  async #escalate(highest: Rung, growing: GrowingKinds): Promise<void> {
    await using sampling = await this.#sample();
    await using ids = highest === 'snapshot' ? this.#ids(growing) : null;
    const first = await this.#climb(highest, growing, ids);
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

  /** The highest probe that the rule asks for and the limits allow; null where there was none. */
  async #climb(highest: Rung, growing: GrowingKinds, ids: HeldIds | null): Promise<{ probe: Rung } | null> {
    for (const probe of LADDER[highest]) {
      const answer = probe === 'snapshot' ? await this.#first(growing, ids) : await this.#counted(probe);
      if (answer) return { probe };
      if (this.#inquiry.isOver) return null;
    }
    return null;
  }

  async #first(growing: GrowingKinds, ids: HeldIds | null): Promise<Answer | null> {
    const checkpoint = ids ? { checkpoint: ids.label } : {};
    const answer = await this.#snapshot(growing, checkpoint, 'snapshot');
    if (answer?.holders) this.#held = { pattern: [...answer.holders.pattern], paths: [...answer.holders.paths] };
    else if (answer) this.#inquiry.refuse('paths', 'the snapshot has no object of the kinds that grow');
    return answer;
  }

  /** What a census or a count has to be compared with is by kind too. */
  #counted(probe: 'census' | 'types'): Promise<Answer | null> {
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
    const { kind, count, pattern, paths } = holders;
    this.#held = { pattern: [...pattern], paths: [...paths], born: { kind, count, withinMs: Math.round(ids.waitMs) } };
  }

  #snapshot(
    { snapshotKinds: kinds }: GrowingKinds,
    of: { readonly checkpoint?: string; readonly since?: string },
    what: string,
  ): Promise<Answer | null> {
    const { strings } = this.#options;
    return this.#inquiry.run({ probe: 'snapshot', by: ['kind'], holders: { kinds, strings }, ...of }, what);
  }

  async #wait(ms: number): Promise<void> {
    const { signal, resolved } = this.#subject;
    await this.#options.sleep(ms, AbortSignal.any([signal, resolved]));
  }

  /** Whether it is too late for `what`, which is said. */
  #isPast(what: string): boolean {
    if (this.#inquiry.isOver) return true;
    if (this.#subject.resolved.aborted) this.#inquiry.refuse(what, 'the alert has resolved meanwhile');
    return this.#subject.resolved.aborted;
  }

  /** Of the newest sampling profile of the target. */
  #sites(): Found['sites'] | undefined {
    for (const { head, event } of this.#options.log.latest()) {
      if (head.type !== 'partition' || head.target !== this.#subject.alert.target) continue;
      if (head.isolate !== this.#inquiry.isolate) continue;
      if (event.type !== 'partition' || event.probe !== 'sampling') continue;
      const rows = event.rows.slice(0, MAX_SITES);
      if (rows.length > 0) return rows.map(({ kind: site, count, sizeBytes }) => ({ site, count, sizeBytes }));
    }
    return undefined;
  }
}
