/** What the kind page draws and says of a kind's readings. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { globOf, kindFigures, kindSeries, sourcesOfKind } from '../../collector/ui/pages/kind/kind-series.ts';
import { lineRange } from '../../collector/ui/parts/line-chart/line-range.ts';
import { matchesGlob } from '../../protocol/glob.ts';
import type { PartitionHistory } from '../../protocol/history.ts';
import type { Partition } from '../../protocol/partition.ts';
import { partitionEvent } from '../support/events.ts';

const CENSUS = { probe: 'census', by: 'kind' } as const;

function at(minute: number): string {
  return new Date(Date.UTC(2026, 10, 22, 10, minute)).toISOString();
}

function measure(values: readonly number[]) {
  const all = [...values];
  return { min: all.map((value) => value - 1), mean: all, max: all.map((value) => value + 1), last: all };
}

/** Stored, a step a minute from 10:00 on. */
function history(counts: readonly number[], kind = 'Session'): PartitionHistory {
  const steps = { at: counts.map((_, minute) => at(minute)), samples: counts.map(() => 1) };
  const count = measure(counts);
  const sizeBytes = measure(counts.map((value) => value * 40));
  const kinds = [{ kind, estimated: true as const, ...steps, count, sizeBytes }];
  const total = { ...steps, count, sizeBytes };
  return { isolate: 'main', ...CENSUS, header: 'Kind', samples: counts.length, total, kinds, omitted: 0 };
}

function live(minute: number, objects: number, over: Partial<Partition> = {}): Partition {
  const row = { kind: 'Session', count: objects, sizeBytes: objects * 40, estimated: true, exactCount: true };
  const { type: _, ...partition } = partitionEvent('api', { ...CENSUS, takenAt: at(minute), rows: [row] });
  return { ...partition, ...over };
}

describe('the series of a kind', () => {
  it('goes on from what is stored with what came since', () => {
    const came = [live(1, 99), live(2, 30), live(3, 40, { by: 'module' }), live(3, 40, { rows: [] }), live(4, 50)];
    const { timesS, values, min, max } = kindSeries(history([10, 20]), came, CENSUS, 'Session', 'count');
    assert.deepEqual(values, [10, 20, 30, 50]);
    assert.deepEqual(
      timesS.map((timeS) => (timeS / 60) % 60),
      [0, 1, 2, 4],
    );
    assert.deepEqual([min, max], [9, 50]);
  });

  it('is estimated by size and exact by count, as a census is', () => {
    const series = (by: 'count' | 'size') => kindSeries(undefined, [live(0, 5)], CENSUS, 'Session', by);
    assert.deepEqual([series('size').values, series('size').estimated], [[200], true]);
    assert.deepEqual([series('count').values, series('count').estimated], [[5], false]);
  });

  it('is found among those of the histories that hold it', () => {
    const partitions = [history([1]), history([1], 'Session*')];
    assert.deepEqual(sourcesOfKind({ partitions }, 'Session*'), [partitions[1]]);
  });
});

describe('the figures of a kind', () => {
  it('say by how much it grows an hour, with an interval', () => {
    const steady = Array.from({ length: 20 }, (_, minute) => 100 + minute * 10);
    const figures = kindFigures(kindSeries(history(steady), [], CENSUS, 'Session', 'count'));
    assert.deepEqual([figures?.min, figures?.now, figures?.max, figures?.delta], [99, 290, 291, 190]);
    for (const rate of Object.values(figures?.slope ?? {})) assert.ok(Math.abs(rate - 600) < 1e-6, `${rate}`);
  });

  it('tell no slope from a few readings, and nothing from none', () => {
    assert.equal(kindFigures(kindSeries(history([1, 2, 3]), [], CENSUS, 'Session', 'count'))?.slope, undefined);
    assert.equal(kindFigures(kindSeries(undefined, [], CENSUS, 'Session', 'count')), undefined);
  });
});

it('the glob of a kind matches it, however long it is', () => {
  for (const kind of ['Session', 'a*b?', 'x'.repeat(3_000)]) assert.ok(matchesGlob(globOf(kind), kind));
  assert.equal(globOf('x'.repeat(3_000)).length, 256);
});

it('a chart of one line begins at 0 unless the line is far from it', () => {
  assert.equal(lineRange(40, 100)[0], 0);
  assert.ok(lineRange(1_000_000, 1_000_100)[0] > 999_000);
  assert.deepEqual(lineRange(null, null), [0, 1]);
  const [low, high] = lineRange(7, 7);
  assert.ok(low < 7 && high > 7);
});
