/** The screen on a terminal that is a pair of streams: what is written, and what is given back. */
import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { test } from 'node:test';
import { Screen } from '../../../collector/tail/screen.ts';
import { type StyledLine, span } from '../../../collector/tail/spans.ts';

class FakeOutput extends Writable {
  columns = 20;
  rows = 3;
  readonly writes: string[] = [];
  /** Called when the terminal has taken the last write. */
  taken: (() => void) | undefined;
  slow = false;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.writes.push(String(chunk));
    if (this.slow) this.taken = done;
    else done();
  }
}

class FakeInput extends PassThrough {
  readonly modes: boolean[] = [];
  setRawMode(raw: boolean): void {
    this.modes.push(raw);
  }
}

function fakeTerminal() {
  const input = new FakeInput();
  const output = new FakeOutput({ highWaterMark: 16 });
  const keys: string[] = [];
  let stale = 0;
  const screen = new Screen({
    input,
    output,
    colour: false,
    onKey: (key) => keys.push(key),
    onStale: () => {
      stale++;
    },
  });
  return { input, output, keys, screen, stale: () => stale };
}

function lines(...texts: string[]): StyledLine[] {
  return texts.map((text) => [span(text)]);
}

const FULL = 'x'.repeat(20);

test('only lines that changed are written, in one write a picture', async () => {
  const { output, screen } = fakeTerminal();
  await screen.enter();
  output.writes.length = 0;
  screen.draw(lines('one', 'two', FULL));
  assert.deepEqual(output.writes, [`\x1b[?2026h\x1b[1;1Hone\x1b[K\x1b[2;1Htwo\x1b[K\x1b[3;1H${FULL}\x1b[?2026l`]);
  screen.draw(lines('one', 'TWO', FULL));
  screen.draw(lines('one', 'TWO', FULL));
  assert.deepEqual(output.writes.slice(1), ['\x1b[?2026h\x1b[2;1HTWO\x1b[K\x1b[?2026l']);
  await screen.leave();
});

test('another size draws anew', async () => {
  const { output, screen, stale } = fakeTerminal();
  await screen.enter();
  screen.draw(lines('one', 'two', 'three'));
  const before = stale();
  output.columns = 10;
  output.emit('resize');
  assert.equal(stale(), before + 1);
  assert.deepEqual(screen.size, { columns: 10, rows: 3 });
  screen.draw(lines('one', 'two', 'three'));
  assert.match(output.writes.at(-1)!, /one.*two.*three/s);
  await screen.leave();
});

test('a terminal that is too slow misses pictures, and is sent the newest', async () => {
  const { output, screen, stale } = fakeTerminal();
  await screen.enter();
  output.slow = true;
  screen.draw(lines('one', 'two', 'three'));
  const written = output.writes.length;
  screen.draw(lines('four', 'five', 'six'));
  assert.equal(output.writes.length, written);
  const before = stale();
  output.slow = false;
  output.taken?.();
  await new Promise(setImmediate);
  assert.equal(stale(), before + 1);
  screen.draw(lines('seven', 'two', 'three'));
  assert.equal(output.writes.at(-1), '\x1b[?2026h\x1b[1;1Hseven\x1b[K\x1b[?2026l');
  await screen.leave();
});

test('the terminal is given back once, whichever way it ends', async () => {
  const { input, output, screen } = fakeTerminal();
  await screen.enter();
  assert.ok(output.writes[0]!.startsWith('\x1b[?1049h\x1b[?25l'));
  await screen.leave();
  await screen.leave();
  const left = output.writes.filter((text) => text.includes('\x1b[?1049l'));
  assert.deepEqual(left, ['\x1b[?2026l\x1b[m\x1b[?7h\x1b[?25h\x1b[?1049l']);
  assert.deepEqual(input.modes, [true, false]);
  assert.equal(process.listeners('exit').length, 0);
  screen.draw(lines('late'));
  assert.equal(output.writes.at(-1), left[0]);
});

test('keys come by name', async () => {
  const { input, keys, screen } = fakeTerminal();
  await screen.enter();
  for (const text of [
    'q',
    'é',
    '/',
    ' ',
    '\r',
    '\x7f',
    '\x1b[A',
    '\x1b[6~',
    '\t',
    '\x1b[Z',
    '\x03',
    '\x0c',
    '\x1b[99~',
  ]) {
    input.write(text);
    await new Promise(setImmediate);
  }
  assert.deepEqual(keys, [
    'q',
    'é',
    '/',
    ' ',
    'enter',
    'backspace',
    'up',
    'pagedown',
    'tab',
    'backtab',
    'ctrl-c',
    'ctrl-l',
  ]);
  await screen.leave();
});
