/**
 * What the evidence of one alert asks of its target: in the target's turn and inside its limits, as often within an hour as
 * its incident may. What was not done is kept, with the reason.
 */
import type { Logger } from 'pino';
import { Timeout, untilAborted } from '../../agent/base/waiting.ts';
import type { Alert } from '../../protocol/alert.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { RequestError } from '../../protocol/requests.ts';
import type { ScheduledProbe } from '../config/schedule-file.ts';
import type { EventLog } from '../log/log.ts';
import type { ProbeOutcome, ProbeRequest } from '../targets/probe-queue.ts';
import type { ProbedTarget } from '../targets/probed-target.ts';
import type { Ration } from './ration.ts';
import { ALL_ISOLATES } from './rounds.ts';

/** How long a target has to be attached to. */
const ATTACH_MS = 10_000;

/** What is asked of a target. */
export type Asked = Pick<ProbedTarget, 'request' | 'objection' | 'borrowSampling' | 'release'>;

export interface InquiryOptions {
  readonly log: EventLog;
  /** @throws RequestError where there is none of that name */
  readonly target: (name: string) => Asked;
  readonly ration: Ration;
  readonly logger: Logger;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonic: () => number;
}

export class Inquiry {
  readonly refused: string[] = [];
  /** Ids of the partitions that came of it. */
  readonly partitions: string[] = [];
  /** Names of the files that its snapshots are kept as. */
  readonly snapshots: string[] = [];
  readonly isolate: string;
  readonly #options: InquiryOptions;
  readonly #alert: Alert;
  readonly #signal: AbortSignal;
  /** What was asked and has not ended, waited for or not. */
  readonly #underWay = new Set<Promise<unknown>>();

  /** @param signal aborted when nobody waits for the evidence any more */
  constructor(options: InquiryOptions, alert: Alert, signal: AbortSignal) {
    this.#options = options;
    this.#alert = alert;
    this.#signal = signal;
    this.isolate = alert.isolate === ALL_ISOLATES ? 'main' : alert.isolate;
  }

  get isOver(): boolean {
    return this.#signal.aborted;
  }

  /** Takes one of the probes that the incident may have run in its target; says that `what` is not done where there is none left. */
  mayRun(what: string): boolean {
    const { ration, monotonic } = this.#options;
    const { rule, target } = this.#alert;
    if (ration.take(target, rule, monotonic())) return true;
    this.refuse(what, `${rule} has had ${ration.perHour} probes of ${target} within an hour already`);
    return false;
  }

  /** Runs a probe; null where that did not work, which is said of `what`. */
  async run(
    request: Omit<ProbeRequest, 'isolate' | 'label' | 'signal'>,
    what: string = request.probe,
  ): Promise<ProbeOutcome | null> {
    const { rule } = this.#alert;
    const asked: ProbeRequest = { ...request, isolate: this.isolate, label: rule, signal: this.#signal };
    const answer = await this.attempt(what, (target) => this.#whenAttached(() => target.request(asked)));
    if (!answer) return null;
    for (const id of answer.partitions) this.partitions.push(id);
    if (answer.snapshot !== undefined) this.snapshots.push(answer.snapshot);
    await this.#options.log.settled();
    return answer;
  }

  /** Whether the limits would let a probe run now; if not, it is said of `what`. */
  async isAffordable(probe: ScheduledProbe, what: string): Promise<boolean> {
    const asked = await this.attempt(what, async (target) => ({
      against: await target.objection(probe, this.isolate),
    }));
    if (asked && asked.against !== null) this.refuse(what, asked.against);
    return asked?.against === null;
  }

  /** What is objected to a probe now; null: nothing, or that cannot be asked. It is not said in the evidence. */
  async objection(probe: ScheduledProbe): Promise<string | null> {
    const { target } = this.#alert;
    try {
      const asked = this.#begun((of) => this.#whenAttached(() => of.objection(probe, this.isolate)));
      return await untilAborted(asked, this.#signal);
    } catch (error) {
      // the probe itself will say why
      this.#options.logger.debug({ err: error, target, probe }, 'price not known');
      return null;
    }
  }

  /** Gives what `work` gives; null where it fails or comes too late, which is said of `what`. */
  async attempt<T>(what: string, work: (target: Asked) => Promise<T>): Promise<T | null> {
    try {
      this.#signal.throwIfAborted();
      return await untilAborted(this.#begun(work), this.#signal);
    } catch (error) {
      const reason = reasonOf(error);
      this.refuse(what, reason);
      const { rule, target } = this.#alert;
      if (!this.isOver) this.#options.logger.info({ rule, target, what, reason }, 'evidence not gathered');
      return null;
    }
  }

  /** Resolves when all that was asked has ended, also what came too late. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  /** Asks the target to end what was begun in it. One that has gone has nothing left of it. */
  async letGo(end: (target: Asked) => Promise<unknown>): Promise<void> {
    await this.settled();
    await Promise.allSettled([this.#begun(end)]);
  }

  #begun<T>(work: (target: Asked) => Promise<T>): Promise<T> {
    const begun = (async () => await work(this.#options.target(this.#alert.target)))();
    this.#underWay.add(begun);
    const ended = () => this.#underWay.delete(begun);
    begun.then(ended, ended);
    return begun;
  }

  refuse(what: string, reason: string): void {
    this.refused.push(`${what}: ${reason}`);
  }

  /** A collector that has just been started again has yet to attach. */
  async #whenAttached<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof RequestError) || error.code !== 'not-attached') throw error;
      await this.#attached();
      return await ask();
    }
  }

  /** Resolves when the target is attached, or has had the time for it. */
  async #attached(): Promise<void> {
    using limit = new Timeout(ATTACH_MS, this.#signal);
    const { log } = this.#options;
    let unfollow = () => {};
    await new Promise<void>((resolve) => {
      limit.signal.addEventListener('abort', () => resolve());
      if (limit.signal.aborted) resolve();
      unfollow = log.follow((entry) => {
        if (entry.head.type !== 'target' || entry.head.target !== this.#alert.target) return;
        const { event } = entry;
        if (event.type === 'target' && event.state === 'attached') resolve();
      });
    });
    unfollow();
  }
}
