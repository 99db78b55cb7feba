/** When one process reaches its limits, from its gauges as they are read: the nearest in time is reported with each reading. */
import { MAIN } from '../../agent/cdp/isolate-name.ts';
import type { TimeToLimit } from '../../protocol/ceiling.ts';
import type { Partition, Probe, Usage } from '../../protocol/partition.ts';
import { KindShares } from '../alert/statistics/kind-shares.ts';
import { LimitForecast } from '../alert/statistics/time-to-limit.ts';

const COUNTED: ReadonlySet<Probe> = new Set(['walk', 'types']);

export class LimitForecasts {
  readonly #memory = new LimitForecast();
  readonly #heaps = new Map<string, LimitForecast>();
  readonly #kinds = new Map<string, KindShares>();

  /** The reading with what is forecast by it. @param atMs of a clock that never jumps */
  take(usage: Usage, atMs: number): Usage {
    const { isolate, ceiling, heapLimitBytes, heapUsedBytes } = usage;
    const heap = this.#heaps.get(isolate) ?? new LimitForecast();
    this.#heaps.set(isolate, heap);
    const source = `V8's limit of its heap (${isolate})`;
    const leftBytes = Math.max(0, heapLimitBytes - heapUsedBytes);
    if (heapLimitBytes > 0) heap.add(atMs, { source, limitBytes: heapLimitBytes, leftBytes });
    if (isolate === MAIN && ceiling) this.#memory.add(atMs, ceiling);
    const nearest = sooner(heap.now(), isolate === MAIN ? this.#memory.now() : null);
    if (!nearest) return usage;
    const kinds = this.#kinds.get(isolate)?.of(nearest.perHour) ?? [];
    return { ...usage, timeToLimit: { ...nearest, ...(kinds.length > 0 && { kinds }) } };
  }

  /** What was counted by kind, of which each has its share in the growth. @param atMs as in `take` */
  takeKinds({ isolate, probe, by, since, rows }: Partition, atMs: number): void {
    // classes are known to these, sizes to all but census
    if (by !== 'kind' || since || !COUNTED.has(probe)) return;
    const shares = this.#kinds.get(isolate) ?? new KindShares();
    this.#kinds.set(isolate, shares);
    shares.add(atMs, probe, rows);
  }

  /** What a probe of ours has added to RSS is no growth. */
  shift(keptBytes: number): void {
    this.#memory.shift(keptBytes);
  }
}

function sooner(one: TimeToLimit | null, other: TimeToLimit | null): TimeToLimit | null {
  if (!one || !other) return one ?? other;
  return one.ms <= other.ms ? one : other;
}
