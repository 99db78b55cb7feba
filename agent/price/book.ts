/**
 * What is known of one isolate's heap and of what probes have cost it, and what the next one will; pure.
 *
 *     count (of `types` or `snapshot`) ─┐
 *     tariff, or what the last cost ────┼─> forecast        need   = nodes · bytes a node
 *     used heap and RSS now ────────────┘                   RSS +  = need - reserve
 *
 * The reserve is what earlier probes have left in the process: memory that V8 gave back and the C library kept, and that the
 * next probe takes again. So a second snapshot costs the same pause and far less RSS than the first.
 */
import type { Cost, Price, Probe } from '../../protocol/partition.ts';
import type { Footprint } from './footprint.ts';
import { readingBytes } from './inside.ts';
import { countedPrice, listPrice, tariffOf } from './tariff.ts';

export interface Forecast extends Price {
  /** The most that RSS may rise by: what must not go wrong reckons with it. */
  readonly mostBytes: number;
  /** Bytes that it takes inside V8's own heap limit. */
  readonly heapBytes: number;
  /** What it is reckoned from: used bytes alone, a count of the heap's objects, or what the last one of its sort cost. */
  readonly basis: 'usage' | 'count' | 'history';
}

/** How far a forecast may be off, so that `mostBytes` is not exceeded. */
const MARGIN = { usage: 2, count: 2, history: 1.3 } as const satisfies Record<Forecast['basis'], number>;
/** Peak RSS where only RSS afterwards was seen, as the need of a snapshot (1.0 to 1.8 measured). */
const UNSEEN_PEAK = 1.5;

/** Steps in which CPU time is reported. */
const CPU_TICK_MS = 10;

/** The objects of a heap, and the used bytes that they were then. */
export interface Count {
  readonly nodes: number;
  readonly heapUsedBytes: number;
}

/** What a probe takes: its memory with what it finds in the reserve. */
interface Need {
  readonly pauseMs: number;
  readonly needBytes: number;
}

/** What one probe did cost; a census, for each realm. */
interface Paid extends Need {
  readonly heapUsedBytes: number;
  /** Absent where the heap had not been counted. */
  readonly nodes?: number;
}

/** What a probe has cost: `cpuMs` and `peakBytes` where the target runs on this machine. */
export interface Bill extends Pick<Cost, 'pauseMs' | 'cpuMs' | 'extraBytes' | 'keptBytes'> {
  /** Objects of the heap, where the probe has counted them all, and the used bytes when it was over. */
  readonly counted?: Count;
  /** Realms that a census has counted: each is a collection and a walk of the whole heap. Default 1. */
  readonly realms?: number;
}

export class PriceBook {
  readonly #nodeVersion: string;
  readonly #isInside: boolean;
  readonly #paid = new Map<Probe, Paid>();
  #count: Count | undefined;
  /** Before our first probe; what has come on top of it since is the reserve, up to what we have seen stay. */
  #base: Footprint | undefined;
  #keptBytes = 0;

  /**
   * @param nodeVersion of the target, `v20.20.2`
   * @param isInside what probes give is read in the target too
   */
  constructor(nodeVersion: string, isInside = false) {
    this.#nodeVersion = nodeVersion;
    this.#isInside = isInside;
  }

  /** Objects that the heap has now, as far as is known. */
  nodes(now: Footprint): number | undefined {
    return this.#count && this.#count.nodes * growth(this.#count.heapUsedBytes, now.heapUsedBytes);
  }

  /** @param realms that a census is to count; what it takes of memory for one it gives back before the next */
  forecast(probe: Probe, now: Footprint, realms = 1): Forecast {
    const paid = this.#paid.get(probe);
    const nodes = this.nodes(now);
    const { heapBytesPerNode } = tariffOf(probe, this.#nodeVersion);
    const basis = paid ? 'history' : nodes === undefined ? 'usage' : 'count';
    const { pauseMs, needBytes } = paid ? scaled(paid, this.#scale(paid, now)) : this.#listed(probe, now, nodes);
    const reserveBytes = this.#reserveBytes(now);
    return {
      pauseMs: Math.round(pauseMs * realms),
      extraBytes: Math.round(Math.max(0, needBytes - reserveBytes)),
      mostBytes: Math.round(Math.max(0, needBytes * MARGIN[basis] - reserveBytes)),
      heapBytes: Math.round((nodes ?? now.heapUsedBytes / LEAST_BYTES_PER_NODE) * heapBytesPerNode),
      basis,
    };
  }

  /** Bytes that a snapshot of the heap as it is now takes as a file, about. */
  fileBytes(now: Footprint): number {
    const nodes = this.nodes(now);
    return nodes === undefined ? now.heapUsedBytes * FILE_BYTES_PER_BYTE : nodes * FILE_BYTES_PER_NODE;
  }

  /** The heap's objects have been counted by something that was none of our probes' cost. */
  enterCount(count: Count): void {
    this.#count = count;
  }

  /** A probe is over. @param before the footprint that its forecast was made of */
  enter(probe: Probe, before: Footprint, bill: Bill): void {
    const { pauseMs, cpuMs, extraBytes, keptBytes, counted, realms = 1 } = bill;
    const reserveBytes = this.#reserveBytes(before);
    const nodes = counted?.nodes ?? this.nodes(before);
    if (counted) this.#count = counted;
    if (pauseMs !== undefined && extraBytes !== undefined) {
      const idleMs = cpuMs === undefined ? pauseMs : Math.min(pauseMs, cpuMs + CPU_TICK_MS);
      const seenPeak = keptBytes === undefined || extraBytes !== keptBytes;
      const needBytes = Math.max(0, extraBytes + reserveBytes) * (probe !== 'snapshot' || seenPeak ? 1 : UNSEEN_PEAK);
      const { heapUsedBytes } = before;
      this.#paid.set(probe, {
        pauseMs: idleMs / realms,
        needBytes,
        heapUsedBytes,
        ...(nodes !== undefined && { nodes }),
      });
    }
    this.#base ??= before;
    this.#keptBytes = Math.max(0, reserveBytes + (keptBytes ?? extraBytes ?? 0));
  }

  #listed(probe: Probe, now: Footprint, nodes: number | undefined): Need {
    const { pauseMs, needBytes } = listed(probe, now, nodes, this.#nodeVersion);
    return { pauseMs, needBytes: needBytes + (this.#isInside ? readingBytes(probe, now.heapUsedBytes, nodes) : 0) };
  }

  /** How many times as large the heap is as it was then: by objects where they are known of both, else by bytes. */
  #scale(paid: Paid, now: Footprint): number {
    const nodes = this.nodes(now);
    if (nodes !== undefined && paid.nodes !== undefined) return nodes / Math.max(1, paid.nodes);
    return growth(paid.heapUsedBytes, now.heapUsedBytes);
  }

  #reserveBytes(now: Footprint): number {
    if (!this.#base) return 0;
    if (this.#base.rssBytes === null || now.rssBytes === null) return this.#keptBytes;
    const ownBytes = this.#base.rssBytes + (now.heapTotalBytes - this.#base.heapTotalBytes);
    return Math.min(this.#keptBytes, Math.max(0, now.rssBytes - ownBytes));
  }
}

/** A snapshot's JSON: 64 to 150 bytes an object, 1.2 to 3 a byte of heap (18 to 26). */
const FILE_BYTES_PER_NODE = 110;
const FILE_BYTES_PER_BYTE = 2;

/** Of the smallest objects that heaps are full of. */
const LEAST_BYTES_PER_NODE = 24;

/**
 * How many times as many objects a heap has that has gone from one number of used bytes to another. What has come since may
 * all live or all be garbage: half of it is taken to live, so the figure is off by less than 2 either way.
 */
function growth(fromBytes: number, toBytes: number): number {
  const ratio = toBytes / Math.max(1, fromBytes);
  return ratio <= 1 ? ratio : (1 + ratio) / 2;
}

function listed(probe: Probe, { heapUsedBytes }: Footprint, nodes: number | undefined, nodeVersion: string): Need {
  const { pauseMs, extraBytes } =
    nodes === undefined
      ? listPrice(probe, heapUsedBytes, nodeVersion)
      : countedPrice(probe, nodes, heapUsedBytes, nodeVersion);
  return { pauseMs, needBytes: extraBytes };
}

function scaled({ pauseMs, needBytes }: Paid, times: number): Need {
  return { pauseMs: pauseMs * times, needBytes: needBytes * times };
}
