/** The tail without a terminal: series, kinds over time, sums, pace, and what keys make of the view. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL, Boards } from '../../../collector/tail/boards.ts';
import { signedCount, signedRate } from '../../../collector/tail/figures.ts';
import { ofKinds } from '../../../collector/tail/json-lines.ts';
import { type KindRow, KindTable } from '../../../collector/tail/kind-table.ts';
import { PaceKeeper } from '../../../collector/tail/pace.ts';
import { RecentValues } from '../../../collector/tail/recent-values.ts';
import { filtered, filterGlob, sorted } from '../../../collector/tail/sorting.ts';
import { chosen, type Extent, FIRST_VIEW, press, type View, type ViewAction } from '../../../collector/tail/view.ts';
import { sparkline } from '../../../collector/terminal/sparkline.ts';
import { attachedReading, partitionReading, usageReading } from '../../support/tail.ts';

function series(...values: number[]): RecentValues {
  const made = new RecentValues();
  values.forEach((value, minute) => {
    made.push(value, minute * 60_000);
  });
  return made;
}

test('a series tells growth from a sawtooth', () => {
  assert.equal(series(1, 2, 3, 4).growsSteadily, true);
  assert.equal(series(1, 2, 3).growsSteadily, false, 'two rises may be chance');
  assert.equal(series(5, 9, 2, 9, 3, 9, 4, 9).growsSteadily, false);
  assert.equal(series(9, 8, 7, 6, 5).growsSteadily, false);
  assert.equal(series(3, 3, 3, 3, 3).growsSteadily, false);
  const figures = series(10, 12, 11, 16);
  assert.deepEqual([figures.step, figures.ratePerMinute, figures.last], [5, 2, 16]);
  assert.deepEqual([series(7).step, series(7).ratePerMinute], [0, 0]);
});

test('a series is bounded', () => {
  const long = series(...Array.from({ length: 500 }, (_, i) => i));
  assert.equal(long.values.length, 120);
  assert.equal(long.last, 499);
});

function rowOf(table: KindTable, kind: string): KindRow | undefined {
  return table.rows().find((row) => row.kind === kind);
}

test('kinds over time', async (t) => {
  await t.test('deltas are since the first reading, or since a checkpoint', () => {
    const table = new KindTable();
    table.take(partitionReading(0, { Session: 10, Map: 3 }).partition);
    table.take(partitionReading(60, { Session: 15, Map: 3, Leak: 2 }).partition);
    assert.deepEqual([rowOf(table, 'Session')?.countDelta, rowOf(table, 'Session')?.countPerMinute], [5, 5]);
    assert.deepEqual([rowOf(table, 'Leak')?.countDelta, rowOf(table, 'Leak')?.isNew], [2, true]);
    assert.deepEqual(table.delta, { count: 7, sizeBytes: 224 });
    table.setBase();
    assert.deepEqual([rowOf(table, 'Leak')?.countDelta, rowOf(table, 'Leak')?.isNew], [0, false]);
    table.take(partitionReading(120, { Session: 14, Leak: 2 }).partition);
    assert.deepEqual([rowOf(table, 'Session')?.countDelta, rowOf(table, 'Session')?.countStep], [-1, -1]);
    assert.deepEqual([rowOf(table, 'Map')?.count, rowOf(table, 'Map')?.countDelta], [0, -3]);
  });

  await t.test('a kind that a reading left out is neither zero nor new', () => {
    const table = new KindTable();
    const other = { rows: 5, count: 50, sizeBytes: 1600 };
    table.take(partitionReading(0, { Session: 10 }, { other }).partition);
    table.take(partitionReading(5, { Session: 11, Map: 9 }, { other }).partition);
    assert.equal(rowOf(table, 'Map')?.isNew, false);
    assert.equal(rowOf(table, 'Map')?.countDelta, 0);
    table.take(partitionReading(10, { Session: 11 }, { other }).partition);
    assert.equal(rowOf(table, 'Map'), undefined);
  });

  await t.test('a census counts exactly and estimates sizes', () => {
    const table = new KindTable();
    const rows = [{ kind: 'Session', count: 2, sizeBytes: 64, estimated: true, exactCount: true }];
    table.take(partitionReading(0, {}, { probe: 'census', rows }).partition);
    const { countEstimated, sizeEstimated } = rowOf(table, 'Session')!;
    assert.deepEqual([countEstimated, sizeEstimated], [false, true]);
  });

  await t.test('readings of different probes are not mixed, nor those of different processes', () => {
    const boards = new Boards();
    boards.hear(attachedReading());
    boards.hear(partitionReading(0, { Session: 10 }));
    boards.hear(partitionReading(5, { Session: 900 }, { probe: 'snapshot' }));
    const [board] = boards.list;
    assert.equal(rowOf(board!.table('types')!, 'Session')?.count, 10);
    assert.equal(rowOf(board!.table()!, 'Session')?.countDelta, 0);
    boards.hear({ is: 'state', target: 'api', state: { state: 'attached', incarnation: 'pid 5, started …' } });
    assert.equal(board!.table('types'), undefined);
  });
});

test('several targets have a sum, once each has been read', () => {
  const boards = new Boards();
  for (const target of ['a', 'b']) {
    boards.hear(attachedReading(target));
    boards.hear(usageReading(0, 1000, target));
  }
  const [all] = boards.list;
  assert.equal(all?.name, ALL);
  assert.equal(all?.usage?.heapUsedBytes, 2000);
  boards.hear(partitionReading(0, { Session: 10, Map: 1 }, { target: 'a' }));
  assert.equal(all?.table(), undefined);
  boards.hear(partitionReading(1, { Session: 5 }, { target: 'b' }));
  assert.equal(rowOf(all!.table()!, 'Session')?.count, 15);
  assert.deepEqual(all?.table()?.newest?.count, 16);
});

test('the interval stretches so that the share is kept', () => {
  const pace = new PaceKeeper({ everyMs: 5_000, usageEveryMs: 1_000, maxShareRatio: 0.02 });
  assert.deepEqual([pace.everyMs, pace.usageEveryMs, pace.shareRatio], [5_000, 1_000, 0]);
  pace.usageRead(1);
  pace.probed(50);
  assert.equal(pace.everyMs, 5_000);
  assert.ok(Math.abs(pace.shareRatio - 0.011) < 1e-9);
  pace.probed(950);
  assert.equal(pace.everyMs, 50_000);
  assert.ok(Math.abs(pace.shareRatio - 0.02) < 1e-9);
  for (let i = 0; i < 20; i++) pace.usageRead(20);
  assert.equal(pace.usageEveryMs, 4_000);
  assert.ok(pace.shareRatio <= 0.02 + 1e-9, `${pace.shareRatio}`);
});

test('rows are sorted and filtered', () => {
  const table = new KindTable();
  table.take(partitionReading(0, { Session: 10, Map: 30, 'elements of Session': 5 }).partition);
  table.take(partitionReading(5, { Session: 20, Map: 31, 'elements of Session': 5 }).partition);
  const kinds = (rows: readonly KindRow[]) => rows.map(({ kind }) => kind);
  const rows = table.rows();
  assert.deepEqual(kinds(sorted(rows, 'delta', false)), ['Session', 'Map', 'elements of Session']);
  assert.deepEqual(kinds(sorted(rows, 'count', false)), ['Map', 'Session', 'elements of Session']);
  assert.deepEqual(kinds(sorted(rows, 'kind', true)), ['elements of Session', 'Session', 'Map']);
  assert.deepEqual(kinds(filtered(rows, filterGlob('sess'))), ['Session', 'elements of Session']);
  assert.deepEqual(kinds(filtered(rows, filterGlob('sess*'))), ['Session']);
});

test('a partition of some kinds holds the rest in other', () => {
  const { partition } = partitionReading(0, { Session: 10, Map: 30 }, { other: { rows: 1, count: 2, sizeBytes: 64 } });
  const { rows, other, count } = ofKinds(partition, 'sess*');
  assert.deepEqual(
    rows.map(({ kind }) => kind),
    ['Session'],
  );
  assert.deepEqual([other, count], [{ rows: 2, count: 32, sizeBytes: 1024 }, 40]);
});

test('figures and sparklines fit their columns', () => {
  assert.deepEqual(
    [signedCount(3_250, 9), signedCount(-12_345_678, 8), signedCount(0, 8), signedRate(0.031, 8), signedRate(-1.55, 8)],
    ['+3,250', '-12.3M', '0', '+0.03', '-1.6'],
  );
  assert.equal(sparkline([0, 7, 3.5], 5), '  ▁█▅');
  assert.equal(sparkline([4, 4], 3, false), ' __');
});

const extent: Extent = { tabs: 3, rows: 40, page: 10 };

/** What a row of keys makes of the first view, and the last action. */
function pressed(...keys: string[]): [View, ViewAction | undefined] {
  let view = FIRST_VIEW;
  let action: ViewAction | undefined;
  for (const key of keys) [view, action] = press(view, key, extent);
  return [view, action];
}

test('keys', async (t) => {
  await t.test('sort, reverse, move, change the target', () => {
    const [view] = pressed('o', 'r', 'tab', 'down', 'pagedown', 'pagedown', 'pagedown', 'pagedown');
    assert.deepEqual([view.sort, view.reversed, view.tab, view.top], ['step', true, 1, 30]);
    assert.equal(pressed('backtab')[0].tab, 2);
    assert.equal(pressed('left')[0].sort, 'kind');
  });

  await t.test('a filter is typed, and given up', () => {
    assert.equal(pressed('/', 'S', 'q', 'backspace', 'enter')[0].filter, '*S*');
    assert.equal(pressed('/', 'S', 'escape')[0].filter, undefined);
    assert.equal(pressed('/', 'S', 'enter', 'escape')[0].filter, undefined);
    assert.equal(pressed('/', 'pagedown', 'enter')[0].filter, undefined);
  });

  await t.test('the price of a snapshot is asked for, and agreed to by y alone', () => {
    assert.deepEqual(pressed('s')[1], { action: 'price', probe: 'snapshot' });
    const asked: View = { ...FIRST_VIEW, question: { about: 'take', target: 'api', probe: 'snapshot', text: '…' } };
    const [taken, action] = press(asked, 'y', extent);
    assert.deepEqual(
      [taken.question, taken.shown, action],
      [undefined, 'snapshot', { action: 'take', target: 'api', probe: 'snapshot' }],
    );
    for (const key of ['n', 'enter', 'q', 'escape', ' ']) {
      const [view, none] = press(asked, key, extent);
      assert.deepEqual([view.question, view.message, none], [undefined, 'no snapshot taken', undefined]);
    }
  });

  await t.test('a probe of the rows that is over a limit is agreed to by y, and passed over by the same key', () => {
    const asked: View = { ...FIRST_VIEW, question: { about: 'choose', probe: 'census', text: '…' } };
    assert.deepEqual(press(asked, 'y', extent)[1], { action: 'choose', choice: 'census', agreed: true });
    assert.deepEqual(press(asked, 'p', extent)[1], { action: 'choose', choice: 'snapshot' });
    const [view, none] = press(asked, 'n', extent);
    assert.deepEqual([view.question, view.choice, view.message, none], [undefined, 'auto', 'still auto', undefined]);
    assert.deepEqual([chosen(view, 'census').shown, chosen(view, 'auto').shown], ['census', undefined]);
  });

  await t.test('the rest are actions', () => {
    assert.deepEqual(pressed('q')[1], { action: 'quit' });
    assert.deepEqual(pressed('/', 'ctrl-c')[1], { action: 'interrupt' });
    assert.deepEqual(pressed('c')[1], { action: 'checkpoint' });
    assert.deepEqual(pressed('p')[1], { action: 'choose', choice: 'walk' });
    assert.deepEqual(pressed(' ')[1], { action: 'pause', paused: true });
    assert.deepEqual(pressed(' ', ' ')[1], { action: 'pause', paused: false });
    assert.equal(pressed('?')[0].help, true);
    assert.equal(pressed('?', 'x')[0].help, false);
  });
});
