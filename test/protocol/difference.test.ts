import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffTable } from '../../protocol/diff-table.ts';
import { type Comparable, difference } from '../../protocol/difference.ts';

function set(...rows: readonly [kind: string, count: number, sizeBytes: number][]): Comparable {
  const sum = (at: 1 | 2): number => rows.reduce((total, row) => total + row[at], 0);
  return {
    header: 'Kind',
    count: sum(1),
    sizeBytes: sum(2),
    rows: rows.map(([kind, count, sizeBytes]) => ({ kind, count, sizeBytes })),
  };
}

test('kinds that differ come largest first, those of one side only too', () => {
  const found = difference(
    set(['a', 2, 20], ['same', 1, 8], ['b', 1, 5]),
    set(['a', 1, 16], ['same', 1, 8], ['c', 3, 30]),
  );
  assert.deepEqual(
    found.rows.map(({ kind, count, sizeBytes }) => [kind, count, sizeBytes]),
    [
      ['c', -3, -30],
      ['b', 1, 5],
      ['a', 1, 4],
    ],
  );
  assert.deepEqual(
    [found.a, found.b],
    [
      { count: 4, sizeBytes: 33 },
      { count: 5, sizeBytes: 54 },
    ],
  );
});

test('two classes of one name are two kinds', () => {
  const found = difference(
    set(['S (a.js:1)', 2, 2], ['S (b.js:1)', 1, 1]),
    set(['S (a.js:1)', 1, 1], ['S (b.js:1)', 3, 3]),
  );
  assert.deepEqual(
    found.rows.map(({ kind, count }) => [kind, count]),
    [
      ['S (b.js:1)', -2],
      ['S (a.js:1)', 1],
    ],
  );
});

test('a difference is estimated where either figure is', () => {
  const guessed = { ...set(['a', 2, 20]), rows: [{ kind: 'a', count: 2, sizeBytes: 20, estimated: true }] };
  assert.deepEqual(difference(set(['a', 1, 10]), guessed).rows, [
    { kind: 'a', count: -1, sizeBytes: -10, estimated: true },
  ]);
  const counted = { ...guessed, rows: guessed.rows.map((row) => ({ ...row, exactCount: true })) };
  assert.equal(difference(counted, set(['a', 1, 10])).rows[0]!.exactCount, true);
  assert.match(diffTable(counted, set(['a', 1, 10])), /^ +0 +1 +~10 +~10 .* a$/m);
  assert.equal(difference(set(['a', 3, 30]), guessed).rows[0]!.exactCount, undefined);
});
