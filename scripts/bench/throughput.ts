/** Follows the lines of churn.ts: operations per CPU second of its process over any span. */

import { median } from './median.ts';

interface Mark {
  readonly atMs: number;
  readonly operations: number;
  readonly cpuMs: number;
}

/** What a span held: the median rate of its windows and half of the middle 80 % of them, as a share of the median. */
export interface Rate {
  readonly perCpuSecond: number;
  readonly noiseRatio: number;
}

export class Throughput {
  readonly #marks: Mark[] = [];
  readonly #arrived = new Set<() => void>();

  /** Takes one of the program's lines. */
  add(line: string): void {
    const [atMs, operations, cpuMs] = line.split(' ').map(Number);
    this.#marks.push({ atMs, operations, cpuMs });
    for (const notify of this.#arrived) notify();
  }

  /** Waits until the program has run for `durationMs` from now and gives that span's rate. */
  async watch(durationMs: number): Promise<Rate> {
    const fromMs = Date.now();
    await this.#markAfter(fromMs + durationMs);
    return this.rate(fromMs, fromMs + durationMs);
  }

  /** The rate between two instants, pauses of the program included. */
  rate(fromMs: number, toMs: number): Rate {
    const marks = this.#marks.filter(({ atMs }) => atMs >= fromMs && atMs <= toMs);
    const rates = marks.slice(1).map((mark, at) => perCpuSecond(marks[at], mark));
    const sorted = rates.toSorted((a, b) => a - b);
    const middle = median(rates);
    const spread = sorted[Math.floor(sorted.length * 0.9)] - sorted[Math.floor(sorted.length * 0.1)];
    return { perCpuSecond: middle, noiseRatio: spread / 2 / middle };
  }

  /** All operations of a span over all its CPU time: what is left of the throughput while something is done to it. */
  async overall(fromMs: number, toMs: number): Promise<number> {
    await this.#markAfter(toMs);
    const before = this.#marks.findLast(({ atMs }) => atMs <= fromMs);
    const after = this.#marks.find(({ atMs }) => atMs >= toMs);
    return before && after ? perCpuSecond(before, after) : Number.NaN;
  }

  async #markAfter(atMs: number): Promise<void> {
    while ((this.#marks.at(-1)?.atMs ?? 0) < atMs) {
      await new Promise<void>((resolve) => {
        const notify = () => {
          this.#arrived.delete(notify);
          resolve();
        };
        this.#arrived.add(notify);
      });
    }
  }
}

function perCpuSecond(from: Mark, to: Mark): number {
  return ((to.operations - from.operations) / (to.cpuMs - from.cpuMs)) * 1000;
}
