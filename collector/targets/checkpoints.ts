/**
 * The checkpoints of one attached target, by isolate and label, and what becomes of them.
 *
 *     take ──> held ──> since … since ──> release ──> gone
 *                  └──> void (an event says so) ────> remembered with its reason, until it is released or taken anew
 */
import type { Agent } from '../../agent/attach/agent.ts';
import { EpochError } from '../../agent/base/errors.ts';
import type { LiveCheckpoint } from '../../agent/probe/checkpoint.ts';
import type { SnapshotResult } from '../../agent/probe/snapshot.ts';
import type { HoldersQuestion } from '../../agent/sets/holders.ts';
import { RequestError } from '../../protocol/requests.ts';
import type { TargetConfig } from '../config/target-config.ts';
import type { Probes } from './probes.ts';
import type { Reports } from './reports.ts';

/** Checkpoints of a target, void ones included: each takes about 20 bytes an object of the collector's memory. */
const MAX_CHECKPOINTS = 8;

export interface SnapshotOptions {
  readonly by: readonly string[];
  readonly label?: string;
  readonly holders?: HoldersQuestion;
  readonly signal: AbortSignal;
}

interface Kept {
  readonly isolate: string;
  readonly live: LiveCheckpoint;
  /** Why it is void. */
  why: Error | undefined;
}

export class Checkpoints implements AsyncDisposable {
  readonly #agent: Agent;
  readonly #target: TargetConfig;
  readonly #probes: Probes;
  readonly #reports: Reports;
  /** In the order in which they were taken. */
  readonly #kept: Kept[] = [];

  constructor(agent: Agent, target: TargetConfig, probes: Probes, reports: Reports) {
    this.#agent = agent;
    this.#target = target;
    this.#probes = probes;
    this.#reports = reports;
  }

  held(isolate: string): LiveCheckpoint[] {
    return this.#kept.filter((kept) => kept.isolate === isolate && !kept.why).map(({ live }) => live);
  }

  /** What one can be compared by. @throws RequestError if there is none of that label */
  classifiers(isolate: string, label: string): readonly string[] {
    return this.#find(isolate, label).live.taken.partitions.map(({ by }) => by);
  }

  /** Takes one, instead of one of the same label; gives the snapshot of the whole heap. @throws RequestError; as `takeCheckpoint` */
  async take(isolate: string, label: string, options: SnapshotOptions): Promise<SnapshotResult> {
    const before = this.#kept.find((kept) => kept.isolate === isolate && kept.live.label === label);
    if (!before && this.#kept.length >= MAX_CHECKPOINTS) {
      const labels = this.#kept.map(({ live }) => `"${live.label}"`).join(', ');
      const what = `"${this.#target.name}" has ${MAX_CHECKPOINTS} checkpoints already (${labels}), release one`;
      throw new RequestError('refused', `Cannot take checkpoint "${label}": ${what}`);
    }
    const { name: target, rows } = this.#target;
    const live = await this.#probes.takeCheckpoint(this.#agent, { target, isolate, rows, ...options, label });
    if (before) await this.#drop(before);
    const kept: Kept = { isolate, live, why: undefined };
    this.#kept.push(kept);
    void live.voided.then((why) => this.#void(kept, why));
    return live.taken;
  }

  reportTaken(isolate: string, label: string): void {
    this.#report(isolate, label, 'taken');
  }

  /** What was born since one. @throws RequestError; EpochError; as `LiveCheckpoint.since` */
  async since(isolate: string, label: string, options: SnapshotOptions): Promise<SnapshotResult> {
    const { live, why } = this.#find(isolate, label);
    if (why) throw why;
    const known = this.classifiers(isolate, label);
    const unknown = options.by.find((each) => !known.includes(each));
    if (unknown !== undefined) {
      const names = known.map((each) => `"${each}"`).join(', ');
      throw new RequestError(
        'bad-params',
        `Cannot compare by "${unknown}": checkpoint "${label}" was taken by ${names}`,
      );
    }
    return await live.since(options);
  }

  /** Lets go of one; gives the labels that are left. @throws RequestError */
  async release(isolate: string, label: string): Promise<string[]> {
    const kept = this.#find(isolate, label);
    await this.#drop(kept);
    if (!kept.why) this.#report(isolate, label, 'released');
    return this.held(isolate).map((live) => live.label);
  }

  /** Asks whether the epochs hold, so that one that does not is reported before anybody asks for its checkpoints. */
  async look(): Promise<void> {
    const oneOfEach = new Map(this.#kept.filter(({ why }) => !why).map(({ isolate, live }) => [isolate, live]));
    // what they find is reported by `voided`
    await Promise.allSettled([...oneOfEach.values()].map((live) => live.epochHolds()));
  }

  /** The target has gone or is let go: what is held is void. */
  end(why: Error): void {
    for (const kept of this.#kept) this.#void(kept, why);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#kept.splice(0).map(({ live }) => live[Symbol.asyncDispose]()));
  }

  #find(isolate: string, label: string): Kept {
    const found = this.#kept.find((kept) => kept.isolate === isolate && kept.live.label === label);
    if (found) return found;
    const labels = this.held(isolate).map((live) => `"${live.label}"`);
    const there = labels.length === 0 ? 'no checkpoint is held' : `only ${labels.join(', ')} of it is held`;
    throw new RequestError(
      'not-found',
      `Cannot find checkpoint "${label}" of "${this.#target.name}" ${isolate}: ${there}`,
    );
  }

  async #drop(kept: Kept): Promise<void> {
    const at = this.#kept.indexOf(kept);
    if (at >= 0) this.#kept.splice(at, 1);
    await kept.live[Symbol.asyncDispose]();
  }

  #void(kept: Kept, why: Error): void {
    if (kept.why || !this.#kept.includes(kept)) return;
    kept.why = why;
    const { isolate, live } = kept;
    const reason = why instanceof EpochError ? why.message : `Checkpoint "${live.label}" is void: ${why.message}`;
    this.#report(isolate, live.label, 'void', reason);
    // its reason is all that is needed of it
    void live[Symbol.asyncDispose]();
  }

  #report(isolate: string, checkpoint: string, phase: 'taken' | 'void' | 'released', reason?: string): void {
    const held = this.held(isolate).map((live) => live.label);
    this.#reports.checkpoint({ isolate, checkpoint, phase, held, ...(reason !== undefined && { reason }) });
  }
}
