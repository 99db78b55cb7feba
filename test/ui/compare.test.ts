/** What the compare page makes of two partitions: what it refuses, says in words, and draws. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { comparisonOf } from '../../collector/ui/pages/compare/comparison.ts';
import { growthCells } from '../../collector/ui/pages/compare/growth-cells.ts';
import { hourBefore, momentsOf, readSide, seriesChoice, writeSide } from '../../collector/ui/pages/compare/side.ts';
import { waterfall } from '../../collector/ui/pages/compare/waterfall.ts';
import { OTHER_KINDS } from '../../protocol/aligned.ts';
import { difference } from '../../protocol/difference.ts';
import type { Partition } from '../../protocol/partition.ts';

const TAKEN_MS = Date.parse('2026-11-22T06:00:00.000Z');

/** Of `{ Session: 3 }`, of 10 bytes an object. */
function partition(counts: Record<string, number>, fields: Partial<Partition> = {}): Partition {
  const rows = Object.entries(counts).map(([kind, count]) => ({ kind, count, sizeBytes: 10 * count }));
  rows.sort((a, b) => b.sizeBytes - a.sizeBytes || (a.kind < b.kind ? -1 : 1));
  const count = rows.reduce((sum, row) => sum + row.count, 0) + (fields.other?.count ?? 0);
  return {
    target: 'api',
    isolate: 'main',
    probe: 'snapshot',
    by: 'kind',
    takenAt: new Date(TAKEN_MS).toISOString(),
    id: `p ${JSON.stringify(counts)}`,
    incarnation: 'pid 1',
    header: 'Kind (class / store of class)',
    count,
    sizeBytes: count * 10,
    rows,
    ...fields,
  };
}

const later = { takenAt: new Date(TAKEN_MS + 60_000).toISOString() };

function compared(a: Partition, b: Partition) {
  const comparison = comparisonOf(a, b);
  assert.ok(comparison.state === 'compared', JSON.stringify(comparison));
  return comparison;
}

describe('a comparison', () => {
  it('of two moments of one process needs no words', () => {
    const { difference, notes, isBackwards } = compared(partition({ Session: 5 }, later), partition({ Session: 3 }));
    assert.deepEqual([difference.rows[0]?.count, notes, isBackwards], [2, [], false]);
  });

  for (const [what, fields, words] of [
    ['another classifier', { by: 'module' }, /A is by kind, B by module/],
    ['what was born since', { since: { checkpoint: 'c', takenAt: later.takenAt } }, /only what was born/],
  ] as const) {
    it(`is refused with ${what}`, () => {
      const comparison = comparisonOf(partition({ a: 1 }, later), partition({ a: 1 }, fields as Partial<Partition>));
      assert.match(comparison.state === 'refused' ? comparison.reason : '', words);
    });
  }

  for (const [what, fields, words] of [
    ['another target', { target: 'web' }, /Two programs, api and web/],
    ['another isolate', { isolate: 'worker:1' }, /Two heaps of api/],
    ['another process', { incarnation: 'pid 2' }, /Two processes, pid 1 and pid 2/],
    ['another probe', { probe: 'census' }, /Two probes, snapshot and census/],
    ['rows left out', { other: { rows: 4, count: 2, sizeBytes: 20 } }, /B leaves out its 4 smallest kinds \(20 B\)/],
  ] as const) {
    it(`says so of ${what}`, () => {
      const { notes } = compared(partition({ a: 2 }, later), partition({ a: 1 }, fields));
      assert.match(notes.join('\n'), words);
    });
  }

  it('says that one is older, or that both are the same', () => {
    assert.equal(compared(partition({ a: 2 }), partition({ a: 1 }, later)).isBackwards, true);
    assert.match(compared(partition({ a: 2 }), partition({ a: 2 })).notes[0]!, /same partition/);
  });

  it('still tells what both have where rows are left out', () => {
    const b = partition({ Session: 3 }, { other: { rows: 1, count: 2, sizeBytes: 20 } });
    const { difference } = compared(partition({ Session: 5, Map: 1 }, later), b);
    assert.deepEqual(
      difference.rows.map(({ kind, count }) => [kind, count]),
      [
        ['Session', 2],
        [OTHER_KINDS, -1],
      ],
    );
  });
});

describe('the waterfall', () => {
  const counts = fc.dictionary(fc.constantFrom(...'abcdefghijklmnop'), fc.integer({ min: 0, max: 1_000 }));

  it('leads from B to A without a hole, in the scale', () => {
    fc.assert(
      fc.property(counts, counts, fc.integer({ min: 0, max: 9 }), (ofA, ofB, max) => {
        const { steps, begin, end } = waterfall(difference(partition(ofA), partition(ofB)), 'sizeBytes', max);
        const [first, ...rest] = steps;
        let level = first!.to;
        assert.equal(level, partition(ofB).sizeBytes);
        for (const step of rest.slice(0, -1)) {
          assert.equal(step.from, level);
          level = step.to;
        }
        assert.deepEqual([rest.at(-1)!.to, level], [partition(ofA).sizeBytes, partition(ofA).sizeBytes]);
        for (const { from, to } of steps) assert.ok(Math.min(from, to) >= begin && Math.max(from, to) <= end);
        assert.ok(steps.length <= max + 3);
      }),
    );
  });

  it('puts those that change most before the others together, growers first', () => {
    const a = partition({ up: 90, down: 10, tiny: 2, small: 4 });
    const b = partition({ up: 10, down: 100, tiny: 1, small: 1 });
    const { steps } = waterfall(difference(a, b), 'count', 2);
    assert.deepEqual(
      steps.map(({ kind, sort, from, to }) => [kind, sort, sort === 'total' ? to : to - from]),
      [
        ['B', 'total', 112],
        ['up', 'grows', 80],
        ['down', 'shrinks', -90],
        ['2 other kinds', 'grows', 4],
        ['A', 'total', 106],
      ],
    );
  });

  it('begins above 0 where little changes', () => {
    const { begin } = waterfall(difference(partition({ a: 1_000 }), partition({ a: 990 })), 'count', 8);
    assert.equal(begin, 987.5);
  });
});

it('squares of growth are as large as the larger of the two, and toned by the change', () => {
  const cells = growthCells(
    partition({ grown: 4, gone: 0, same: 1 }),
    partition({ grown: 2, gone: 8, same: 1 }),
    'count',
  );
  assert.deepEqual(
    cells.map(({ name, value, tone, figure }) => [name, value, tone, figure]),
    [
      ['grown', 4, 0.5, '+2'],
      ['same', 1, 0, 'same'],
      ['gone', 8, -1, '−8'],
    ],
  );
  assert.equal(cells[0]!.title, 'grown: 40 B (+20 B), 4 objects (+2)');
});

describe('the moments of a side', () => {
  const at = (minutes: number) => {
    return { id: `${minutes}`, takenAt: new Date(TAKEN_MS + minutes * 60_000).toISOString(), count: 1, sizeBytes: 1 };
  };

  it('are each once, oldest first', () => {
    assert.deepEqual(
      momentsOf([at(5), at(1)], [at(5), at(9)]).map(({ id }) => id),
      ['1', '5', '9'],
    );
  });

  it('of B is the oldest within the hour before, or else the last before that', () => {
    const moments = [at(0), at(30), at(70), at(90)];
    assert.equal(hourBefore(moments, at(90))?.id, '30');
    assert.equal(hourBefore([at(0), at(1), at(90)], at(90))?.id, '1');
    assert.equal(hourBefore([at(90)], at(90)), undefined);
  });

  it('are read from the address as they were written', () => {
    const chosen = { id: 'p1', ...seriesChoice({ target: 'api', isolate: 'main', probe: 'census', by: 'kind' }) };
    assert.deepEqual(readSide(writeSide('b', chosen), 'b'), chosen);
  });
});
