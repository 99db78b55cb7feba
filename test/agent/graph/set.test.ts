import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { addBit, bitsOf, countBits, emptyBits, hasBit, membersOf, removeBit } from '../../../agent/graph/bits.ts';
import {
  difference,
  equals,
  includes,
  intersection,
  isDisjointFrom,
  isSubsetOf,
  type NodeSet,
  nodeSet,
  sizeOf,
  symmetricDifference,
  union,
} from '../../../agent/graph/set.ts';
import { LARGE_SIZE } from '../../../agent/parse/columns.ts';
import { columnsOf } from '../../support/columns.ts';

/** Sets of few and of many members, so that lopsided pairs occur. */
const members = fc.oneof(fc.uniqueArray(fc.nat(60), { maxLength: 4 }), fc.uniqueArray(fc.nat(400), { maxLength: 200 }));
const set: fc.Arbitrary<NodeSet> = members.map(nodeSet);

const same = (a: NodeSet, b: NodeSet): void => assert.deepEqual([...a], [...b]);

describe('node sets', () => {
  it('are what sets of numbers are', () => {
    fc.assert(
      fc.property(members, members, (a, b) => {
        const [A, B, x, y] = [new Set(a), new Set(b), nodeSet(a), nodeSet(b)];
        same(union(x, y), nodeSet([...a, ...b]));
        same(intersection(x, y), nodeSet(a.filter((node) => B.has(node))));
        same(difference(x, y), nodeSet(a.filter((node) => !B.has(node))));
        same(symmetricDifference(x, y), nodeSet([...a.filter((n) => !B.has(n)), ...b.filter((n) => !A.has(n))]));
        assert.equal(
          isSubsetOf(x, y),
          a.every((node) => B.has(node)),
        );
        assert.equal(
          isDisjointFrom(x, y),
          a.every((node) => !B.has(node)),
        );
        assert.equal(equals(x, y), A.size === B.size && a.every((node) => B.has(node)));
        for (const node of [...a, ...b]) assert.equal(includes(x, node), A.has(node));
      }),
      { numRuns: 500 },
    );
  });

  it('obey the laws of sets', () => {
    fc.assert(
      fc.property(set, set, set, (a, b, c) => {
        // absorption, associativity, commutativity, distribution, idempotence
        same(union(a, intersection(a, b)), a);
        same(intersection(a, union(a, b)), a);
        same(union(union(a, b), c), union(a, union(b, c)));
        same(intersection(intersection(a, b), c), intersection(a, intersection(b, c)));
        same(union(a, b), union(b, a));
        same(intersection(a, b), intersection(b, a));
        same(symmetricDifference(a, b), symmetricDifference(b, a));
        same(intersection(a, union(b, c)), union(intersection(a, b), intersection(a, c)));
        same(union(a, intersection(b, c)), intersection(union(a, b), union(a, c)));
        same(union(a, a), a);
        same(intersection(a, a), a);
        // De Morgan, in the whole of all three
        const whole = union(union(a, b), c);
        const not = (x: NodeSet): NodeSet => difference(whole, x);
        same(not(union(a, b)), intersection(not(a), not(b)));
        same(not(intersection(a, b)), union(not(a), not(b)));
        // inclusion
        assert.equal(isSubsetOf(a, b), equals(union(a, b), b));
        assert.equal(isDisjointFrom(a, b), intersection(a, b).length === 0);
        assert.equal(union(a, b).length, a.length + b.length - intersection(a, b).length);
        same(symmetricDifference(a, b), difference(union(a, b), intersection(a, b)));
      }),
      { numRuns: 300 },
    );
  });

  it('take their members in any order and more than once', () => {
    same(nodeSet([5, 1, 5, 3, 1]), Uint32Array.of(1, 3, 5));
    same(nodeSet([]), Uint32Array.of());
  });

  it('sum self sizes, those of 4 GB and more too', () => {
    const columns = columnsOf(3, []);
    columns.selfSize[2] = LARGE_SIZE;
    assert.equal(sizeOf({ ...columns, largeSizes: new Map([[2, 2 ** 33]]) }, nodeSet([1, 2])), 2 + 2 ** 33);
  });
});

describe('bits', () => {
  it('are what sets of numbers are', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(99)), fc.nat(99), (numbers, other) => {
        const bits = bitsOf(numbers, 100);
        assert.deepEqual([...membersOf(bits)], [...nodeSet(numbers)]);
        assert.equal(countBits(bits), numbers.length);
        assert.equal(hasBit(bits, other), numbers.includes(other));
        addBit(bits, other);
        assert.ok(hasBit(bits, other));
        removeBit(bits, other);
        assert.ok(!hasBit(bits, other));
      }),
    );
  });

  it('have room for as many as were asked for', () => {
    for (const count of [0, 1, 31, 32, 33, 64]) assert.equal(emptyBits(count).length, Math.ceil(count / 32));
  });
});
