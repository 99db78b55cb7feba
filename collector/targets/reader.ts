/** The probes of one attached target as its configuration wants them: which isolates, classifiers, rows and intervals. */
import type { Agent, ProbeContext } from '../../agent/attach/agent.ts';
import { Timeout, within } from '../../agent/base/waiting.ts';
import { PROBE_CLASSIFIERS } from '../../agent/classify/probe-classifiers.ts';
import { limitRows } from '../../agent/partition/partition.ts';
import { meanSizes } from '../../agent/probe/census.ts';
import type { SnapshotResult } from '../../agent/probe/snapshot.ts';
import { typesByKind } from '../../agent/probe/types.ts';
import type { HoldersQuestion } from '../../agent/sets/holders.ts';
import type { Partition, Usage } from '../../protocol/partition.ts';
import type { ScheduledProbe } from '../config/schedule-file.ts';
import type { TargetConfig } from '../config/target-config.ts';
import type { Probes, Sampling } from './probes.ts';

/** How long a target has for its gauges, and to list its workers. */
const ANSWER_TIMEOUT_MS = 2_000;
/** How long it has for a count of its objects. */
const COUNT_TIMEOUT_MS = 120_000;
/** How old totals may be before a census asks for new ones. */
const TOTALS_MS = 60_000;
/** What is sampled for half a minute is sampled densely: it costs an allocating program a few hundredths of its speed. */
const BORROWED_INTERVAL_BYTES = 65_536;

export interface ReadOptions {
  readonly by: readonly string[];
  readonly label?: string;
  readonly signal: AbortSignal;
}

export interface SnapshotOptions extends ReadOptions {
  readonly holders?: HoldersQuestion;
  /** Told of each sign of life. */
  onProgress?(): void;
}

/** What is known of an isolate from probes before. */
interface Known {
  totals?: { readonly partition: Partition; readonly atMs: number };
  sizes?: ReadonlyMap<string, number>;
}

export class Reader implements AsyncDisposable {
  readonly #agent: Agent;
  readonly #target: TargetConfig;
  readonly #probes: Probes;
  readonly #samplings = new Map<string, Promise<Sampling>>();
  /** How many wait for what is sampled for them, by isolate. */
  readonly #borrowed = new Map<string, number>();
  readonly #known = new Map<string, Known>();

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
    const all = PROBE_CLASSIFIERS[probe];
    if (probe === 'walk') {
      const given = this.#target.by.filter((by) => all.includes(by));
      return wanted ?? (given.length > 0 ? given : ['kind']);
    }
    return all.length > 1 ? (wanted ?? all) : all;
  }

  usage(isolate: string): Promise<Usage> {
    const reading = this.#probes.usage(this.#agent, { target: this.#target.name, isolate });
    return within(ANSWER_TIMEOUT_MS, 'read usage', reading);
  }

  /** Begins to sample an isolate, unless it is sampled already. */
  startSampling(isolate: string, intervalBytes = this.#target.samplingIntervalBytes): Promise<Sampling> {
    const running = this.#samplings.get(isolate);
    if (running !== undefined) return running;
    const starting = this.#probes.startSampling(this.#agent, isolate, intervalBytes);
    this.#samplings.set(isolate, starting);
    const drop = () => this.#drop(isolate, starting);
    void starting.then(({ closed }) => closed.then(drop), drop);
    return starting;
  }

  /**
   * Samples an isolate until it is given back: the last who does ends what was begun here. Null where it is sampled anyway,
   * by the schedule or because somebody has asked for it.
   */
  async borrowSampling(isolate: string): Promise<AsyncDisposable | null> {
    const others = this.#borrowed.get(isolate) ?? 0;
    if (others === 0 && this.#samplings.has(isolate)) return null;
    this.#borrowed.set(isolate, others + 1);
    const intervalBytes = Math.min(this.#target.samplingIntervalBytes, BORROWED_INTERVAL_BYTES);
    const starting = this.startSampling(isolate, intervalBytes);
    const end = async () => {
      const left = (this.#borrowed.get(isolate) ?? 1) - 1;
      this.#borrowed.set(isolate, left);
      if (left === 0) await this.#end(isolate, this.#samplings.get(isolate) ?? starting);
    };
    try {
      await starting;
      return { [Symbol.asyncDispose]: end };
    } catch (error) {
      await end();
      throw error;
    }
  }

  /** Live bytes allocated since sampling began, by site. Sampling begins here if it has not, or was ended by somebody. */
  async sampling(isolate: string, { label }: ReadOptions): Promise<Partition[]> {
    const running = this.startSampling(isolate);
    try {
      const { name, rows } = this.#target;
      return [await (await running).read({ target: name, isolate, rows, ...(label !== undefined && { label }) })];
    } catch (error) {
      // whatever ended it (somebody's HeapProfiler.disable, for one), the next reading begins anew
      await this.#end(isolate, running);
      throw error;
    }
  }

  /** All objects by kind, or by what their text looks like, from outside; with `holders` what keeps kinds alive, too. */
  async walk(
    isolate: string,
    { holders, ...options }: SnapshotOptions,
  ): Promise<Pick<SnapshotResult, 'partitions' | 'holders' | 'output'>> {
    using limit = countingLimit('walk', isolate, options);
    const context = this.#context(isolate, { ...options, signal: limit.signal });
    const result = holders
      ? await this.#probes.walkHolders(this.#agent, { ...context, holders })
      : { partitions: await this.#walkBy(context, options.by) };
    return { ...result, partitions: result.partitions.map((partition) => limitRows(partition, this.#target.rows)) };
  }

  /** By kind alone it needs no graph. */
  async #walkBy(context: ProbeContext & { label?: string }, by: readonly string[]): Promise<Partition[]> {
    if (by.every((each) => each === 'kind')) return [await this.#probes.walk(this.#agent, context)];
    return await this.#probes.walkBy(this.#agent, { ...context, by });
  }

  /** All objects by V8's types, and the same by kind. `passive`: of a collection that V8 does by itself. */
  async types(isolate: string, options: ReadOptions & { passive?: boolean }): Promise<Partition[]> {
    const { passive = false } = options;
    using limit = passive ? undefined : countingLimit('types', isolate, options);
    const context = this.#context(isolate, { ...options, signal: limit?.signal ?? options.signal });
    const partition = await this.#probes.types(this.#agent, { ...context, ...(passive && { passive }) });
    this.#knownOf(isolate).totals = { partition, atMs: performance.now() };
    return options.by.map((by) => limitRows(by === 'kind' ? typesByKind(partition) : partition, this.#target.rows));
  }

  /** Whether the isolate's totals are young enough for a census. */
  hasTotals(isolate: string): boolean {
    const { totals } = this.#knownOf(isolate);
    return totals !== undefined && performance.now() - totals.atMs < TOTALS_MS;
  }

  /** Objects by class, with sizes by the last snapshot's; what it has not seen by the totals, which it names where they are old. */
  async census(isolate: string, options: ReadOptions): Promise<Partition[]> {
    const { totals, sizes } = this.#knownOf(isolate);
    using limit = countingLimit('census', isolate, options);
    const partition = await this.#probes.census(this.#agent, {
      ...this.#context(isolate, { ...options, signal: limit.signal }),
      rows: this.#target.rows,
      ...(totals && { totals: totals.partition }),
      ...(sizes && { sizes }),
    });
    return [partition];
  }

  /** One snapshot, a partition for each of `by`. */
  async snapshot(isolate: string, options: SnapshotOptions): Promise<SnapshotResult> {
    const { by, holders, onProgress } = options;
    const optional = { ...(holders && { holders }), ...(onProgress && { onProgress }) };
    const context = { ...this.#context(isolate, options), by, ...optional };
    const result = await this.#probes.snapshot(this.#agent, context);
    const byKind = result.partitions.find((partition) => partition.by === 'kind');
    if (byKind) this.#knownOf(isolate).sizes = meanSizes(byKind);
    return { ...result, partitions: result.partitions.map((partition) => limitRows(partition, this.#target.rows)) };
  }

  /** Ends what was begun in the target. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#samplings].map(([isolate, sampling]) => this.#end(isolate, sampling)));
  }

  #context(isolate: string, { label, signal }: ReadOptions): ProbeContext & { label?: string } {
    return { target: this.#target.name, isolate, signal, ...(label !== undefined && { label }) };
  }

  #knownOf(isolate: string): Known {
    const known = this.#known.get(isolate) ?? {};
    this.#known.set(isolate, known);
    return known;
  }

  /** Ends a sampling, which may have ended, or never begun: its owner learns of that. */
  async #end(isolate: string, sampling: Promise<Sampling>): Promise<void> {
    this.#drop(isolate, sampling);
    await Promise.allSettled([sampling.then((begun) => begun[Symbol.asyncDispose]())]);
  }

  #drop(isolate: string, sampling: Promise<Sampling>): void {
    if (this.#samplings.get(isolate) === sampling) this.#samplings.delete(isolate);
  }
}

/** For a probe that the target has to answer at once. */
function countingLimit(probe: ScheduledProbe, isolate: string, { signal }: ReadOptions): Timeout {
  return new Timeout(COUNT_TIMEOUT_MS, signal, `take ${probe} of ${isolate}`);
}
