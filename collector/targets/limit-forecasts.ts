/** When one process reaches its limits, from its gauges as they are read: the nearest in time is reported with each reading. */
import { MAIN } from '../../agent/cdp/isolate.ts';
import type { TimeToLimit } from '../../protocol/ceiling.ts';
import type { Usage } from '../../protocol/partition.ts';
import { LimitForecast } from '../alert/statistics/time-to-limit.ts';

export class LimitForecasts {
  readonly #memory = new LimitForecast();
  readonly #heaps = new Map<string, LimitForecast>();

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
    return nearest ? { ...usage, timeToLimit: nearest } : usage;
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
