/** The table of what was born since a checkpoint. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Row } from '../../protocol/partition.ts';
import { type SinceContent, sinceTable } from '../../protocol/since-table.ts';
import { assertGolden } from '../support/golden.ts';

const tally = (count: number, sizeBytes: number) => ({ count, sizeBytes });

function row(kind: string, born: [number, number], freed: [number, number], survived: [number, number]): Row {
  return { kind, ...tally(...born), freed: tally(...freed), survived: tally(...survived) };
}

/** A leak of sessions, as `heap --since` finds it. */
const leak: SinceContent = {
  header: 'Kind (class / store of class)',
  ...tally(13_702, 1_412_336),
  rows: [
    row('Session', [9_000, 648_000], [212, 15_264], [120, 8_640]),
    row('elements of Array', [1_204, 512_448], [36, 9_200], [5_512, 402_120]),
    row('string', [2_240, 151_008], [1_904, 130_112], [21_433, 1_902_344]),
    row('data of ArrayBuffer', [11, 90_112], [0, 0], [42, 688_128]),
    row('function', [60, 3_840], [58, 3_712], [5_840, 373_760]),
    row('Timeout', [70, 3_360], [70, 3_360], [4, 192]),
    row('Promise', [40, 1_920], [40, 1_920], [0, 0]),
    row('a kind whose name is longer than what the line leaves for it', [9, 504], [0, 0], [0, 0]),
    row('Object', [8, 448], [20, 1_120], [4_120, 230_720]),
    row('code', [7, 392], [1_000, 72_000], [9_000, 800_000]),
    row('Map', [3, 144], [0, 0], [210, 10_080]),
  ],
  other: { rows: 3, ...tally(1_050, 160), freed: tally(4, 80), survived: tally(2, 40) },
  since: {
    checkpoint: 'deploy-41',
    takenAt: '2026-11-22T06:24:45.123Z',
    freed: tally(3_344, 236_768),
    survived: tally(46_283, 4_416_024),
  },
};

test('what cannot be compared is said below the first page', () => {
  const since = { ...leak.since, leftOut: tally(1, 80) };
  assert.match(sinceTable({ ...leak, since }), /\nLeft out, as their ids do not last: 1 object, 80 bytes\.$/);
  assert.doesNotMatch(sinceTable({ ...leak, since }, { from: 5 }), /Left out/);
  const none = { ...leak.since, leftOut: tally(0, 0) };
  assert.equal(sinceTable({ ...leak, since: none }), sinceTable(leak));
});

test('ten rows, what was freed and what survived beside each', () => {
  assertGolden(sinceTable(leak, { more: 'shell' }), 'since/leak.txt');
});

test('nothing born: the label alone says so; a kind that only went has its row', () => {
  const { since, header } = leak;
  const nothing = { header, ...tally(0, 0), rows: [], since };
  assert.equal(sinceTable(nothing).split('\n').length, 2);
  const gone = { ...nothing, rows: [row('Session', [0, 0], [3, 216], [117, 8_424])] };
  assert.equal(
    sinceTable(gone).split('\n').at(-1),
    '     0      0   0        0   0         0   0       3      117 Session',
  );
});

test('labels cannot write over the terminal', () => {
  const since = { ...leak.since, checkpoint: 'a\u001b[2J' };
  assert.ok(!sinceTable({ ...leak, since, label: 'b\u001b[2J' }).includes('\u001b'));
});
