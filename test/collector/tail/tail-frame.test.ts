/** Pictures of the tail, as a terminal of some size shows them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Boards } from '../../../collector/tail/boards.ts';
import { frame, type Picture, type Size } from '../../../collector/tail/frame.ts';
import { hasUnicode, paint, wantsColour } from '../../../collector/tail/paint.ts';
import { cut, lineWidth, widthOf } from '../../../collector/tail/spans.ts';
import { FIRST_VIEW, type View } from '../../../collector/tail/view.ts';
import type { Usage } from '../../../protocol/partition.ts';
import { memoryEvent } from '../../support/events.ts';
import { assertGolden } from '../../support/golden.ts';
import { at, attachedReading, drawn, partitionReading, usageReading } from '../../support/tail.ts';

/** A server that leaks sessions, read six times. */
function leaking(): Boards {
  const boards = new Boards();
  boards.hear(attachedReading());
  for (let reading = 0; reading < 6; reading++) {
    const seconds = reading * 5;
    boards.hear(usageReading(seconds, 2 ** 20 * (80 + reading)));
    const counts: Record<string, number> = {
      Session: 20_000 + 250 * reading,
      string: 37_027 + (reading % 2) * 40,
      Date: 20_000 + 250 * reading,
      'elements of Array': 1_208 - reading,
      セッション保管庫: 12,
      'bad\u001b[2Jname\nof two lines': 3,
    };
    if (reading > 3) counts['Retry 🎉'] = 2 * reading;
    boards.hear(partitionReading(seconds, counts));
  }
  boards.hear({ is: 'pace', target: 'api', pace: { probe: 'types', everyMs: 5_000, shareRatio: 0.0094 } });
  return boards;
}

function picture(boards: Boards, size: Size, view: Partial<View> = {}, over: Partial<Picture> = {}): Picture {
  return {
    view: { ...FIRST_VIEW, ...view },
    boards: boards.list,
    size,
    nowMs: Date.parse(at(27)),
    maxShareRatio: 0.02,
    unicode: true,
    ...over,
  };
}

test('golden pictures', async (t) => {
  const boards = leaking();
  const shown = (size: Size, view?: Partial<View>, over?: Partial<Picture>) =>
    drawn(frame(picture(boards, size, view, over)), size.columns);

  await t.test('of a usual terminal', () => {
    assertGolden(shown({ columns: 100, rows: 14 }), 'tail/usual.txt');
  });

  await t.test('of a program with workers that are not followed', () => {
    const main = leaking();
    main.hear({ is: 'unshown', target: 'api', workers: 3 });
    const [title] = shown({ columns: 100, rows: 8 }, {}, { boards: main.list }).split('\n');
    assert.match(title!, /^\|api {2}Node v20\.20\.2 {2}pid 4711 {2}3 workers are not shown: --isolate all +\|$/);
    main.hear({ is: 'unshown', target: 'api', workers: 0 });
    assert.doesNotMatch(shown({ columns: 100, rows: 8 }, {}, { boards: main.list }), /not shown/);
  });

  await t.test('of a narrow one, a filter being typed', () => {
    assertGolden(shown({ columns: 40, rows: 10 }, { typing: 'Sess' }), 'tail/narrow.txt');
  });

  await t.test('sorted by size, filtered, ASCII alone', () => {
    const view: Partial<View> = { sort: 'size', reversed: true, filter: '*s*', message: 'no snapshot taken' };
    assertGolden(shown({ columns: 80, rows: 10 }, view, { unicode: false }), 'tail/ascii.txt');
  });

  await t.test('help, and a question', () => {
    const question = {
      about: 'take',
      target: 'api',
      probe: 'snapshot',
      text: 'snapshot of api: about 8.1 s of pause. Take it?',
    } as const;
    assertGolden(shown({ columns: 100, rows: 24 }, { help: true, question }), 'tail/help.txt');
  });

  await t.test('several targets: their sum, one of them gone, nothing read of another', () => {
    const several = leaking();
    several.hear(attachedReading('worker'));
    several.hear(usageReading(28, 2 ** 20, 'worker'));
    several.hear(partitionReading(28, { Session: 5 }, { target: 'worker' }));
    several.hear({ is: 'probing', target: 'worker', probe: 'census' });
    several.hear({ is: 'state', target: 'old', state: { state: 'gone', reason: 'the process has ended' } });
    const pictures = [0, 1, 2, 3].map((tab) => drawn(frame(picture(several, { columns: 80, rows: 9 }, { tab })), 80));
    assertGolden(pictures.join('\n\n'), 'tail/several.txt');
  });

  await t.test('before anything is known, and a price that nobody agreed to', () => {
    const empty = new Boards();
    const nothing = drawn(frame(picture(empty, { columns: 60, rows: 3 })), 60);
    empty.hear(attachedReading());
    empty.hear(usageReading(0, 2 ** 32 * 0.95));
    empty.hear({ is: 'note', target: 'api', text: 'types would cost 26 s of pause: over the limit of 2 s' });
    assertGolden(`${nothing}\n\n${drawn(frame(picture(empty, { columns: 80, rows: 6 })), 80)}`, 'tail/little.txt');
  });
});

test('whatever the size, a picture fits it', () => {
  const boards = leaking();
  const size = fc.record({ columns: fc.integer({ min: 1, max: 150 }), rows: fc.integer({ min: 1, max: 30 }) });
  const view = fc.record({
    help: fc.boolean(),
    top: fc.nat(12),
    message: fc.option(fc.string({ unit: 'grapheme' }), { nil: undefined }),
    filter: fc.option(fc.string(), { nil: undefined }),
  });
  fc.assert(
    fc.property(size, view, (size, view) => {
      const lines = frame(picture(boards, size, view));
      assert.equal(lines.length, size.rows);
      for (const line of lines) assert.ok(lineWidth(line) <= size.columns, JSON.stringify(line));
    }),
  );
});

test('texts are cut between characters, by the columns that they take', () => {
  assert.equal(cut('セッション', 10), 'セッション');
  assert.equal(cut('セッション', 9), 'セッショ…');
  assert.equal(cut('セッション', 8), 'セッシ…');
  assert.equal(cut('👩‍👩‍👧 family', 3), '👩‍👩‍👧…');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(12), (text, width) => {
      assert.ok(widthOf(cut(text, width)) <= width);
    }),
  );
});

test('colours and what takes their place', () => {
  const line = [
    { text: 'a', tone: 'plain' },
    { text: 'b', tone: 'grows' },
    { text: 'c', tone: 'alarm' },
  ] as const;
  assert.equal(paint(line, true), 'a\x1b[33mb\x1b[m\x1b[1;31mc\x1b[m');
  assert.equal(paint(line, false), 'ab\x1b[1mc\x1b[m');
  assert.deepEqual(
    [wantsColour({}), wantsColour({ NO_COLOR: '' }), wantsColour({ NO_COLOR: '1' })],
    [true, true, false],
  );
  assert.deepEqual(
    [hasUnicode({ LANG: 'en_US.UTF-8' }), hasUnicode({ LANG: 'C' }), hasUnicode({ LANG: 'C.UTF-8', LC_ALL: 'C' })],
    [true, false, false],
  );
});

test('shared array buffers, which are not among what is external, are told where there are any', () => {
  const boards = leaking();
  const { usage } = usageReading(30, 2 ** 20 * 90) as { usage: Usage };
  const header = () => drawn(frame(picture(boards, { columns: 100, rows: 20 })), 100);
  assert.doesNotMatch(header(), /shared buffers/);
  boards.hear({ is: 'usage', usage: { ...usage, arrayBuffersBytes: 101 * 2 ** 20 } });
  assert.match(header(), /external 1\.0 MB {2}shared buffers 100 MB/);
});

test('what stands out in its memory is told behind RSS, of the process and of no board of a worker', () => {
  const boards = leaking();
  const { type: _type, ...memory } = memoryEvent('api', {
    verdict: { cause: 'buffers', sizeBytes: 112 * 2 ** 20, text: 'Buffers that are held have 112 MB', next: '' },
  });
  boards.hear({ is: 'memory', memory: { ...memory, target: 'nobody' } });
  assert.equal(boards.list.length, leaking().list.length);
  boards.hear({ is: 'memory', memory });
  const header = drawn(frame(picture(boards, { columns: 100, rows: 20 })), 100);
  assert.match(header, /RSS \d+ MB {2}mostly Buffers held 112 MB {2}external/);
});
