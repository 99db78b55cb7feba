import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { graph } from '../../support/snapshot-text.ts';

describe('finding a string', () => {
  it('gives the first that is equal, however it is escaped', () => {
    const plain = fc.stringMatching(/^[a-z ]{1,3}$/);
    fc.assert(
      fc.property(
        fc.array(fc.oneof(plain, fc.stringMatching(/^[a-c"\\\n]{1,4}$/)), { maxLength: 20 }),
        plain,
        (names, other) => {
          const spec = names.filter((name) => !name.includes("'")).map((name, i) => `${i + 1}:object:'${name}'`);
          const { strings } = graph(['0:synthetic', ...spec].join(' '));
          const texts = Array.from({ length: strings.count }, (_, i) => strings.get(i));
          for (const text of [...texts.filter((found) => !/["\\\n]/.test(found)), other]) {
            assert.equal(strings.find(text), texts.indexOf(text));
          }
        },
      ),
    );
  });
});
