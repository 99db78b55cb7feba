import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bitsOf, membersOf } from '../../../agent/graph/bits.ts';
import { copiesOf } from '../../../agent/graph/copies.ts';
import { dominators, retainedSizes } from '../../../agent/graph/dominators.ts';
import { dominos, dominosOfEach, domisize, imdom } from '../../../agent/graph/dominos.ts';
import { graphOf, rootedAt } from '../../../agent/graph/graph.ts';
import { alive } from '../../../agent/graph/reach.ts';
import { type Referrers, referentsOfSet, referrersOf, referrersOfSet } from '../../../agent/graph/referrers.ts';
import { type NodeSet, nodeSet, sizeOf } from '../../../agent/graph/set.ts';
import type { Columns } from '../../../agent/parse/columns.ts';
import { columnsOf, type Edge } from '../../support/columns.ts';
import { columnsOfDrawn, drawn, naiveReach } from '../../support/drawn-graph.ts';
import { lists } from '../../support/lists.ts';

const living = (columns: Columns): Referrers => referrersOf(graphOf(columns), alive(graphOf(columns)));
const some = fc.uniqueArray(fc.nat(13), { maxLength: 4 });
const ascending = (nodes: Iterable<number>): number[] => [...nodes].sort((a, b) => a - b);

describe('dominos', () => {
  it('are the set and what is not alive without it', () => {
    fc.assert(
      fc.property(drawn({ pairs: true }), some, (graph, wanted) => {
        const set = nodeSet(wanted.filter((node) => node < graph.nodeCount));
        const columns = columnsOfDrawn(graph);
        const left = naiveReach(graph, [0], set);
        const reachable = naiveReach(graph, [0, ...set]);
        const expected = ascending([...reachable].filter((node) => !left.has(node)));
        if ([...set].every((node) => naiveReach(graph, [0]).has(node))) {
          assert.deepEqual([...dominos(graphOf(columns), set)], expected);
          assert.equal(domisize(graphOf(columns), set), sizeOf(columns, nodeSet(expected)));
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('of one node are as large as what it retains', () => {
    fc.assert(
      fc.property(drawn(), fc.nat(13), (graph, wanted) => {
        // without shortcuts, which dominators do not follow
        const plain = { ...graph, edges: graph.edges.filter(({ type }) => type !== 'shortcut') };
        const node = wanted % graph.nodeCount;
        const columns = columnsOfDrawn(plain);
        const unreached = graph.nodeCount > naiveReach(plain, [0]).size;
        fc.pre(!unreached);
        assert.equal(
          domisize(graphOf(columns), nodeSet([node])),
          retainedSizes(columns, dominators(graphOf(columns), 'whole'))[node],
        );
      }),
      { numRuns: 500 },
    );
  });

  it('are those that heapy finds', () => {
    // x = 3, y = [x, []] = 2, z = [y] = 1; all three held by the root
    const held = graphOf(lists([1, 2, 3], [2], [3, 4], [], []));
    assert.deepEqual(dominos(held, nodeSet([2])), nodeSet([2, 4]));
    assert.equal(domisize(held, nodeSet([2])), sizeOf(held.columns, nodeSet([2, 4])));
    assert.deepEqual(dominos(held, nodeSet([1])), nodeSet([1]));
    // after del y, and x by z alone
    const alone = graphOf(lists([1], [2], [3, 4], [], []));
    assert.deepEqual(dominos(alone, nodeSet([1])), nodeSet([1, 2, 3, 4]));
  });

  it('of a set are more than those of its members', () => {
    // two lists with the same three sessions
    const graph = graphOf(lists([1, 2], [3, 4, 5], [3, 4, 5], [], [], []));
    assert.deepEqual(dominos(graph, nodeSet([1])), nodeSet([1]));
    assert.deepEqual(dominos(graph, nodeSet([1, 2])), nodeSet([1, 2, 3, 4, 5]));
    assert.deepEqual(dominosOfEach(graph, [nodeSet([1]), nodeSet([2])]), [nodeSet([1]), nodeSet([2])]);
  });

  it('of several sets are what only each holds within the group', () => {
    fc.assert(
      fc.property(drawn(), some, some, (graph, first, second) => {
        const sets = [first, second].map((nodes) => nodeSet(nodes.filter((node) => node < graph.nodeCount)));
        const group = [...sets[0], ...sets[1]];
        const beside = naiveReach(graph, [0], group);
        dominosOfEach(graphOf(columnsOfDrawn(graph)), sets).forEach((found, i) => {
          const others = naiveReach(graph, group, [...beside, ...sets[i]]);
          const own = [...naiveReach(graph, sets[i], beside)].filter((node) => !others.has(node));
          assert.deepEqual([...found], ascending(own));
        });
      }),
      { numRuns: 300 },
    );
  });

  it('fall with either the key or the map', () => {
    const columns = columnsOf(
      4,
      [
        { from: 0, to: 1 },
        { from: 0, to: 2 },
      ],
      [{ key: 1, table: 2, value: 3 }],
    );
    assert.deepEqual(dominos(graphOf(columns), nodeSet([1])), nodeSet([1, 3]));
    assert.deepEqual(dominos(graphOf(columns), nodeSet([2])), nodeSet([2, 3]));
  });
});

describe('imdom', () => {
  it('is the referrers that the root reaches past no other', () => {
    // z = [x, y], y = [x, []]
    const columns = lists([1], [2, 3], [], [2, 4], []);
    assert.deepEqual(imdom(graphOf(columns), living(columns), nodeSet([2])), nodeSet([1]));
    fc.assert(
      fc.property(drawn(), some, (graph, wanted) => {
        const set = nodeSet(wanted.filter((node) => node < graph.nodeCount));
        const columns = columnsOfDrawn(graph);
        const whole = naiveReach(graph, [0]);
        const holders = new Set(
          graph.edges
            .filter(({ from, to, type }) => type !== 'weak' && set.includes(to) && whole.has(from))
            .map(({ from }) => from),
        );
        const expected = [...holders].filter((node) =>
          naiveReach(
            graph,
            [0],
            [...holders].filter((other) => other !== node),
          ).has(node),
        );
        assert.deepEqual([...imdom(graphOf(columns), living(columns), set)], ascending(expected));
      }),
      { numRuns: 500 },
    );
  });
});

describe('referrers and referents', () => {
  it('of few nodes of a large heap are each there once', () => {
    // two edges from each node to the next one
    const columns = lists(...Array.from({ length: 5_000 }, (_, node) => (node < 4_999 ? [node + 1, node + 1] : [])));
    const set = nodeSet([4_000, 17, 18]);
    assert.deepEqual(referrersOfSet(living(columns), set), nodeSet([16, 17, 3_999]));
    assert.deepEqual(referentsOfSet(graphOf(columns), set), nodeSet([18, 19, 4_001]));
  });

  it('are one strong edge away, and alive', () => {
    fc.assert(
      fc.property(drawn({ pairs: true }), some, (graph, wanted) => {
        const set = nodeSet(wanted.filter((node) => node < graph.nodeCount));
        const columns = columnsOfDrawn(graph);
        const whole = naiveReach(graph, [0]);
        const edges: { from: number; to: number }[] = [
          ...graph.edges.filter(({ type }) => type !== 'weak'),
          ...graph.pairs.flatMap(({ key, table, value }) => [
            { from: key, to: value },
            { from: table, to: value },
          ]),
        ];
        const referrers = edges.filter(({ from, to }) => set.includes(to) && whole.has(from)).map(({ from }) => from);
        const referents = edges.filter(({ from }) => set.includes(from)).map(({ to }) => to);
        assert.deepEqual(referrersOfSet(living(columns), set), nodeSet(referrers));
        assert.deepEqual(referentsOfSet(graphOf(columns), set), nodeSet(referents));
      }),
      { numRuns: 500 },
    );
  });

  it('have an entry an edge, in order', () => {
    const { firstReferrer, referrer } = living(lists([1, 2, 1], [2], []));
    assert.deepEqual([...firstReferrer], [0, 0, 2, 4]);
    assert.deepEqual(
      [...referrer].map((packed) => packed >>> 3),
      [0, 0, 0, 1],
    );
  });

  it('under another root leave out what that does not reach', () => {
    const columns = lists([1, 2], [3], [3], []);
    const graph = rootedAt(graphOf(columns), 1);
    assert.deepEqual(referrersOfSet(referrersOf(graph, alive(graph)), nodeSet([3])), nodeSet([1]));
    assert.deepEqual(dominos(graph, nodeSet([1])), nodeSet([1, 3]));
  });
});

describe('copies', () => {
  const store = (name: string, ...values: Edge[]): NodeSet => {
    const columns = columnsOf(6, [
      { from: 0, to: 1 },
      { from: 1, to: 2, type: 'internal', name },
      { from: 2, to: 3, type: 'internal', name: '6' },
      { from: 2, to: 4, type: 'internal', name: '7' },
      ...values,
    ]);
    return nodeSet(membersOf(copiesOf(columns)));
  };

  it('are what a store has and its owner says by name', () => {
    const value: Edge = { from: 1, to: 3, type: 'property', name: 'user' };
    assert.deepEqual(store('properties', value), nodeSet([3]));
    assert.deepEqual(store('elements', { ...value, type: 'element', name: 0 }), nodeSet([3]));
    assert.deepEqual(store('bindings', { ...value, type: 'shortcut', name: 'bound_argument_0' }), nodeSet([3]));
    assert.deepEqual(store('table', value), nodeSet([]));
    assert.deepEqual(store('properties', { ...value, type: 'internal' }), nodeSet([]));
    assert.deepEqual(store('properties', { ...value, type: 'weak' }), nodeSet([]));
  });

  it('are none in a store that two share', () => {
    const value: Edge = { from: 1, to: 3, type: 'element', name: 0 };
    assert.deepEqual(store('elements', value, { from: 5, to: 2, type: 'internal', name: 'elements' }), nodeSet([]));
  });

  it('do not count as referrers, and keep alive all the same', () => {
    const columns = columnsOf(4, [
      { from: 0, to: 1 },
      { from: 1, to: 3, type: 'property', name: 'user' },
      { from: 1, to: 2, type: 'internal', name: 'properties' },
      { from: 2, to: 3, type: 'internal', name: '6' },
    ]);
    assert.deepEqual(referrersOfSet(living(columns), nodeSet([3])), nodeSet([1]));
    assert.deepEqual(bitsOf([0, 1, 2, 3], 4), alive(graphOf(columns)));
  });
});
