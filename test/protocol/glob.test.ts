import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesGlob } from '../../protocol/glob.ts';

test('stars and question marks stand for characters, everything else for itself', () => {
  for (const [glob, name] of [
    ['*', ''],
    ['*', 'api'],
    ['api*', 'api'],
    ['api*', 'api-2'],
    ['*-2', 'api-2-2'],
    ['a?i', 'api'],
    ['a*b*c', 'a-b-b-c'],
    ['eu/*', 'eu/api/1'],
    ['[x]', '[x]'],
  ] as const) {
    assert.equal(matchesGlob(glob, name), true, `${glob} ${name}`);
  }
  for (const [glob, name] of [
    ['', 'api'],
    ['api', 'api-2'],
    ['api', 'ap'],
    ['?', ''],
    ['a*b', 'a-b-c'],
    ['[x]', 'x'],
    ['api.', 'apix'],
  ] as const) {
    assert.equal(matchesGlob(glob, name), false, `${glob} ${name}`);
  }
});

test('a glob matches what its regular expression matches', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
  fc.assert(
    fc.property(text, fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 }), (glob, name) => {
      const expression = new RegExp(`^${glob.replaceAll('*', '.*').replaceAll('?', '.')}$`);
      assert.equal(matchesGlob(glob, name), expression.test(name));
    }),
    { numRuns: 2_000 },
  );
});

test('a hostile glob takes no longer than its length times the name', () => {
  assert.equal(matchesGlob('*a'.repeat(128), `${'a'.repeat(255)}b`), false);
});
