/**
 * Where the memory of one attached target is, read from outside beside its probes: seldom, since a reading costs the collector
 * some tenths of a second and holds the target's mappings for some milliseconds.
 *
 *     auto           a while after the start, then each minute, and less often the longer a reading takes
 *     near a limit   each ten seconds: who ends there leaves an autopsy
 */
import type { Agent } from '../../agent/attach/agent.ts';
import type { Usage } from '../../protocol/partition.ts';
import { AUTO_EVERY_MS, type MemoryEvery } from '../config/schedule-file.ts';
import type { Probes } from './probes.ts';
import type { Reports } from './reports.ts';

/** A process that has just begun, or been attached to, has no memory worth a look. */
const FIRST_AFTER_MS = 5_000;
/** Of the collector's time. */
const MOST_RATIO = 0.005;
const NEAR_EVERY_MS = 10_000;
const MOST_NEAR_RATIO = 0.05;
/** What is left of a limit, or the time until it, that is near. */
const NEAR_RATIO = 0.15;
const NEAR_MS = 120_000;
/** Where it cannot be read, it is tried again after this: who may read it can change. */
const AGAIN_MS = 600_000;

export interface MemoryWatchOptions {
  readonly agent: Agent;
  readonly target: string;
  /** Absent: never. */
  readonly every: MemoryEvery | undefined;
  readonly probes: Pick<Probes, 'memory'>;
  readonly reports: Pick<Reports, 'memory' | 'warn'>;
  /** Aborted when the target goes or is let go. */
  readonly signal: AbortSignal;
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs?: () => number;
}

export class MemoryWatch {
  readonly #options: MemoryWatchOptions;
  readonly #nowMs: () => number;
  #dueAtMs: number;
  /** When it is due where a limit is near. */
  #nearDueAtMs = 0;
  #reading: Promise<void> | undefined;

  constructor(options: MemoryWatchOptions) {
    const { every, nowMs = () => performance.now() } = options;
    this.#options = options;
    this.#nowMs = nowMs;
    this.#dueAtMs = every === undefined ? Number.POSITIVE_INFINITY : nowMs() + (every === 'auto' ? FIRST_AFTER_MS : 0);
  }

  /** Reads it if that is due, and publishes what it finds; never rejects. Called whenever the gauges are read, with them. */
  look(usage?: Usage): Promise<void> {
    const nowMs = this.#nowMs();
    const isNear = this.#options.every === 'auto' && usage !== undefined && isNearLimit(usage);
    if (this.#reading === undefined && (nowMs >= this.#dueAtMs || (isNear && nowMs >= this.#nearDueAtMs))) {
      this.#reading = this.#read().finally(() => {
        this.#reading = undefined;
      });
    }
    return this.#reading ?? Promise.resolve();
  }

  async #read(): Promise<void> {
    const { agent, target, every, probes, reports, signal } = this.#options;
    try {
      const memory = await probes.memory(agent, { target, signal });
      if (memory === 'busy') return; // with the next reading of the gauges
      if (memory) reports.memory(memory);
      const autoMs = Math.max(AUTO_EVERY_MS, (memory?.tookMs ?? 0) / MOST_RATIO);
      const nearMs = Math.max(NEAR_EVERY_MS, (memory?.tookMs ?? 0) / MOST_NEAR_RATIO);
      this.#nearDueAtMs = this.#nowMs() + (memory === null ? AGAIN_MS : nearMs);
      this.#dueAtMs = this.#nowMs() + (memory === null ? AGAIN_MS : typeof every === 'number' ? every : autoMs);
    } catch (error) {
      this.#dueAtMs = this.#nowMs() + AGAIN_MS;
      this.#nearDueAtMs = this.#dueAtMs;
      if (!signal.aborted) reports.warn('memory could not be taken apart', { err: error });
    }
  }
}

function isNearLimit({ heapUsedBytes, heapLimitBytes, ceiling, timeToLimit }: Usage): boolean {
  if (timeToLimit && timeToLimit.ms < NEAR_MS) return true;
  if (heapLimitBytes > 0 && heapUsedBytes > (1 - NEAR_RATIO) * heapLimitBytes) return true;
  return ceiling?.limitBytes !== undefined && ceiling.leftBytes < NEAR_RATIO * ceiling.limitBytes;
}
