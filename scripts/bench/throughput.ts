/** Follows the lines of churn.ts and requests.ts: operations per CPU second of their process over any span. */

interface Mark {
  readonly atMs: number;
  readonly operations: number;
  readonly cpuMs: number;
  readonly mainCpuMs: number;
}

/** A window of noise. */
const WINDOW_MS = 1000;

/** What was done over a span, with how much CPU. */
export interface Span {
  readonly operations: number;
  readonly cpuMs: number;
  /** Of the main thread alone; NaN where the program does not tell it. */
  readonly mainCpuMs: number;
}

/** Operations per CPU second over a span, and over each whole second of it. */
export interface Rate extends Span {
  readonly perCpuSecond: number;
  readonly windows: readonly number[];
}

export class Throughput {
  readonly #marks: Mark[] = [];
  readonly #arrived = new Set<() => void>();

  /** Takes one of the program's lines. */
  add(line: string): void {
    const [atMs, operations, cpuMs, mainCpuMs = Number.NaN] = line.split(' ').map(Number);
    this.#marks.push({ atMs, operations, cpuMs, mainCpuMs });
    for (const notify of this.#arrived) notify();
  }

  /** Waits until the program has run for `durationMs` from now and gives that span's rate. */
  watch(durationMs: number): Promise<Rate> {
    const fromMs = Date.now();
    return this.between(fromMs, fromMs + durationMs);
  }

  /** The rate between two instants, pauses of the program included; waits for the line after the later one. */
  async between(fromMs: number, toMs: number): Promise<Rate> {
    await this.#markAfter(toMs);
    const first = this.#marks.findLast(({ atMs }) => atMs <= fromMs) ?? this.#marks[0];
    const last = this.#marks.find(({ atMs }) => atMs >= toMs) ?? first;
    return {
      operations: last.operations - first.operations,
      cpuMs: last.cpuMs - first.cpuMs,
      mainCpuMs: last.mainCpuMs - first.mainCpuMs,
      perCpuSecond: perCpuSecond(first, last),
      windows: this.#windows(first, last),
    };
  }

  #windows(first: Mark, last: Mark): number[] {
    const rates: number[] = [];
    let from = first;
    for (const mark of this.#marks) {
      if (mark.atMs > last.atMs || mark.atMs < from.atMs + WINDOW_MS) continue;
      rates.push(perCpuSecond(from, mark));
      from = mark;
    }
    return rates;
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
