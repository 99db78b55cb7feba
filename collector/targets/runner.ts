/**
 * The life of one target: attach, probe until it goes, say so, wait, attach again. Never ends by itself, never throws:
 * what goes wrong with one target is published as its own events and touches no other.
 *
 *     attach ─> attached ─> Attachment.tend ─> gone ─> backoff ─> attach …
 */
import type { Logger } from 'pino';
import type { Agent } from '../../agent/attach/agent.ts';
import { Either } from '../../agent/base/either.ts';
import type { DetachedError } from '../../agent/base/errors.ts';
import { within } from '../../agent/base/waiting.ts';
import { type DiagnosticFolder, nearLimitFiles } from '../../agent/process/near-limit-files.ts';
import type { Pin } from '../../agent/process/open.ts';
import type { Death } from '../../protocol/death.ts';
import type { TargetState } from '../../protocol/events.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { RequestError, type Result } from '../../protocol/requests.ts';
import { Backoff } from '../base/backoff.ts';
import { WakeUp } from '../base/wake-up.ts';
import type { ScheduledProbe } from '../config/schedule-file.ts';
import type { TargetConfig } from '../config/target-config.ts';
import type { History } from '../history/history.ts';
import type { EventLog } from '../log/log.ts';
import { Attachment, type AttachmentOptions } from './attachment.ts';
import { Checkpoints } from './checkpoints.ts';
import { DEADLY, deathOf, type LastSeen } from './death.ts';
import type { Gate } from './gate.ts';
import { Guard } from './guard.ts';
import { type Footprint, KEPT_MS, type Ledger } from './ledger.ts';
import { type Interrupted, pastOf } from './past.ts';
import type { ProbeOutcome, ProbeRequest } from './probe-queue.ts';
import type { Probes } from './probes.ts';
import { Reader } from './reader.ts';
import { Reports } from './reports.ts';
import type { TargetClaim, TargetClaims } from './target-claims.ts';

/** An attachment that held this long ends a row of failures. */
const HELD_MS = 10_000;
/** How long letting a target go may take, beside what it has to send to its end. */
const CLOSE_TIMEOUT_MS = 3_000;
const HOUR_MS = 3_600_000;
/** As a session tells that its target does. */
const ENDING = 'the process is ending';
const ELSEWHERE = 'another agent of the fleet watches this process';
const UNCLAIMED = 'the lease is lost: NATS was away for too long';
const CUT = 'the collector ended while it ran';

export interface RunnerOptions {
  readonly target: TargetConfig;
  readonly log: EventLog;
  /** What was stored of the target before. */
  readonly history: Pick<History, 'events'>;
  /** The gate of the target's group. */
  readonly gate: Gate;
  /** What probes have cost the target until now. */
  readonly ledger: Ledger;
  readonly probes: Probes;
  /** Absent: nobody else could probe it. */
  readonly claims?: TargetClaims;
  /** How long a target that is let go may go on sending a snapshot. */
  readonly graceMs: number;
  /** How long a target may answer nothing before its connection is given up. */
  readonly giveUpMs: number;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** How an attachment ended by itself. */
interface Ended {
  readonly gone: DetachedError;
  readonly death: Death | undefined;
}

type Attached = Pick<AttachmentOptions, 'agent' | 'reader' | 'checkpoints' | 'reports' | 'guard'>;

export class Runner {
  readonly #options: RunnerOptions;
  readonly #stop = new AbortController();
  readonly #wakeUp = new WakeUp();
  /** A target by pid is the process that it was first, even when another one gets its pid. */
  readonly #pin: Pin = {};
  readonly #backoff: Backoff;
  /** Where the attached process writes its own snapshots. */
  #folder: Promise<DiagnosticFolder | null> = Promise.resolve(null);
  #attachment: Attachment | undefined;
  #checkpoints: Checkpoints | undefined;
  /** Published while nothing is attached. */
  #gone: TargetState;
  #incarnationKey: string | undefined;
  /** Probes under which the target went away: whether it died of them shows when it is there again. */
  #interrupted: readonly Interrupted[] = [];

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

  /** How long its event loop took to turn when it was looked at last; undefined where it was not. */
  get turn(): { readonly target: string; readonly turnMs: number } | undefined {
    const turnMs = this.#attachment?.turnMs;
    return turnMs === undefined ? undefined : { target: this.#options.target.name, turnMs };
  }

  /** Runs a probe as soon as it is its turn. @throws RequestError */
  async request(request: ProbeRequest): Promise<ProbeOutcome> {
    return await this.#attached('probe').request(request);
  }

  /** What is objected to a probe now, in figures; null: it may run. @throws RequestError; as `Guard.refusal` */
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
    await this.#recall();
    while (!this.#stop.signal.aborted) {
      await this.#attach().catch((error) => this.#failed(error));
      if (!this.#stop.signal.aborted) await this.#wakeUp.wait(this.#gone.retryInMs ?? 0);
    }
  }

  stop(): void {
    this.#stop.abort();
    this.#wakeUp.wake();
  }

  /** One attachment from its beginning to its end, or the attempt. */
  async #attach(): Promise<void> {
    const { target, ledger, probes, log, logger, giveUpMs, now, claims } = this.#options;
    if (!((await claims?.ready(this.#stop.signal)) ?? true)) return;
    let agent: Agent;
    try {
      agent = await probes.attach(target.inspect, { signal: this.#stop.signal, giveUpMs, pin: this.#pin });
    } catch (error) {
      const reason = reasonOf(error);
      // a target that stays away is reported once for each reason, not at each attempt
      this.#leave(reason, reason !== this.#gone.reason);
      return;
    }
    const claim = await this.#claim(agent);
    if (claim === null) return;
    const { incarnation, nodeVersion } = agent.identity;
    logger.info({ incarnation, nodeVersion }, 'target attached');
    const reports = new Reports({ target: target.name, publish: (event) => log.append(event), logger, now });
    const reader = new Reader(agent, target, probes);
    const checkpoints = new Checkpoints(agent, target, probes, reports);
    const guard = new Guard({ agent, limits: target.limits, ledger, probes, now });
    const beganAtMs = performance.now();
    this.#folder = probes.diagnosticFolder(agent).catch(() => null);
    const ended = await this.#tend({ agent, reader, checkpoints, reports, guard }, claim);
    if (performance.now() - beganAtMs >= HELD_MS) this.#backoff.reset();
    if (ended) this.#leave(ended.gone.message, true, ended.death);
    await this.#letGo(agent, [checkpoints, reader]);
    await claim?.release();
  }

  /** Makes the process one's own to probe; undefined where nobody else could, null where it is not to be had: then it is let go. */
  async #claim(agent: Agent): Promise<TargetClaim | null | undefined> {
    const { claims } = this.#options;
    if (!claims) return undefined;
    const { signal } = this.#stop;
    try {
      const claim = await claims.claim(agent.identity, signal);
      if (claim) return claim;
      await this.#letGo(agent, []);
      this.#leave(ELSEWHERE, ELSEWHERE !== this.#gone.reason);
      await claims.free(agent.identity, signal);
      // whoever waited is not to wait longer
      this.#backoff.reset();
      this.#gone = { ...this.#gone, retryInMs: 0 };
      return null;
    } catch (error) {
      await this.#letGo(agent, []);
      this.#leave(reasonOf(error), reasonOf(error) !== this.#gone.reason);
      return null;
    }
  }

  /** Why the process has ended, if it has; one of which that is not known tells it itself. */
  async #death(agent: Agent, seen: LastSeen): Promise<Death | undefined> {
    const isOver = await this.#options.probes.hasEnded(agent);
    if (!isOver && !seen.reason.includes(ENDING)) return undefined;
    const folder = await this.#folder;
    const files = folder ? await nearLimitFiles(folder, agent.identity.startedAtMs) : [];
    return deathOf({ ...seen, files });
  }

  /** What earlier runs have cost the target counts on. */
  async #recall(): Promise<void> {
    const { target, ledger, log, history, logger, now } = this.#options;
    const nowMs = now();
    const { footprints, interrupted } = await pastOf(target.name, nowMs - KEPT_MS, { log, history, logger });
    ledger.recall(footprints);
    this.#charge(interrupted, nowMs);
    for (const { probe, isolate } of interrupted) {
      const at = new Date(nowMs).toISOString();
      log.append({ type: 'probe', target: target.name, isolate, probe, phase: 'failed', at, reason: CUT });
    }
  }

  /** What a probe cost whose end was not seen is what it took until then, and no more than limits admit. */
  #charge(interrupted: readonly Interrupted[], nowMs: number): void {
    this.#interrupted = interrupted;
    for (const { probe, isolate, fromMs } of interrupted) {
      const pauseMs = Math.min(Math.max(0, nowMs - fromMs), this.#options.target.limits.maxPauseMs);
      this.#enter({ isolate, cause: probe, fromMs, toMs: fromMs + pauseMs, pauseMs });
    }
  }

  /** The process that was asked is no more if this one is another: it died of what it was asked. @param before its key, if it is known */
  #judgeInterrupted({ key, startedAtMs }: Agent['identity'], before: string | undefined): void {
    const interrupted = this.#interrupted;
    this.#interrupted = [];
    for (const { probe, isolate, fromMs } of interrupted) {
      const isOther = before === undefined ? startedAtMs > fromMs : key !== before;
      if (!isOther || !DEADLY.has(probe)) continue;
      const atMs = this.#options.now();
      this.#enter({ isolate, cause: probe, fromMs, toMs: atMs, pauseMs: 0, fatal: true });
    }
  }

  #enter(footprint: Footprint): void {
    const { target, ledger, log, now } = this.#options;
    ledger.enter(footprint);
    const { isolate, cause, fromMs, toMs, pauseMs, fatal } = footprint;
    const [from, to] = [fromMs, toMs].map((ms) => new Date(ms).toISOString()) as [string, string];
    const weights = { pauseMs, ...(fatal && { fatal }), hourPauseMs: ledger.spentMs(now(), HOUR_MS) };
    log.append({ type: 'footprint', target: target.name, isolate, cause, from, to, ...weights });
  }

  /** A mistake of ours: reported like a target's end, so that the other targets go on. */
  #failed(error: unknown): void {
    this.#options.logger.error({ err: error }, 'runner failed');
    this.#leave(`the collector failed: ${reasonOf(error)}`, true);
  }

  /** Probes until the target goes, and gives why; undefined when `stop` ended it. */
  async #tend(attached: Attached, claim?: TargetClaim): Promise<Ended | undefined> {
    const { target, log, gate, ledger, now } = this.#options;
    const { agent, checkpoints } = attached;
    // what is known of an earlier process is no state of this one
    const { key, incarnation } = agent.identity;
    const before = this.#incarnationKey;
    if (before !== key) log.forget(target.name, { except: incarnation });
    this.#incarnationKey = key;
    this.#checkpoints = checkpoints;
    this.#attachment = new Attachment({
      ...attached,
      target,
      ledger,
      gate,
      probes: this.#options.probes,
      now,
      forget: (isolate) => log.forget(target.name, { isolate }),
      isHeld: () => claim?.isHeld ?? true,
    });
    try {
      using until = new Either([this.#stop.signal, claim?.lost]);
      const tending = this.#attachment.tend(until.signal);
      this.#judgeInterrupted(agent.identity, before);
      const gone = await tending;
      const { interrupted, readings, oomPausedAtMs } = this.#attachment;
      if (!gone) {
        if (claim?.lost.aborted) this.#leave(UNCLAIMED, true);
        return undefined;
      }
      const atMs = now();
      if (interrupted) this.#charge([interrupted], atMs);
      return {
        gone,
        death: await this.#death(agent, {
          reason: gone.message,
          atMs,
          readings,
          nodeVersion: agent.identity.nodeVersion,
          interrupted,
          oomPausedAtMs,
        }),
      };
    } finally {
      this.#attachment = undefined;
      this.#checkpoints = undefined;
    }
  }

  /** The target is not there; the next attempt is after a while. */
  #leave(reason: string, tell: boolean, death?: Death): void {
    if (this.#stop.signal.aborted) return;
    const retryInMs = this.#backoff.next();
    this.#gone = { ...this.#goneState(reason), retryInMs };
    if (!tell) return;
    this.#options.log.append({ type: 'target', ...this.#gone, ...(death && { death }) });
    this.#options.logger.warn({ reason, retryInMs }, 'target gone');
  }

  async #letGo(agent: Agent, begun: readonly AsyncDisposable[]): Promise<void> {
    const { graceMs } = this.#options;
    const end = async () => {
      for (const each of begun) await each[Symbol.asyncDispose]();
      await agent.close({ graceMs });
    };
    try {
      await within(graceMs + CLOSE_TIMEOUT_MS, 'let target go', end());
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'detaching from the target failed');
    }
  }

  #goneState(reason: string): TargetState {
    const { target, now } = this.#options;
    const at = new Date(now()).toISOString();
    return { target: target.name, state: 'gone', inspect: target.inspect, labels: target.labels, reason, at };
  }
}
