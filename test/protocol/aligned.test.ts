import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { limitRows } from '../../agent/partition/partition.ts';
import { aligned, OTHER_KINDS } from '../../protocol/aligned.ts';
import { type Comparable, difference } from '../../protocol/difference.ts';

function set(counts: Readonly<Record<string, number>>): Comparable {
  const rows = Object.entries(counts)
    .map(([kind, count]) => ({ kind, count, sizeBytes: count * 10 }))
    .sort((x, y) => y.count - x.count);
  const count = rows.reduce((sum, row) => sum + row.count, 0);
  return { header: 'Kind', rows, count, sizeBytes: count * 10 };
}

function counts({ rows }: ReturnType<typeof difference>): Record<string, number> {
  return Object.fromEntries(rows.map(({ kind, count }) => [kind, count]));
}

test('whole partitions are left as they are', () => {
  const [a, b] = [set({ A: 1 }), set({ B: 2 })];
  assert.deepEqual(aligned(a, b), [a, b]);
});

test('a kind that one side names and the other may have left out is not told apart', () => {
  const a = set({ Session: 100, string: 50, Map: 3, Set: 2 });
  const b = limitRows<Comparable>(set({ Session: 90, string: 60, Map: 2, Set: 1 }), 2);
  assert.deepEqual(counts(difference(...aligned(a, b))), { Session: 10, string: -10, [OTHER_KINDS]: 2 });
});

const heaps = fc.dictionary(fc.constantFrom(...'ABCDEFGH'), fc.integer({ min: 1, max: 50 }));

test('whatever is left out, what is told is right, and the rows sum to the difference', () => {
  fc.assert(
    fc.property(heaps, heaps, fc.nat(8), fc.nat(8), (inA, inB, rowsA, rowsB) => {
      const [a, b] = [set(inA), set(inB)];
      const whole = counts(difference(a, b));
      const told = counts(difference(...aligned(limitRows(a, rowsA), limitRows(b, rowsB))));
      for (const [kind, count] of Object.entries(told)) if (kind !== OTHER_KINDS) assert.equal(count, whole[kind]);
      const sum = (of: Record<string, number>) => Object.values(of).reduce((total, count) => total + count, 0);
      assert.equal(sum(told), sum(whole));
    }),
  );
});
