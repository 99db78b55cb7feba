/**
 * The judging of rules and the telling of alerts in a fleet: one collector does both at a time, and the next goes on where it
 * was. To whoever asks another collector, that asks the judge.
 *
 *     claim "judge" ─> its number is said in the stream: what is said under a lower one is not heard any more
 *                  ─> state of the one before ─> Alerts, Notifications ─> until the claim is lost ─> again
 */
import type { Logger } from 'pino';
import { z } from 'zod';
import { Either } from '../../agent/base/either.ts';
import { aborted, atMost, sleep } from '../../agent/base/waiting.ts';
import type { Silence } from '../../protocol/alert.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { methods, type Params, RequestError, type Result } from '../../protocol/requests.ts';
import type { AlertDesk } from '../alert/alert-desk.ts';
import type { Alerts } from '../alert/alerts.ts';
import type { ReceiverConfig } from '../config/receiver-file.ts';
import type { Rule } from '../config/rule.ts';
import type { Claim } from '../fleet/claims.ts';
import { SharedState } from '../fleet/shared-state.ts';
import type { ConsumerOffsets } from '../log/consumer-offsets.ts';
import type { Notifications } from '../notify/notifications.ts';
import { lookAfterAgents } from './agents-care.ts';
import type { FleetMember } from './fleet-member.ts';

/** What a term begins with. */
export interface TermStart {
  readonly rules: readonly Rule[];
  readonly receivers: readonly ReceiverConfig[];
  readonly offsets: ConsumerOffsets;
  readonly claim: Claim;
}

export interface FleetJudgeOptions {
  readonly member: FleetMember;
  readonly rules: readonly Rule[];
  readonly receivers: readonly ReceiverConfig[];
  readonly alerts: (start: TermStart) => Alerts;
  readonly notifications: (start: TermStart) => Notifications;
  /** Never runs: it reads what receivers need, also while another collector judges. */
  readonly standIn: Notifications;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A term of judging. */
interface Term {
  readonly alerts: Alerts;
  readonly notifications: Notifications;
}

/** The key of the claim. */
const JUDGE = 'judge';
const AGAIN_AFTER_MS = 1_000;
const GRACE_MS = 2_000;

const NOBODY = new RequestError('busy', 'Cannot ask the collector that judges: none does just now, try again in 15 s');

export class FleetJudge implements AlertDesk {
  readonly #options: FleetJudgeOptions;
  readonly #stop = new AbortController();
  #rules: readonly Rule[];
  #receivers: readonly ReceiverConfig[];
  #term: Term | undefined;

  constructor(options: FleetJudgeOptions) {
    this.#options = options;
    this.#rules = options.rules;
    this.#receivers = options.receivers;
  }

  /** Those of what is judged here; of the others only how they stand is known. */
  list(): Result<'alerts'> {
    if (this.#term) return this.#term.alerts.list();
    return { alerts: this.#options.member.alerts(), rules: [], silences: [] };
  }

  async silence(params: Params<'silence'>): Promise<Silence> {
    if (this.#term) return this.#term.alerts.silence(params);
    return (await this.#options.member.askJudge({ silence: params }, NOBODY)) as Silence;
  }

  async unsilence(id: string): Promise<Silence[]> {
    if (this.#term) return this.#term.alerts.unsilence(id);
    return (await this.#options.member.askJudge({ unsilence: id }, NOBODY)) as Silence[];
  }

  setRules(rules: readonly Rule[]): boolean {
    this.#rules = rules;
    return this.#term?.alerts.setRules(rules) ?? false;
  }

  get outboxes(): Notifications['outboxes'] {
    return this.#term?.notifications.outboxes ?? [];
  }

  /** As that of notifications. @throws ConfigError */
  renewal(wanted: { readonly receivers: readonly ReceiverConfig[]; readonly rules: readonly Rule[] }): () => boolean {
    const renewStandIn = this.#options.standIn.renewal(wanted);
    const renew = this.#term?.notifications.renewal(wanted);
    return () => {
      this.#receivers = wanted.receivers;
      const isOther = renewStandIn();
      return renew?.() ?? isOther;
    };
  }

  async run(): Promise<void> {
    const { member, logger } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const claim = await member.claims.claim(JUDGE, signal);
        if (claim) await this.#serve(claim);
        else await member.claims.free(JUDGE, signal);
      } catch (error) {
        if (signal.aborted) return;
        logger.warn({ reason: reasonOf(error) }, 'rules cannot be judged here: it is tried again');
        await sleep(AGAIN_AFTER_MS, signal);
      }
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Judges until the claim is lost or the collector stops. */
  async #serve(claim: Claim): Promise<void> {
    const { member, logger } = this.#options;
    const { fence } = claim;
    const over = new AbortController();
    using either = new Either([this.#stop.signal, claim.lost, over.signal]);
    const ended = either.signal;
    using _numbered = member.judgeUnder(claim);
    await member.log.judge(fence, ended);
    const offsets = await SharedState.open({
      bucket: member.state,
      settled: () => member.log.published(),
      signal: claim.lost,
      outrun: () => over.abort(),
      logger,
    });
    const start = { rules: this.#rules, receivers: this.#receivers, offsets, claim };
    const term = { alerts: this.#options.alerts(start), notifications: this.#options.notifications(start) };
    if (ended.aborted) return;
    using _answering = member.answerAsJudge((question) => answerOf(term.alerts, question));
    this.#term = term;
    logger.info({ fence }, 'this collector judges the rules');
    try {
      const looking = lookAfterAgents(member, { signal: ended, logger, now: this.#options.now });
      const running = Promise.all([term.alerts.run(), term.notifications.run(), looking]);
      await aborted(ended);
      term.alerts.stop();
      term.notifications.stop();
      await running;
    } finally {
      this.#term = undefined;
    }
    // while NATS is away it is for the next one to go on from what was kept last
    await atMost(GRACE_MS, offsets.settled());
    await claim.release();
    logger.info({ fence }, 'this collector judges no more');
  }
}

/** What comes over NATS is checked, whoever sent it. */
const Question = z.union([
  z.strictObject({ silence: methods.silence.params }),
  z.strictObject({ unsilence: methods.unsilence.params.shape.id }),
]);

/** @throws RequestError */
async function answerOf(alerts: Alerts, question: unknown): Promise<unknown> {
  const asked = Question.safeParse(question);
  if (!asked.success) throw new RequestError('bad-params', 'Cannot answer: the question is none that a judge knows');
  return 'silence' in asked.data ? alerts.silence(asked.data.silence) : alerts.unsilence(asked.data.unsilence);
}
