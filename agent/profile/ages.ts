/**
 * When what lives was allocated: ordinals of samples rise with time and stay with their samples, so what is new at a reading has
 * an ordinal beyond all of the reading before. No ids, and no collection beyond those of the readings.
 *
 *     readings     1            2            3            4
 *     cohorts      |     0      |     1      |     2      |     3      the youngest
 *     a leak       5 MB         5 MB         5 MB         5 MB         something of every age has stayed
 *     churn        -            -            -            90 MB        only what was just allocated
 *     a start      40 MB        -            -            -            all from before the first reading
 */
import { firstNotBelow } from '../base/bisect.ts';
import { type HeapProfile, visitNodes } from './heap-profile.ts';
import { siteNames } from './sites.ts';

/** What one allocation site has alive. */
export interface SiteAges {
  readonly site: string;
  /** Bytes by cohort, the oldest first: what was allocated before the first reading, then between each two. */
  readonly cohortBytes: readonly number[];
  readonly sizeBytes: number;
}

/** A site of which something of every age has stayed. */
export interface Survivor extends SiteAges {
  /** Bytes that were allocated after the first reading and have lived through the last readings. */
  readonly survivedBytes: number;
  /** The same by hour. */
  readonly bytesPerHour: number;
  /** In how many of some parts of the time something of it has stayed, from 0 to 1: a leak leaves something in each. */
  readonly steadiness: number;
}

/** What has to be remembered from one reading to the next. */
export interface AgesState {
  readonly lastOrdinals: readonly number[];
  readonly readAtMs: readonly number[];
}

/** Readings that something must have lived through before it counts. */
export const SURVIVED_READINGS = 2;
/** Cohorts that are kept apart; of more, neighbours are put together, the oldest first. */
const MAX_COHORTS = 64;
/** Parts of the time in each of which a leak leaves something, and a burst does not. */
const PARTS = 4;

/** The readings of one sampling, in their order. */
export class Ages {
  /** The highest ordinal of each reading, ascending; of the last one too. */
  readonly #lastOrdinals: number[];
  readonly #readAtMs: number[];
  #sites: readonly SiteAges[] = [];

  /** Goes on from readings before; absent: there are none. */
  constructor({ lastOrdinals, readAtMs }: AgesState = { lastOrdinals: [], readAtMs: [] }) {
    this.#lastOrdinals = [...lastOrdinals];
    this.#readAtMs = [...readAtMs];
  }

  get state(): AgesState {
    return { lastOrdinals: [...this.#lastOrdinals], readAtMs: [...this.#readAtMs] };
  }

  /** Instants at which cohorts end, the oldest first: milliseconds since 1970. */
  get readAtMs(): readonly number[] {
    return this.#readAtMs;
  }

  /** By size, the largest first; of the last reading. */
  get sites(): readonly SiteAges[] {
    return this.#sites;
  }

  /** @param atMs of the reading: milliseconds since 1970 */
  add(profile: HeapProfile, atMs: number): void {
    const before = this.#lastOrdinals.at(-1) ?? 0;
    this.#lastOrdinals.push(profile.samples.reduce((last, { ordinal }) => Math.max(last, ordinal), before));
    this.#readAtMs.push(atMs);
    this.#shorten();
    this.#sites = sitesOf(profile, this.#lastOrdinals);
  }

  /** What has stayed since sampling began, by how much an hour and how steadily; what has not stayed is not there. */
  survivors(readings = SURVIVED_READINGS): Survivor[] {
    const until = this.#readAtMs.length - readings;
    if (until < 2) return [];
    const hours = (this.#readAtMs[until - 1]! - this.#readAtMs[0]!) / 3_600_000;
    return this.#sites
      .map((each) => ({ each, old: each.cohortBytes.slice(1, until) }))
      .map(({ each, old }) => ({ ...each, survivedBytes: sum(old), steadiness: steadiness(old) }))
      .filter(({ survivedBytes }) => survivedBytes > 0)
      .sort((a, b) => b.survivedBytes * b.steadiness - a.survivedBytes * a.steadiness || (a.site < b.site ? -1 : 1))
      .map((each) => ({ ...each, bytesPerHour: hours > 0 ? each.survivedBytes / hours : 0 }));
  }

  #shorten(): void {
    for (let at = 1; this.#lastOrdinals.length > MAX_COHORTS; at = at + 1 < MAX_COHORTS / 2 ? at + 1 : 1) {
      this.#lastOrdinals.splice(at, 1);
      this.#readAtMs.splice(at, 1);
    }
  }
}

function sitesOf(profile: HeapProfile, lastOrdinals: readonly number[]): SiteAges[] {
  const siteOf = siteNames(profile.head);
  const siteOfNode = new Map<number, string>();
  visitNodes(profile.head, ({ id, callFrame }) => siteOfNode.set(id, siteOf(callFrame)));
  const cohorts = new Map<string, number[]>();
  for (const { nodeId, ordinal, size } of profile.samples) {
    const site = siteOfNode.get(nodeId);
    if (site === undefined) continue;
    const bytes = cohorts.get(site) ?? new Array<number>(lastOrdinals.length).fill(0);
    bytes[firstNotBelow(lastOrdinals, ordinal)]! += size;
    cohorts.set(site, bytes);
  }
  return Array.from(cohorts, ([site, cohortBytes]) => ({ site, cohortBytes, sizeBytes: sum(cohortBytes) })).sort(
    (a, b) => b.sizeBytes - a.sizeBytes || (a.site < b.site ? -1 : 1),
  );
}

/** In how many parts of the time something has stayed, from 0 to 1. */
function steadiness(old: readonly number[]): number {
  const parts = Math.min(PARTS, old.length);
  const filled = Array.from({ length: parts }, (_, part) =>
    sum(old.slice(Math.floor((part * old.length) / parts), Math.floor(((part + 1) * old.length) / parts))),
  ).filter((bytes) => bytes > 0);
  return parts === 0 ? 0 : filled.length / parts;
}

function sum(bytes: readonly number[]): number {
  return bytes.reduce((total, each) => total + each, 0);
}
