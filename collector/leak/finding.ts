/** What `heapwatch leak` found: ranked, the cause first. */
import type { Retained } from '../../agent/sets/holders.ts';
import type { Cost } from '../../protocol/partition.ts';
import type { GrownKind } from './judge.ts';

export interface Finding {
  readonly target: string;
  readonly isolate: string;
  readonly probe: 'walk' | 'snapshot';
  readonly readings: number;
  readonly forMs: number;
  /** Asked for. */
  readonly confidence: number;
  /** Those that leak; the one that holds the others first. Without `confidence` where there were two readings only. */
  readonly leaks: readonly Leak[];
  /** Kinds that grow ever slower. */
  readonly fills: readonly Leak[];
  /** Of the first of `leaks`. */
  readonly heldBy: readonly string[];
  readonly pattern: readonly string[];
  readonly advice?: string;
  /** Of the last reading. */
  readonly cost?: Cost;
}

export interface Leak extends Omit<GrownKind, 'state' | 'confidence'> {
  readonly confidence?: number;
  readonly retainedBytes?: number;
}

/** The kind that holds the others first, then by what each retains, then by bytes. */
export function ranked<L extends Leak>(
  kinds: readonly L[],
  cause: string | undefined,
  retained: readonly Retained[] = [],
): (L & { retainedBytes?: number })[] {
  const bytes = new Map(retained.map(({ kind, retainedBytes }) => [kind, retainedBytes]));
  return kinds
    .map((kind) => {
      const retainedBytes = bytes.get(kind.kind);
      return { ...kind, ...(retainedBytes !== undefined && { retainedBytes }) };
    })
    .toSorted(
      (a, b) =>
        Number(b.kind === cause) - Number(a.kind === cause) ||
        (b.retainedBytes ?? 0) - (a.retainedBytes ?? 0) ||
        b.bornBytes - a.bornBytes,
    );
}

/** Kinds that V8 makes for itself: they grow as code is compiled. */
export function isOfProgram(kind: string): boolean {
  return !/^(?:code|hidden class|\(system\)|array \(no owner\)|\(.*\)|native .*)$/.test(kind);
}
