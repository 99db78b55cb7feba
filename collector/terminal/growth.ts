/** `Session>0`: how much of a kind may be new before a command fails. */
import type { DifferenceRow } from '../../protocol/difference.ts';
import { matchesGlob } from '../../protocol/glob.ts';
import { humanSize } from '../../protocol/human.ts';
import { oneLine } from '../../protocol/printable.ts';
import { parseSize } from '../base/units.ts';
import { UsageError } from './exit.ts';

export interface Growth {
  /** A glob of kinds; each kind is judged by itself. */
  readonly kind: string;
  readonly measure: 'count' | 'sizeBytes';
  /** What is still allowed, 0 or more. */
  readonly above: number;
}

/** Reads `GLOB>N`, N a count (`1000`) or a size (`1MB`); the glob may have `>` in it. @throws UsageError */
export function parseGrowth(text: string): Growth {
  const [, kind, limit] = /^(.+)>\s*([\d.]+[A-Za-z]*)\s*$/s.exec(text) ?? [];
  if (kind === undefined || limit === undefined) throw unreadable(text);
  if (/^\d+$/.test(limit)) return { kind: kind.trim(), measure: 'count', above: Number(limit) };
  try {
    return { kind: kind.trim(), measure: 'sizeBytes', above: parseSize(limit) };
  } catch {
    throw unreadable(text);
  }
}

export function isOver(row: DifferenceRow, { kind, measure, above }: Growth): boolean {
  return row[measure] > above && matchesGlob(kind, row.kind);
}

/** `Session +1000`, `Buffer +1.3 MB`. */
export function growthOf(row: DifferenceRow, { measure }: Growth): string {
  const amount = measure === 'count' ? `${row.count}` : humanSize(row.sizeBytes);
  return `${oneLine(row.kind)} +${amount}`;
}

function unreadable(text: string): UsageError {
  return new UsageError(
    `Cannot read --fail-on "${text}": expected KIND>N, such as 'Session>0', '*>1000' or 'Buffer>1MB'`,
  );
}
