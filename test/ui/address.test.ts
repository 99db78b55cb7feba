/** The address of a page: what is written is read back, and what is none leads to the overview. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { type Place, readAddress, writeAddress } from '../../collector/ui/address/address.ts';

const name = fc.string({ minLength: 1, unit: 'grapheme' });
const place: fc.Arbitrary<Place> = fc.oneof(
  fc.constantFrom<Place>({ page: 'overview' }, { page: 'compare' }, { page: 'alerts' }, { page: 'operations' }),
  fc.record({ page: fc.constant('target' as const), target: name }),
  fc.record({ page: fc.constant('kind' as const), target: name, kind: name }),
);

it('every place and choice is read back as it was written', () => {
  const query = fc.dictionary(name, name);
  fc.assert(
    fc.property(place, query, (place, query) => {
      assert.deepEqual(readAddress(writeAddress(place, query)), { ...place, query: { ...query } });
    }),
  );
});

it('choices that are not made are not written', () => {
  assert.equal(writeAddress({ page: 'alerts' }, { state: undefined, q: '', alert: 'f1' }), '#/alerts?alert=f1');
});

it('a slash or a question mark in a name stays in it', () => {
  assert.equal(writeAddress({ page: 'kind', target: 'a/b', kind: 'x?y' }), '#/targets/a%2Fb/kinds/x%3Fy');
});

for (const hash of ['', '#', '#/', '#/nowhere', '#/targets/', '#/targets/a/b', '#/targets/a/kinds/b/c']) {
  it(`"${hash}" is the overview`, () => {
    assert.deepEqual(readAddress(hash), { page: 'overview', query: {} });
  });
}

it('a percent sign that stands for nothing is taken as it is', () => {
  assert.deepEqual(readAddress('#/targets/100%'), { page: 'target', target: '100%', query: {} });
});
