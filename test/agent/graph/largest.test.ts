import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { largest } from '../../../agent/graph/largest.ts';

test('the largest of some nodes are those that sorting would put first', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), fc.integer({ min: 1, max: 10 }), (weights, limit) => {
      const nodes = weights.map((_, node) => node);
      const sorted = nodes.toSorted((a, b) => weights[b]! - weights[a]! || a - b).slice(0, limit);
      assert.deepEqual(
        largest(nodes, limit, (node) => weights[node]!),
        sorted,
      );
    }),
  );
});
