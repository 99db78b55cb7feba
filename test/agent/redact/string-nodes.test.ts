/** String nodes, packed: what goes in comes out, in order, over any differences. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StringNodes } from '../../../agent/redact/string-nodes.ts';

const index = fc.integer({ min: 0, max: 2 ** 32 - 1 });

test('pairs come out as they went in', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(index, index), { maxLength: 200 }), (given) => {
      const nodes = [...new Set(given.map(([node]) => node))].toSorted((a, b) => a - b);
      const pairs = nodes.map((node, at) => [node, given[at]![1]]);
      const strings = new StringNodes();
      for (const [node, name] of pairs) strings.push(node!, name!);
      const seen: number[][] = [];
      strings.each((node, name) => seen.push([node, name]));
      assert.deepEqual(seen, pairs);
    }),
  );
});

test('many go over several blocks', () => {
  const strings = new StringNodes();
  for (let node = 0; node < 100_000; node++) strings.push(node, (node * 7_919) % 4_096);
  let next = 0;
  strings.each((node, name) => {
    assert.ok(node === next && name === (next * 7_919) % 4_096);
    next++;
  });
  assert.equal(next, 100_000);
});
