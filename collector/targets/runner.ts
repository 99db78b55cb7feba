/**
 * The life of one target: attach, probe until it goes, say so, wait, attach again. Never ends by itself, never throws:
 * what goes wrong with one target is published as its own events and touches no other.
 *
 *     attach ─> attached ─> Attachment.tend ─> gone ─> backoff ─> attach …
 */
import type { Logger } from 'pino';
import type { Agent } from '../../agent/agent.ts';
import type { DetachedError } from '../../agent/errors.ts';
import type { TargetState } from '../../protocol/events.ts';
import { RequestError, type Result } from '../../protocol/requests.ts';
import type { TargetConfig } from '../config/config.ts';
import type { ScheduledProbe } from '../config/config-file.ts';
import type { EventLog } from '../log/log.ts';
import { Backoff } from '../waiting/backoff.ts';
import { Bell } from '../waiting/bell.ts';
import { within } from '../waiting/deadline.ts';
import { Attachment, type AttachmentOptions } from './attachment.ts';
import { Checkpoints } from './checkpoints.ts';
import type { Gate } from './gate.ts';
import { Guard } from './guard.ts';
import type { Ledger } from './ledger.ts';
import type { Probes } from './probes.ts';
import { Reader } from './reader.ts';
import { Reports } from './reports.ts';
import type { Answer, Wish } from './wishes.ts';

/** An attachment that held this long ends a row of failures. */
const HELD_MS = 10_000;
/** How long letting a target go may take. */
const CLOSE_TIMEOUT_MS = 3_000;

export interface RunnerOptions {
  readonly target: TargetConfig;
  readonly log: EventLog;
  /** The gate of the target's group. */
  readonly gate: Gate;
  /** What probes have cost the target until now. */
  readonly ledger: Ledger;
  readonly probes: Probes;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

type Attached = Pick<AttachmentOptions, 'agent' | 'reader' | 'checkpoints' | 'reports' | 'guard'>;

export class Runner {
  readonly #options: RunnerOptions;
  readonly #stop = new AbortController();
  readonly #bell = new Bell();
  readonly #backoff: Backoff;
  #attachment: Attachment | undefined;
  #checkpoints: Checkpoints | undefined;
  /** Published while nothing is attached. */
  #gone: TargetState;
  #incarnationKey: string | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#backoff = new Backoff({ random: options.random });
    this.#gone = this.#goneState('not attached yet');
  }

  get target(): TargetConfig {
    return this.#options.target;
  }

  state(): TargetState {
    return this.#attachment?.state() ?? this.#gone;
  }

  /** Runs a probe as soon as it is its turn. @throws RequestError */
  async request(wish: Wish): Promise<Answer> {
    return await this.#attached('probe').request(wish);
  }

  /** What stands against a probe now, in figures; null: it may run. @throws RequestError; as `Guard.refusal` */
  async objection(probe: ScheduledProbe, isolate: string): Promise<string | null> {
    return await this.#attached('probe').objection(probe, isolate);
  }

  /** Samples an isolate until it is given back; null where it is sampled anyway. @throws RequestError; what could not be begun with */
  async borrowSampling(isolate: string): Promise<AsyncDisposable | null> {
    return await this.#attached('sample').borrowSampling(isolate);
  }

  /** What each probe of an isolate would cost now. @throws RequestError */
  async prices(isolate: string): Promise<Result<'prices'>> {
    if (this.#attachment) return await this.#attachment.prices(isolate);
    const { target, reason } = this.#gone;
    throw new RequestError('not-attached', `Cannot price the probes of "${target}": it is not attached, ${reason}`);
  }

  /** Lets go of a checkpoint; gives the labels of those that are left. @throws RequestError */
  async release(isolate: string, label: string): Promise<string[]> {
    if (this.#checkpoints) return await this.#checkpoints.release(isolate, label);
    const { target, reason } = this.#gone;
    throw new RequestError('not-attached', `Cannot release "${label}": "${target}" is not attached, ${reason}`);
  }

  /** The checkpoints of an isolate that are held, oldest first. */
  held(isolate: string): { readonly label: string; readonly takenAt: string }[] {
    return this.#checkpoints?.held(isolate) ?? [];
  }

  /** @throws RequestError where nothing is */
  #attached(action: string): Attachment {
    if (this.#attachment) return this.#attachment;
    const { target, reason } = this.#gone;
    throw new RequestError('not-attached', `Cannot ${action} "${target}": it is not attached, ${reason}`);
  }

  /** Resolves when `stop` was called and the target was let go. */
  async run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#attach().catch((error) => this.#failed(error));
      if (!this.#stop.signal.aborted) await this.#bell.wait(this.#gone.retryInMs ?? 0);
    }
  }

  stop(): void {
    this.#stop.abort();
    this.#bell.ring();
  }

  /** One attachment from its beginning to its end, or the attempt. */
  async #attach(): Promise<void> {
    const { target, ledger, probes, log, logger, now } = this.#options;
    let agent: Agent;
    try {
      agent = await probes.attach(target.inspect, { signal: this.#stop.signal });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      // a target that stays away is told once for each reason, not at each attempt
      this.#leave(reason, reason !== this.#gone.reason);
      return;
    }
    const { incarnation, nodeVersion } = agent.identity;
    logger.info({ incarnation, nodeVersion }, 'target attached');
    const reports = new Reports({ target: target.name, publish: (event) => log.append(event), logger, now });
    const reader = new Reader(agent, target, probes);
    const checkpoints = new Checkpoints(agent, target, probes, reports);
    const guard = new Guard({ agent, limits: target.limits, ledger, probes, now });
    const beganAtMs = performance.now();
    const gone = await this.#tend({ agent, reader, checkpoints, reports, guard });
    if (performance.now() - beganAtMs >= HELD_MS) this.#backoff.reset();
    if (gone) this.#leave(gone.message, true);
    await this.#letGo(agent, [checkpoints, reader]);
  }

  /** A mistake of ours: told like a target's end, so that the other targets go on. */
  #failed(error: unknown): void {
    this.#options.logger.error({ err: error }, 'runner failed');
    this.#leave(`the collector failed: ${error instanceof Error ? error.message : String(error)}`, true);
  }

  /** Probes until the target goes, and gives why; undefined when `stop` ended it. */
  async #tend(attached: Attached): Promise<DetachedError | undefined> {
    const { target, log, gate, ledger, now } = this.#options;
    const { agent, checkpoints } = attached;
    // what is known of an earlier process is no state of this one
    const { key, incarnation } = agent.identity;
    if (this.#incarnationKey !== key) log.forget(target.name, { except: incarnation });
    this.#incarnationKey = key;
    this.#checkpoints = checkpoints;
    this.#attachment = new Attachment({
      ...attached,
      target,
      ledger,
      gate,
      now,
      forget: (isolate) => log.forget(target.name, { isolate }),
    });
    try {
      return await this.#attachment.tend(this.#stop.signal);
    } finally {
      this.#attachment = undefined;
      this.#checkpoints = undefined;
    }
  }

  /** The target is not there; the next attempt is after a while. */
  #leave(reason: string, tell: boolean): void {
    if (this.#stop.signal.aborted) return;
    const retryInMs = this.#backoff.next();
    this.#gone = { ...this.#goneState(reason), retryInMs };
    if (!tell) return;
    this.#options.log.append({ type: 'target', ...this.#gone });
    this.#options.logger.warn({ reason, retryInMs }, 'target gone');
  }

  async #letGo(agent: Agent, begun: readonly AsyncDisposable[]): Promise<void> {
    const end = async () => {
      for (const each of begun) await each[Symbol.asyncDispose]();
      await agent.close();
    };
    try {
      await within(CLOSE_TIMEOUT_MS, 'let target go', end());
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'target was not let go in order');
    }
  }

  #goneState(reason: string): TargetState {
    const { target, now } = this.#options;
    const at = new Date(now()).toISOString();
    return { target: target.name, state: 'gone', inspect: target.inspect, labels: target.labels, reason, at };
  }
}
