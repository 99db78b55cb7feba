import assert from 'node:assert/strict';
import { test } from 'node:test';
import { framed } from '../../../agent/redact/frames.ts';

const parts = (text: string) =>
  framed(text)
    ?.map(({ text: part, hidden }) => (hidden ? `[${part}]` : part))
    .join('');

test('of the label of a weak pair stay the ids, and names that are classes', () => {
  assert.equal(
    parts('12 / part of key (Session @301) -> value (the secret @305) pair in WeakMap (table @299)'),
    '12 / part of key (Session @301) -> value ([the secret] @305) pair in WeakMap (table @299)',
  );
  assert.equal(parts('3 / part of key (a secret that V8 has cut'), '3 / part of key ([a secret that V8 has cut]');
});

test('of an element stays its tag', () => {
  assert.equal(parts('<input value="a secret">'), '<input[ value="a secret">]');
  assert.equal(parts('Detached <div class="x">'), 'Detached <div[ class="x">]');
});

test('any other name has no such parts', () => {
  for (const name of ['Session', '<symbol kState>', '(code for x)', '']) assert.equal(framed(name), null);
});
