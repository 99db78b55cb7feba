/**
 * What a collector holds while it is attacked, read through its own inspector: RSS as it is, what is left of the heap after a
 * collection, and from outside what of RSS is in use.
 *
 *     rest ─ attack: first fifth, second fifth (from here on all connections are held) … last fifth ─ afterwards
 *
 * Memory grows where its floor in the last fifth is above that in the second one, and the whole between the two shows a
 * slope that is none by chance; what is held must come back afterwards. RSS itself is shown and not judged: of 153 MB after
 * ten thousand connections, 56 MB were free in malloc, below blocks that are still in use (Node 20.20.2, glibc).
 */
import { openSession } from '../../agent/cdp/open-session.ts';
import type { Session } from '../../agent/cdp/session.ts';
import { rss } from '../../agent/probe/rss.ts';
import { theilSen } from '../../collector/alert/statistics/theil-sen.ts';

/** `inUseBytes` is RSS without what malloc has free. */
const MEASURES = ['rssBytes', 'inUseBytes', 'heapUsedBytes', 'externalBytes', 'arrayBuffersBytes', 'handles'] as const;
/** Those that an attack must leave as they were. */
export const HELD = MEASURES.filter((measure) => measure !== 'rssBytes');
export type Measure = (typeof MEASURES)[number];
export type MemoryReading = Readonly<Record<Measure, number>> & { readonly atMs: number };

/** By how much a floor may rise from the second fifth of the attack to the last. */
const ROOM: Readonly<Record<Measure, number>> = {
  rssBytes: 12 * 2 ** 20,
  inUseBytes: 12 * 2 ** 20,
  heapUsedBytes: 2 ** 20,
  externalBytes: 2 ** 20,
  arrayBuffersBytes: 2 ** 20,
  // connections come and go all the time
  handles: 64,
};
const CONFIDENCE = 0.99;

const GAUGES = `(() => {
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  return { rssBytes: rss, heapUsedBytes: heapUsed, externalBytes: external, arrayBuffersBytes: arrayBuffers,
    handles: process.getActiveResourcesInfo().length };
})()`;

export class MemoryLog implements AsyncDisposable {
  readonly #session: Session;
  readonly #pid: number;
  readonly #now: () => number;

  private constructor(session: Session, pid: number, now: () => number) {
    this.#session = session;
    this.#pid = pid;
    this.#now = now;
  }

  /** @param inspector where that of the collector is: `ws://…` */
  static async open(inspector: string, pid: number, now: () => number): Promise<MemoryLog> {
    return new MemoryLog(await openSession(inspector), pid, now);
  }

  /** A reading: RSS before a collection of all garbage, the rest after it. */
  async read(): Promise<MemoryReading> {
    const { rssBytes } = await this.#gauges();
    await this.#session.send('HeapProfiler.collectGarbage');
    return { ...(await this.#gauges()), rssBytes, inUseBytes: await this.#inUseBytes(), atMs: this.#now() };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session.close();
  }

  async #inUseBytes(): Promise<number> {
    const { rssBytes, parts } = await rss({ pid: this.#pid }, { target: 'collector', walk: false });
    const free = parts.filter(({ part }) => part === 'mallocFree' || part === 'snapshotLeft');
    return free.reduce((left, { sizeBytes }) => left - sizeBytes, rssBytes);
  }

  async #gauges(): Promise<Omit<MemoryReading, 'atMs' | 'inUseBytes'>> {
    const { result } = await this.#session.send('Runtime.evaluate', { expression: GAUGES, returnByValue: true });
    return result.value as Omit<MemoryReading, 'atMs' | 'inUseBytes'>;
  }
}

export interface Growth {
  readonly measure: Measure;
  /** The smallest of the second fifth of an attack, and of the last. */
  readonly early: number;
  readonly late: number;
  /** From the second fifth on, a minute, with the interval that holds it. */
  readonly perMinute: number;
  readonly lower: number;
  readonly upper: number;
  readonly grows: boolean;
}

/**
 * @param readings of an attack from its beginning to its end, by rising time
 * @param roomBytes by how much the floor may rise
 */
export function growthOf(readings: readonly MemoryReading[], measure: Measure, roomBytes = ROOM[measure]): Growth {
  const fifth = Math.floor(readings.length / 5);
  const judged = readings.slice(fifth);
  const values = judged.map((reading) => reading[measure]);
  const minutes = judged.map(({ atMs }) => atMs / 60_000);
  const { slope: perMinute, lower, upper } = theilSen(minutes, values, CONFIDENCE);
  const early = Math.min(...values.slice(0, fifth));
  const late = Math.min(...values.slice(-fifth));
  return { measure, early, late, perMinute, lower, upper, grows: lower > 0 && late > early + roomBytes };
}

/** Whether afterwards no more is held than in the second fifth of the attack. @param after readings of then */
export function comesBack({ measure, early }: Growth, after: readonly MemoryReading[]): boolean {
  return Math.min(...after.map((reading) => reading[measure])) <= early + ROOM[measure];
}

export function growthText({ measure, early, late }: Growth): string {
  return `${measure} grew from ${shown(measure, early)} to ${shown(measure, late)}`;
}

/** As a table; sizes in MB. */
export function memoryTable(
  rest: readonly MemoryReading[],
  attack: readonly MemoryReading[],
  after: readonly MemoryReading[],
): string {
  const fifth = Math.floor(attack.length / 5);
  const spans = [rest, attack.slice(0, fifth), attack.slice(fifth, 2 * fifth), attack.slice(-fifth), after.slice(-3)];
  const lines = MEASURES.map((measure) => {
    const cells = spans.map((readings) => shown(measure, middle(readings.map((reading) => reading[measure]))));
    const { perMinute, lower, upper } = growthOf(attack, measure);
    const slope = [perMinute, lower, upper].map((value) => shown(measure, value));
    return `${measure.padEnd(18)}${cells.map((cell) => cell.padStart(9)).join('')}   ${slope[0]} (${slope[1]} to ${slope[2]})`;
  });
  const heads = ['rest', 'fifth 1', 'fifth 2', 'fifth 5', 'after'].map((head) => head.padStart(9)).join('');
  return [`${'medians'.padEnd(18)}${heads}   a minute, from fifth 2 on`, ...lines].join('\n');
}

function shown(measure: Measure, value: number): string {
  return measure === 'handles' ? value.toFixed(0) : `${(value / 2 ** 20).toFixed(1)} MB`;
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
