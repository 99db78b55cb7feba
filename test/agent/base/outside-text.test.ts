import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { outside } from '../../../agent/base/outside-schema.ts';
import { outsideText } from '../../../agent/base/outside-text.ts';

test('what fits is let in as it is', () => {
  for (const text of ['', 'Session', 'Größe 日本 😀', 'x'.repeat(20)]) assert.equal(outsideText(text, 20), text);
});

test('what is too long ends in a hash of all of it', () => {
  const [one, other] = ['a', 'b'].map((end) => outsideText('x'.repeat(1_000_000) + end, 20));
  assert.match(one!, /^x{10}…#[0-9a-f]{8}$/);
  assert.notEqual(one, other);
  assert.equal(one, outsideText(`${'x'.repeat(1_000_000)}a`, 20));
});

test('what would steer a terminal becomes an escape, and is as short', () => {
  assert.equal(outsideText('a\x1b[2J\n\u202eb', 40), 'a\\x1b[2J\\n\\u202eb');
  assert.match(outsideText('\x1b'.repeat(20), 20), /^(?:\\x1b)+.*…#[0-9a-f]{8}$/);
});

test('whatever comes is short, on one line and printable', () => {
  const steering = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.integer({ min: 16, max: 64 }), (text, max) => {
      const letIn = outside(max).parse(text);
      return letIn.length <= max && !steering.test(letIn);
    }),
  );
});
