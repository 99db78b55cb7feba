/** The probes of one attached target as its configuration wants them: which isolates, classifiers, rows and intervals. */
import type { Agent } from '../agent/agent.ts';
import { limitRows } from '../agent/partition/partition.ts';
import type { Partition, Usage } from '../protocol/partition.ts';
import type { TargetConfig } from './config.ts';
import type { ScheduledProbe } from './config-file.ts';
import { within } from './deadline.ts';
import type { Probes, Sampling } from './probes.ts';

/** How long a target has for its gauges, and to list its workers. */
const ANSWER_TIMEOUT_MS = 2_000;

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
    const live = await within(ANSWER_TIMEOUT_MS, 'list isolates', this.#agent.isolates());
    return isolates === 'all' ? live : live.filter((name) => isolates.includes(name));
  }

  /** What a probe's partitions are by, if asked for `wanted`. */
  classifiers(probe: ScheduledProbe, wanted: readonly string[] | undefined): readonly string[] {
    if (probe === 'snapshot') return wanted ?? this.#target.by;
    return probe === 'sampling' ? ['site'] : [];
  }

  usage(isolate: string): Promise<Usage> {
    const reading = this.#probes.usage(this.#agent, { target: this.#target.name, isolate });
    return within(ANSWER_TIMEOUT_MS, 'read usage', reading);
  }

  /** Begins to sample an isolate, unless it is sampled already. */
  async startSampling(isolate: string): Promise<Sampling> {
    const running = this.#samplings.get(isolate);
    if (running) return running;
    const sampling = await this.#probes.startSampling(this.#agent, isolate, this.#target.samplingIntervalBytes);
    this.#samplings.set(isolate, sampling);
    void sampling.closed.then(() => this.#drop(isolate, sampling));
    return sampling;
  }

  /** Live bytes allocated since sampling began, by site. Sampling begins here if it has not, or was ended by somebody. */
  async sampling(isolate: string, label: string | undefined): Promise<Partition> {
    const sampling = await this.startSampling(isolate);
    try {
      const partition = await sampling.read({
        target: this.#target.name,
        isolate,
        ...(label !== undefined && { label }),
      });
      return limitRows(partition, this.#target.rows);
    } catch (error) {
      // whatever ended it (somebody's HeapProfiler.disable, for one), the next reading begins anew
      this.#drop(isolate, sampling);
      await sampling[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** One snapshot, a partition for each of `by`. */
  async snapshot(
    isolate: string,
    by: readonly string[],
    label: string | undefined,
    signal: AbortSignal,
  ): Promise<Partition[]> {
    // a target that does not even tell its gauges would not begin either, and would hold up all that waits behind
    await this.usage(isolate);
    const { name: target, rows } = this.#target;
    const context = { target, isolate, by, rows, signal, ...(label !== undefined && { label }) };
    return (await this.#probes.snapshot(this.#agent, context)).partitions;
  }

  /** Ends what was begun in the target. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.#samplings.values()].map((sampling) => sampling[Symbol.asyncDispose]()));
    this.#samplings.clear();
  }

  #drop(isolate: string, sampling: Sampling): void {
    if (this.#samplings.get(isolate) === sampling) this.#samplings.delete(isolate);
  }
}
