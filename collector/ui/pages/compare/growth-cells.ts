/** Kinds of two partitions as the squares of one map: as large as the larger of the two, toned by how they changed. */
import type { Comparable } from '../../../../protocol/difference.ts';
import type { Row } from '../../../../protocol/partition.ts';
import type { Cell } from '../../parts/square-map/cell.ts';
import { count, signedCount, signedSize, size } from '../../parts/words.ts';
import type { Measure } from './waterfall.ts';

export function growthCells(a: Comparable, b: Comparable, measure: Measure): Cell[] {
  const before = new Map(b.rows.map((row) => [row.kind, row]));
  const now = new Map(a.rows.map((row) => [row.kind, row]));
  return [...new Set([...now.keys(), ...before.keys()])].map((kind) =>
    cellOf(now.get(kind) ?? none(kind), before.get(kind) ?? none(kind), measure),
  );
}

function cellOf(now: Row, before: Row, measure: Measure): Cell {
  const value = Math.max(now[measure], before[measure]);
  const change = now[measure] - before[measure];
  const figure = measure === 'count' ? signedCount(change) : signedSize(change);
  const objects = `${count(now.count)} objects (${signedCount(now.count - before.count)})`;
  const bytes = `${size(now.sizeBytes)} (${signedSize(now.sizeBytes - before.sizeBytes)})`;
  return {
    name: now.kind,
    value,
    tone: value === 0 ? 0 : change / value,
    figure: change === 0 ? 'same' : figure,
    title: `${now.kind}: ${bytes}, ${objects}`,
  };
}

function none(kind: string): Row {
  return { kind, count: 0, sizeBytes: 0 };
}
