/** What a probe may cost its target, and the objection to one that costs more; pure. */
import type { Probe } from '../../protocol/partition.ts';
import type { Headroom, Room } from '../process/headroom.ts';
import type { Forecast } from './book.ts';

const MB = 2 ** 20;

export interface Limits {
  readonly maxPauseMs: number;
  readonly maxExtraBytes: number;
  /** `maxExtraBytes` was set for this target, by somebody who knows what it may take. */
  readonly isExtraGiven?: boolean;
  /** What all probes of a target together may make it stand still for in a while. */
  readonly pauseBudget: PauseBudget;
}

/** 30 s an hour: `{ pauseMs: 30_000, perMs: 3_600_000 }`. */
export interface PauseBudget {
  readonly pauseMs: number;
  readonly perMs: number;
}

/** 2 s, 512 MB, 30 s an hour. */
export const DEFAULT_LIMITS: Limits = {
  maxPauseMs: 2_000,
  maxExtraBytes: 512 * MB,
  pauseBudget: { pauseMs: 30_000, perMs: 3_600_000 },
};

/**
 * Why a probe should not run. `room`: it would take more memory than the target has left, which kills it. `unknown`: it is
 * dear, and what the target has left is not known.
 */
export type Objection =
  | { readonly kind: 'room'; readonly needBytes: number; readonly room: Room }
  | { readonly kind: 'unknown'; readonly needBytes: number; readonly why: string }
  | { readonly kind: 'pause'; readonly pauseMs: number; readonly limitMs: number }
  | { readonly kind: 'memory'; readonly extraBytes: number; readonly limitBytes: number }
  | { readonly kind: 'budget'; readonly pauseMs: number; readonly spentMs: number; readonly budget: PauseBudget };

/** What does not fit into what the target has left: no limit is to overrule it. Null: it fits. */
export function roomObjection({ mostBytes, heapBytes }: Forecast, { memory, heap }: Headroom): Objection | null {
  for (const room of memory) if (mostBytes > room.bytes) return { kind: 'room', needBytes: mostBytes, room };
  if (heap && heapBytes > heap.bytes) return { kind: 'room', needBytes: heapBytes, room: heap };
  return null;
}

/** What takes memory by the size of the heap. */
const DEAR: ReadonlySet<Probe> = new Set(['census', 'snapshot']);

/** What takes memory from a target of which nobody tells what it has left. Null: it is cheap, or it is known. */
export function unknownObjection(probe: Probe, { mostBytes }: Forecast, { unknown }: Headroom): Objection | null {
  return unknown !== undefined && DEAR.has(probe) ? { kind: 'unknown', needBytes: mostBytes, why: unknown } : null;
}

/** Which limit a probe is over, if it is. @param spentMs pause that the target's probes have caused within the budget's time */
export function limitObjection({ pauseMs, extraBytes }: Forecast, limits: Limits, spentMs = 0): Objection | null {
  const { maxPauseMs, maxExtraBytes, pauseBudget } = limits;
  if (pauseMs > maxPauseMs) return { kind: 'pause', pauseMs, limitMs: maxPauseMs };
  if (extraBytes > maxExtraBytes) return { kind: 'memory', extraBytes, limitBytes: maxExtraBytes };
  if (spentMs + pauseMs > pauseBudget.pauseMs) return { kind: 'budget', pauseMs, spentMs, budget: pauseBudget };
  return null;
}
