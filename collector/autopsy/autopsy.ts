/**
 * Why a target ended, what of it grew in the hour before, who held that, and what we had done to it: from what a collector has
 * stored. Pure.
 */
import type { Death } from '../../protocol/death.ts';
import type { EventsResult } from '../../protocol/happenings.ts';
import type { HistoryResult } from '../../protocol/history.ts';
import { MEMORY_WORDS } from '../../protocol/memory.ts';

const HOUR_MS = 3_600_000;
/** What grew by less is no growth. */
const LEAST_RATIO = 0.1;
const LEAST_BYTES = 2 ** 20;
/** A part of RSS that is less is left out. */
const LEAST_PART_BYTES = 2 ** 20;
const KINDS = 5;

export interface Growth {
  readonly name: string;
  readonly beforeBytes: number;
  readonly lastBytes: number;
  readonly perHourBytes: number;
}

export interface KindGrowth extends Growth {
  readonly beforeCount: number;
  readonly lastCount: number;
}

export interface Autopsy {
  readonly target: string;
  /** When it was gone, ISO 8601; null where it has not been. */
  readonly endedAt: string | null;
  readonly incarnation?: string | undefined;
  readonly death: Death | undefined;
  readonly gauges: readonly Growth[];
  /** Where its memory was when that was read last before the end; absent where it was not. */
  readonly memory?: LastMemory;
  /** Of the probe with the most samples; the one that grew most first. */
  readonly kinds: readonly KindGrowth[];
  readonly probe?: string;
  /** Paths to what grew, of the newest evidence. */
  readonly heldBy: readonly string[];
  /** What probes did within that hour, by probe. */
  readonly ours: readonly {
    readonly probe: string;
    readonly times: number;
    readonly pauseMs: number;
    readonly fatal: boolean;
  }[];
  readonly successor: Successor | null;
}

export interface LastMemory {
  readonly readAt: string;
  readonly rssBytes: number;
  /** What stood out, in a sentence. */
  readonly verdict: string;
  /** Parts of RSS, the one that grew most first, since the first reading of that hour. */
  readonly parts: readonly Growth[];
}

/** The process that came after it. */
export interface Successor {
  readonly incarnation?: string | undefined;
  readonly since: string;
  /** RSS of both, an hour. */
  readonly perHourBytes: number;
  readonly beforePerHourBytes: number;
  /** Until it has as much as the other had at its end; absent where it does not grow so. */
  readonly msToSameEnd?: number;
}

export interface AutopsyInput {
  readonly events: EventsResult;
  /** Gauges and kinds of the hour before the end. */
  readonly usage: HistoryResult;
  readonly kinds: HistoryResult;
  /** Gauges since the successor has been there, where there is one. */
  readonly usageAfter?: HistoryResult | undefined;
}

/** When the target ended last, and when it was there again; null where no end is stored. */
export function endOf({ targets }: EventsResult): { readonly endedMs: number; readonly backMs?: number } | null {
  const at = targets.findLastIndex(({ state, death }) => state === 'gone' && death !== undefined);
  if (at < 0) return null;
  const back = targets.slice(at + 1).find(({ state }) => state === 'attached');
  return { endedMs: Date.parse(targets[at]!.at), ...(back && { backMs: Date.parse(back.at) }) };
}

export function autopsyOf(target: string, { events, usage, kinds, usageAfter }: AutopsyInput): Autopsy {
  const end = endOf(events);
  const gone =
    end === null ? undefined : events.targets.find((event) => Date.parse(event.at) === end.endedMs && event.death);
  const lived = events.targets.findLast(({ state, at }) => state === 'attached' && (!gone || at < gone.at));
  const back =
    end?.backMs === undefined
      ? undefined
      : events.targets.find(({ at, state }) => state === 'attached' && Date.parse(at) === end.backMs);
  const gauges = gaugeGrowths(usage);
  const history = kinds.partitions.toSorted((a, b) => b.samples - a.samples)[0];
  const grown = (history?.kinds ?? []).flatMap((each): KindGrowth[] => {
    // one that was not there at first was none
    const start = history?.total.at[0];
    const isNew = start !== undefined && each.at[0] !== undefined && each.at[0] > start;
    const growth = isNew
      ? growthOf(each.kind, [start, ...each.at], [0, ...each.sizeBytes.last])
      : growthOf(each.kind, each.at, each.sizeBytes.last);
    if (!growth) return [];
    return [{ ...growth, beforeCount: isNew ? 0 : (each.count.last[0] ?? 0), lastCount: each.count.last.at(-1) ?? 0 }];
  });
  return {
    target,
    endedAt: gone?.at ?? null,
    incarnation: lived?.incarnation,
    death: gone?.death,
    gauges,
    ...memoryBefore(events.memories, lived?.incarnation, gone?.at),
    kinds: grown.filter(isGrown).sort(byGrowth).slice(0, KINDS),
    ...(history && { probe: history.probe }),
    heldBy: heldBy(events, gone?.at),
    ours: oursIn(events, end?.endedMs ?? Number.POSITIVE_INFINITY),
    successor: back ? successorOf(back, gauges, usageAfter) : null,
  };
}

/** Of the same process, within the hour before its end. */
function memoryBefore(
  memories: EventsResult['memories'],
  incarnation: string | undefined,
  endedAt: string | undefined,
): { memory?: LastMemory } {
  const endMs = endedAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(endedAt);
  const own = memories.filter(({ takenAt, incarnation: of }) => {
    const atMs = Date.parse(takenAt);
    return (incarnation === undefined || of === incarnation) && atMs <= endMs && atMs >= endMs - HOUR_MS;
  });
  const [first, last] = [own[0], own.at(-1)];
  if (!first || !last) return {};
  const hours = (Date.parse(last.takenAt) - Date.parse(first.takenAt)) / HOUR_MS;
  const parts = last.parts.map(({ part, sizeBytes }): Growth => {
    const beforeBytes = first.parts.find((each) => each.part === part)?.sizeBytes ?? 0;
    const perHourBytes = hours > 0 ? (sizeBytes - beforeBytes) / hours : 0;
    return { name: MEMORY_WORDS[part], beforeBytes, lastBytes: sizeBytes, perHourBytes };
  });
  const { takenAt: readAt, rssBytes, verdict } = last;
  const seen = parts.filter(({ beforeBytes, lastBytes }) => Math.max(beforeBytes, lastBytes) >= LEAST_PART_BYTES);
  return { memory: { readAt, rssBytes, verdict: verdict.text, parts: seen.sort(byGrowth) } };
}

function gaugeGrowths({ usage }: HistoryResult): Growth[] {
  return (usage[0]?.gauges ?? []).flatMap(({ gauge, at, value }) => {
    const growth = gauge === 'heapLimitBytes' ? null : growthOf(gauge.replace(/Bytes$/, ''), at, value.last);
    return growth ? [growth] : [];
  });
}

function growthOf(name: string, at: readonly string[], values: readonly number[]): Growth | null {
  const [first, last] = [values[0], values.at(-1)];
  if (first === undefined || last === undefined || at.length < 2) return null;
  const hours = (Date.parse(at.at(-1)!) - Date.parse(at[0]!)) / HOUR_MS;
  return { name, beforeBytes: first, lastBytes: last, perHourBytes: hours > 0 ? (last - first) / hours : 0 };
}

function isGrown({ beforeBytes, lastBytes }: Growth): boolean {
  return lastBytes - beforeBytes >= Math.max(LEAST_BYTES, LEAST_RATIO * beforeBytes);
}

function byGrowth(a: Growth, b: Growth): number {
  return b.lastBytes - b.beforeBytes - (a.lastBytes - a.beforeBytes);
}

function heldBy({ alerts }: EventsResult, endedAt: string | undefined): readonly string[] {
  const before = alerts.filter(
    ({ at, evidence }) => (endedAt === undefined || at <= endedAt) && evidence?.paths?.length,
  );
  return before.at(-1)?.evidence?.paths ?? [];
}

function oursIn({ footprints }: EventsResult, endedMs: number): Autopsy['ours'] {
  const sums = new Map<string, { probe: string; times: number; pauseMs: number; fatal: boolean }>();
  for (const { cause, to, pauseMs, fatal = false } of footprints) {
    const toMs = Date.parse(to);
    // what was fatal is known only when the next process is there
    if (!fatal && (toMs > endedMs || toMs < endedMs - HOUR_MS)) continue;
    const sum = sums.get(cause) ?? { probe: cause, times: 0, pauseMs: 0, fatal: false };
    sums.set(cause, {
      ...sum,
      times: sum.times + (fatal ? 0 : 1),
      pauseMs: sum.pauseMs + pauseMs,
      fatal: sum.fatal || fatal,
    });
  }
  return [...sums.values()];
}

function successorOf(
  { incarnation, at }: EventsResult['targets'][number],
  before: readonly Growth[],
  usageAfter: HistoryResult | undefined,
): Successor | null {
  const rssOf = (growths: readonly Growth[]) => growths.find(({ name }) => name === 'rss');
  const [then, now] = [rssOf(before), usageAfter && rssOf(gaugeGrowths(usageAfter))];
  if (!then || !now) return null;
  const grows = then.perHourBytes > 0 && now.perHourBytes > 0.3 * then.perHourBytes;
  const left = then.lastBytes - now.lastBytes;
  return {
    incarnation,
    since: at,
    perHourBytes: now.perHourBytes,
    beforePerHourBytes: then.perHourBytes,
    ...(grows && left > 0 && { msToSameEnd: (left / now.perHourBytes) * HOUR_MS }),
  };
}
