/** What the process that reads a test's heap is asked, and what it answers: a message each, over its channel. */
import type { HeapDelta, LeakedKind } from './report.ts';
import type { Site } from './sites.ts';

export interface OpenQuestion {
  readonly pid: number;
  /** The test's own /proc/PID/mem, which it has opened and handed on; absent where there is no /proc. */
  readonly memFd?: number;
  /** The test's own inspector, for where its memory cannot be read. */
  readonly inspectorUrl?: string;
  /** Objects of class `HeapwatchMark` that tell the isolate of a test which is no main thread. */
  readonly marks?: number;
}

export interface ReadQuestion {
  /** Since the last reading. */
  readonly iterations: number;
}

export interface JudgeQuestion {
  readonly confidence: number;
  /** Kinds that may leak; globs. */
  readonly allow: readonly string[];
  /** Kinds that an earlier judgement suspected: these alone are judged now, and strictly. */
  readonly suspects?: readonly string[];
}

export interface JudgeAnswer {
  readonly suspects: readonly string[];
  readonly leaks: readonly LeakedKind[];
  readonly kinds: HeapDelta['kinds'];
  readonly bytes: HeapDelta['bytes'];
}

export interface ExplainQuestion {
  readonly sites: readonly Site[];
  /** Since `prepare`. */
  readonly iterations: number;
}

export type ExplainAnswer = Pick<HeapDelta, 'leaks' | 'heldBy' | 'sites'> & { readonly advice?: string };

export interface Asked {
  readonly id: number;
  readonly call: 'open' | 'read' | 'judge' | 'prepare' | 'explain' | 'begin';
  readonly params: object;
}

export type Answered = { readonly id: number } & (
  | { readonly result: unknown }
  /** `unreadable`: another way may do. */
  | { readonly error: string; readonly unreadable: boolean }
);
