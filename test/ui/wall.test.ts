/** The wall of kinds without a page: lines from what is stored and what comes, their figures, their order. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { KindLine } from '../../collector/ui/pages/target/wall/kind-line.ts';
import { KindTrail } from '../../collector/ui/pages/target/wall/kind-trail.ts';
import { WallLines } from '../../collector/ui/pages/target/wall/wall-lines.ts';
import {
  ordered,
  readPins,
  SORTS,
  type WallChoice,
  writePins,
} from '../../collector/ui/pages/target/wall/wall-order.ts';

const MINUTE_MS = 60_000;
const at = (minutes: number) => new Date(Date.parse('2026-11-22T06:00:00.000Z') + minutes * MINUTE_MS).toISOString();
const row = (kind: string, count: number) => ({ kind, count, sizeBytes: 10 * count });
const CHOICE: WallChoice = { sort: 'size', measure: 'sizeBytes', filter: '', pins: new Set() };

function lineOf(kind: string, counts: readonly number[]): KindLine {
  const line = new KindLine(kind);
  for (const [step, count] of counts.entries()) line.append(step, row(kind, count));
  return line;
}

describe('a trail', () => {
  it('has the bounds and the change of what was appended, one value a step', () => {
    const points = fc.array(fc.tuple(fc.nat(20), fc.nat(1_000)), { minLength: 1 });
    fc.assert(
      fc.property(points, (points) => {
        const sorted = points.toSorted(([a], [b]) => a - b);
        const trail = new KindTrail();
        for (const [step, value] of sorted) trail.append(step, value);
        const values = sorted.map(([, value]) => value);
        const byStep = new Map(sorted);
        assert.deepEqual([trail.min, trail.max, trail.last], [Math.min(...values), Math.max(...values), values.at(-1)]);
        assert.equal(trail.delta, values.at(-1)! - [...byStep.values()][0]!);
        const steps = Array.from({ length: 21 }, (_, step) => step);
        assert.deepEqual(
          trail.at(steps),
          steps.map((step) => byStep.get(step) ?? null),
        );
      }),
    );
  });

  it('is steady the more the more of its points rise', () => {
    const trail = (values: number[]) => lineOf('Session', values).count;
    const rising = Array.from({ length: 30 }, (_, i) => i * 7);
    assert.ok(trail(rising).steadiness > 6);
    assert.ok(trail(rising.toReversed()).steadiness < -6);
    assert.ok(Math.abs(trail(rising.map((_, i) => (i % 2 === 0 ? 5 : 9))).steadiness) < 1);
    assert.deepEqual([trail([4, 4, 4, 4, 4]).steadiness, trail([1, 2, 3]).steadiness], [0, 0]);
  });

  it('tells its slope an hour, and none where its points show none', () => {
    const minutes = Array.from({ length: 30 }, (_, i) => i);
    assert.equal(
      lineOf(
        'Session',
        minutes.map((i) => 2 * i),
      ).count.perHour(MINUTE_MS),
      120,
    );
    assert.equal(
      lineOf(
        'Session',
        minutes.map((i) => (i % 2) * 5),
      ).count.perHour(MINUTE_MS),
      0,
    );
  });

  it('keeps its last value when all of it is long ago', () => {
    const { count } = lineOf('Session', [3, 9, 4]);
    count.dropBefore(2);
    assert.deepEqual([count.min, count.max, count.delta], [4, 4, 0]);
    count.dropBefore(50);
    assert.deepEqual([count.last, count.at([50])], [4, [null]]);
  });
});

describe('lines of the wall', () => {
  it('are the same whether samples were stored or came live', () => {
    const samples = [[row('Session', 3), row('Map', 1)], [row('Session', 5)], [row('Session', 9), row('Set', 2)]];
    const live = new WallLines(MINUTE_MS);
    for (const [minute, rows] of samples.entries()) live.take({ takenAt: at(minute), rows });
    const stored = new WallLines(MINUTE_MS, Date.parse(at(1)));
    // the newest came while the history was read
    for (const [minute, rows] of samples.entries()) stored.take({ takenAt: at(minute), rows });
    const line = (kind: string, counts: (number | null)[], bounds: { min: number; max: number }) => ({
      kind,
      count: { ...bounds, last: counts },
      sizeBytes: { min: 10 * bounds.min, max: 10 * bounds.max, last: counts.map((count) => count && 10 * count) },
    });
    stored.addStored({ at: [at(0), at(1)], kinds: [line('Session', [3, 5], { min: 3, max: 5 })] });
    stored.addStored({ at: [at(0), at(1)], kinds: [line('Map', [1, 0], { min: 0, max: 1 })] });
    const figures = ({ lines, steps }: WallLines) =>
      lines
        .map(({ kind, count, sizeBytes }) => [kind, count.min, count.max, count.at(steps), sizeBytes.at(steps)])
        .sort();
    assert.deepEqual(stored.steps, live.steps);
    assert.deepEqual(figures(stored).slice(1, 3), figures(live).slice(1, 3));
    assert.deepEqual(figures(live)[0], ['Map', 0, 1, [1, 0, null], [10, 0, null]]);
  });

  it('leave a kind unknown where a sample has left rows out', () => {
    const wall = new WallLines(MINUTE_MS);
    wall.take({ takenAt: at(0), rows: [row('Map', 4)] });
    wall.take({ takenAt: at(1), rows: [row('Set', 9)], other: { rows: 1, count: 1, sizeBytes: 1 } });
    assert.deepEqual(
      wall.lines.map(({ kind, count }) => [kind, count.at(wall.steps)]),
      [
        ['Map', [4, null]],
        ['Set', [null, 9]],
      ],
    );
  });

  it('forget what the span has left behind', () => {
    const wall = new WallLines(MINUTE_MS);
    for (const minute of [0, 1, 2, 3]) wall.take({ takenAt: at(minute), rows: [row('Map', 10 - minute)] });
    wall.dropBefore(Date.parse(at(2)));
    assert.deepEqual(
      wall.lines.map(({ count }) => [count.max, count.at(wall.steps)]),
      [[8, [8, 7]]],
    );
  });
});

describe('the order of the wall', () => {
  const lines = [
    lineOf('Session', [1, 2, 3, 4, 5, 6]),
    lineOf('Map', [90, 90, 90, 90, 90, 90]),
    lineOf('Set', [40, 90, 10, 80, 20, 60]),
  ];
  const names = (choice: Partial<WallChoice>) => ordered(lines, { ...CHOICE, ...choice }).map(({ kind }) => kind);

  it('is by size, count, growth, steadiness or name', () => {
    assert.deepEqual(
      SORTS.map((sort) => names({ sort })[0]),
      ['Map', 'Map', 'Set', 'Session', 'Map'],
    );
    assert.deepEqual(names({ sort: 'growth' }), ['Set', 'Session', 'Map']);
  });

  it('has what is pinned first, and leaves out what the filter does not mean', () => {
    assert.deepEqual(names({ filter: 'SE' }), ['Set', 'Session']);
    assert.deepEqual(names({ filter: 'S?t', pins: new Set(['Session']) }), ['Session', 'Set']);
  });

  it("has what is no kind of the program behind: rows without a name, and of what grows V8's own work", () => {
    const all = [...lines, lineOf('code', [0, 500]), lineOf('(not seen by census)', [0, 900])];
    const by = (sort: WallChoice['sort']) => ordered(all, { ...CHOICE, sort }).map(({ kind }) => kind);
    assert.deepEqual(by('growth'), ['Set', 'Session', 'Map', '(not seen by census)', 'code']);
    assert.deepEqual(by('size'), ['code', 'Map', 'Set', 'Session', '(not seen by census)']);
    const pins = new Set(['code']);
    assert.equal(ordered(all, { ...CHOICE, sort: 'growth', pins })[0]?.kind, 'code');
  });

  it('reads pins as they were written, whatever kinds are called', () => {
    const pins = fc.uniqueArray(fc.string({ minLength: 1, unit: 'grapheme' }));
    fc.assert(fc.property(pins, (pins) => assert.deepEqual([...readPins(writePins(new Set(pins)))], pins)));
    assert.deepEqual([...readPins('%,a')], ['a']);
  });
});
