/** What the thread that walks is asked, and what it answers. */
import type { MemoryReading } from '../../memory/process-memory.ts';
import type { WalkedKinds } from '../../walk/walk-kinds.ts';

/** Whose heap: a process of this machine, or one in a core file. */
export type WalkedMemory =
  | {
      readonly pid: number;
      /** Of the process that is meant, where it is known: its number may be another's by now. */
      readonly startTicks?: number;
      /** Its /proc/PID/mem, which it has opened itself and handed on. */
      readonly memFd?: number;
      /** We are in it. */
      readonly isInside?: boolean;
    }
  | { readonly core: string; readonly exe?: string };

export interface OpenedHeap {
  /** `12.4.254.21` */
  readonly v8: string;
  /** Absent for a core file that does not say so. */
  readonly pid?: number;
  /** Ticks since boot; 0 for a core file. */
  readonly startTicks: number;
  /** Instant the process began; for a core file when it was written. */
  readonly atMs: number;
}

export interface WalkQuestion {
  readonly stop: boolean;
  /** The process goes on after that, done or not. */
  readonly limitMs?: number;
}

/** Told as soon as its pages are copied: what held it still may let it go on. */
export type WalkEvent = 'copied';

export interface WalkAnswer extends Omit<MemoryReading, 'image' | 'moment'> {
  /** `held`: the main thread alone stood still, by an inspector. */
  readonly moment: MemoryReading['moment'] | 'held';
  readonly kinds: WalkedKinds;
}
