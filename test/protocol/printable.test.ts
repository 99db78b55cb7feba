import assert from 'node:assert/strict';
import { test } from 'node:test';
import { oneLine, printable, terminalText } from '../../protocol/printable.ts';

const HOSTILE = [
  '\x1b]0;title\x07',
  '\x1b[31m',
  '\u009b5A',
  '\u202e',
  '\u2066',
  '\u200f',
  '\x7f',
  '\r',
  '\b',
  '\u2028',
  '\ufeff',
];
const STEERS = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029\u206a-\u206f\ufeff]/u;

test('nothing that steers a terminal is left of a text', () => {
  for (const hostile of HOSTILE) {
    const text = `a${hostile}b\n\tc`;
    for (const safe of [printable(text), oneLine(text), terminalText(text)]) {
      assert.ok(!STEERS.test(safe), JSON.stringify(safe));
      assert.ok(safe.startsWith('a') && safe.endsWith('c'));
    }
    assert.ok(printable(text).endsWith('b\n\tc'));
    assert.ok(oneLine(text).endsWith('b\\n\\tc'));
    assert.ok(terminalText(text).endsWith('b\n\tc'));
  }
});

test('JSON stays what it was', () => {
  const value = { [HOSTILE.join('')]: HOSTILE, plain: 'Größe 😀 日本\u200d' };
  const text = terminalText(`${JSON.stringify(value)}\n${JSON.stringify(value, null, 2)}`);
  assert.ok(!STEERS.test(text));
  const [first = ''] = text.split('\n', 1);
  assert.deepEqual(JSON.parse(first), value);
  assert.deepEqual(JSON.parse(text.slice(first.length)), value);
  assert.equal(terminalText(JSON.stringify(value.plain)), JSON.stringify(value.plain));
});

test('an overlong text is cut, a terminal gets all', () => {
  const long = 'x'.repeat(5_000);
  assert.equal(printable(long), `${'x'.repeat(2_000)}…`);
  assert.equal(oneLine(long, 10), `${'x'.repeat(10)}…`);
  assert.equal(terminalText(long), long);
});
