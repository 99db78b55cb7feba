/** The probes of one attached target as its configuration wants them: which isolates, classifiers, rows and intervals. */
import type { Agent } from '../agent/agent.ts';
import { limitRows } from '../agent/partition/partition.ts';
import type { Partition, Usage } from '../protocol/partition.ts';
import type { TargetConfig } from './config.ts';
import type { ScheduledProbe } from './config-file.ts';
import { within } from './deadline.ts';
import type { Probes, Sampling } from './probes.ts';

/** How long a target has for the gauges, to list its workers, to begin sampling, and for a profile (a full GC). */
const USAGE_TIMEOUT_MS = 2_000;
const ISOLATES_TIMEOUT_MS = 2_000;
const START_TIMEOUT_MS = 5_000;
const PROFILE_TIMEOUT_MS = 30_000;
/** How long a target whose event loop is busy has to begin a snapshot. */
const SNAPSHOT_START_TIMEOUT_MS = 20_000;

export class Reader implements AsyncDisposable {
  readonly #agent: Agent;
  readonly #target: TargetConfig;
  readonly #probes: Probes;
  readonly #samplings = new Map<string, Sampling>();

  constructor(agent: Agent, target: TargetConfig, probes: Probes) {
    this.#agent = agent;
    this.#target = target;
    this.#probes = probes;
  }

  /** The isolates to probe, of those that live now. */
  async isolates(): Promise<readonly string[]> {
    const { isolates } = this.#target;
    if (isolates === 'main') return ['main'];
    const live = await within(ISOLATES_TIMEOUT_MS, 'list isolates', this.#agent.isolates());
    return isolates === 'all' ? live : live.filter((name) => isolates.includes(name));
  }

  /** What a probe's partitions are by, if asked for `wanted`. */
  classifiers(probe: ScheduledProbe, wanted: readonly string[] | undefined): readonly string[] {
    if (probe === 'snapshot') return wanted ?? this.#target.by;
    return probe === 'sampling' ? ['site'] : [];
  }

  usage(isolate: string): Promise<Usage> {
    const reading = this.#probes.usage(this.#agent, { target: this.#target.name, isolate });
    return within(USAGE_TIMEOUT_MS, 'read usage', reading);
  }

  /** Begins to sample an isolate, unless it is sampled already. */
  async startSampling(isolate: string): Promise<Sampling> {
    const running = this.#samplings.get(isolate);
    if (running) return running;
    const starting = this.#probes.startSampling(this.#agent, isolate, this.#target.samplingIntervalBytes);
    const sampling = await within(START_TIMEOUT_MS, 'begin sampling', starting);
    this.#samplings.set(isolate, sampling);
    void sampling.closed.then(() => this.#samplings.delete(isolate));
    return sampling;
  }

  /** Live bytes allocated since sampling began, by site. Sampling begins here if it has not. */
  async sampling(isolate: string, label?: string): Promise<Partition> {
    const sampling = await this.startSampling(isolate);
    const reading = sampling.read({ target: this.#target.name, isolate });
    const partition = limitRows(await within(PROFILE_TIMEOUT_MS, 'read sampling profile', reading), this.#target.rows);
    return label === undefined ? partition : { ...partition, label };
  }

  /** One snapshot, a partition for each of `by`. */
  async snapshot(
    isolate: string,
    by: readonly string[],
    label: string | undefined,
    signal: AbortSignal,
  ): Promise<Partition[]> {
    const { partitions } = await this.#probes.snapshot(this.#agent, {
      target: this.#target.name,
      isolate,
      by,
      rows: this.#target.rows,
      startTimeoutMs: SNAPSHOT_START_TIMEOUT_MS,
      signal,
      ...(label !== undefined && { label }),
    });
    return partitions;
  }

  /** Ends what was begun in the target. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.#samplings.values()].map((sampling) => sampling[Symbol.asyncDispose]()));
    this.#samplings.clear();
  }
}
