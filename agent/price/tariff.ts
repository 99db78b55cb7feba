/**
 * What each probe costs a target of which nothing is known yet, by the major version of its Node; pure.
 *
 * Measured on heaps of 20 to 918 MB, main-thread CPU of an otherwise idle machine: five shapes (millions of tiny objects, long
 * strings, arrays of doubles, Maps and Sets, mixed) on Node 18 to 26. Each figure lies so that no shape costs more than
 * twice as much. Cost follows the number of objects, not bytes, so a heap that has been counted is priced far better.
 */
import type { Price, Probe } from '../../protocol/partition.ts';

const MB = 2 ** 20;

export interface Tariff {
  readonly fixedMs: number;
  readonly fixedBytes: number;
  /** Of a heap whose objects have been counted; bytes are RSS, at their peak. */
  readonly usPerNode: number;
  readonly bytesPerNode: number;
  /** The same of its bytes, objects or not: V8 walks every slot of a table. */
  readonly msPerCountedMb: number;
  /** Of a heap of which only the used bytes are known. */
  readonly msPerMb: number;
  readonly bytesPerByte: number;
  /** Bytes inside V8's own limit: a census makes an array of all objects there. */
  readonly heapBytesPerNode: number;
}

type Figures = Omit<Tariff, 'heapBytesPerNode' | 'msPerCountedMb'> & Partial<Tariff>;

/** By probe; each line for the Node of that major version and those after it. */
const TARIFFS: Readonly<Record<Probe, readonly (readonly [sinceMajor: number, figures: Figures])[]>> = {
  usage: [[0, { fixedMs: 1, fixedBytes: 0, usPerNode: 0, bytesPerNode: 0, msPerMb: 0, bytesPerByte: 0 }]],
  // a copy from outside, of what V8 holds in memory rather than of what it uses
  walk: [[0, { fixedMs: 30, fixedBytes: 0, usPerNode: 0, bytesPerNode: 0, msPerMb: 0.7, bytesPerByte: 0 }]],
  // one full collection
  sampling: [[0, { fixedMs: 10, fixedBytes: MB, usPerNode: 0.12, bytesPerNode: 0, msPerMb: 2.5, bytesPerByte: 0 }]],
  // one collection that counts
  types: [[0, { fixedMs: 20, fixedBytes: 8 * MB, usPerNode: 0.25, bytesPerNode: 2, msPerMb: 6, bytesPerByte: 0.05 }]],
  census: [
    [
      0,
      {
        fixedMs: 15,
        fixedBytes: MB,
        usPerNode: 0.65,
        bytesPerNode: 90,
        msPerMb: 20,
        bytesPerByte: 1.6,
        heapBytesPerNode: 8,
        msPerCountedMb: 0.3,
      },
    ],
  ],
  snapshot: [
    [
      24,
      {
        fixedMs: 0,
        fixedBytes: 8 * MB,
        usPerNode: 2.8,
        bytesPerNode: 720,
        msPerMb: 85,
        bytesPerByte: 12,
        msPerCountedMb: 0.4,
      },
    ],
    [
      20,
      {
        fixedMs: 0,
        fixedBytes: 8 * MB,
        usPerNode: 4.5,
        bytesPerNode: 720,
        msPerMb: 130,
        bytesPerByte: 12,
        msPerCountedMb: 0.4,
      },
    ],
    [
      0,
      {
        fixedMs: 0,
        fixedBytes: 8 * MB,
        usPerNode: 10,
        bytesPerNode: 720,
        msPerMb: 350,
        bytesPerByte: 12,
        msPerCountedMb: 0.4,
      },
    ],
  ],
};

/** @param nodeVersion `v20.20.2`; one that cannot be read is priced as the slowest. */
export function tariffOf(probe: Probe, nodeVersion: string): Tariff {
  const major = Number(/^v?(\d+)/.exec(nodeVersion)?.[1] ?? 0);
  const [, figures] = TARIFFS[probe].find(([since]) => major >= since) as (typeof TARIFFS)[Probe][number];
  return { heapBytesPerNode: 0, msPerCountedMb: 0, ...figures };
}

/** The price of a probe where of the heap only the used bytes are known; its bytes are the highest rise of RSS. */
export function listPrice(probe: Probe, heapUsedBytes: number, nodeVersion: string): Price {
  const { fixedMs, fixedBytes, msPerMb, bytesPerByte } = tariffOf(probe, nodeVersion);
  return {
    pauseMs: Math.round(fixedMs + (heapUsedBytes / MB) * msPerMb),
    extraBytes: Math.round(fixedBytes + heapUsedBytes * bytesPerByte),
  };
}

/** The same of a heap whose objects have been counted. */
export function countedPrice(probe: Probe, nodes: number, heapUsedBytes: number, nodeVersion: string): Price {
  const { fixedMs, fixedBytes, usPerNode, bytesPerNode, msPerCountedMb } = tariffOf(probe, nodeVersion);
  return {
    pauseMs: Math.round(fixedMs + (nodes * usPerNode) / 1000 + (heapUsedBytes / MB) * msPerCountedMb),
    extraBytes: Math.round(fixedBytes + nodes * bytesPerNode),
  };
}
