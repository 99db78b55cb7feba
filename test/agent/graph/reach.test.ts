import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bitsOf, membersOf } from '../../../agent/graph/bits.ts';
import { distances, NO_DISTANCE, SYSTEM_DISTANCE } from '../../../agent/graph/distance.ts';
import { graphOf } from '../../../agent/graph/graph.ts';
import { alive, reach } from '../../../agent/graph/reach.ts';
import { columnsOf } from '../../support/columns.ts';
import { columnsOfDrawn, drawn, naiveReach } from '../../support/drawn-graph.ts';
import { graph } from '../../support/snapshot-text.ts';

const ascending = (nodes: Iterable<number>): number[] => [...nodes].sort((a, b) => a - b);

describe('reach', () => {
  it('finds what a fixpoint over edges and weak map entries finds', () => {
    fc.assert(
      fc.property(drawn({ pairs: true }), fc.array(fc.nat(13), { maxLength: 3 }), (graph, wanted) => {
        const removed = wanted.filter((node) => node < graph.nodeCount);
        const reached = reach(graphOf(columnsOfDrawn(graph)), [0], { without: bitsOf(removed, graph.nodeCount) });
        assert.deepEqual([...membersOf(reached)], ascending(naiveReach(graph, [0], removed)));
      }),
      { numRuns: 500 },
    );
  });

  it('goes on from what is alive already as if it had walked there', () => {
    fc.assert(
      fc.property(drawn({ pairs: true }), fc.nat(13), fc.nat(13), (graph, first, second) => {
        const heap = graphOf(columnsOfDrawn(graph));
        const [a, b] = [first % graph.nodeCount, second % graph.nodeCount];
        const beside = reach(heap, [a]);
        const both = new Set([...membersOf(beside), ...membersOf(reach(heap, [b], { beside }))]);
        assert.deepEqual(ascending(both), ascending(naiveReach(graph, [a, b])));
      }),
      { numRuns: 500 },
    );
  });

  it('reaches but does not pass the nodes it is to stop at', () => {
    const heap = graphOf(
      columnsOf(4, [
        { from: 0, to: 1 },
        { from: 1, to: 2 },
        { from: 0, to: 3 },
      ]),
    );
    assert.deepEqual([...membersOf(reach(heap, [0], { upTo: bitsOf([1], 4) }))], [0, 1, 3]);
  });

  it('keeps a weak map value only with both its key and its map', () => {
    const pairs = [{ key: 1, table: 2, value: 3 }];
    const [key, table] = [
      { from: 0, to: 1 },
      { from: 0, to: 2 },
    ];
    const living = (edges: { from: number; to: number }[]): number[] => [
      ...membersOf(alive(graphOf(columnsOf(4, edges, pairs)))),
    ];
    assert.deepEqual(living([key, table]), [0, 1, 2, 3]);
    assert.deepEqual(living([key]), [0, 1]);
    assert.deepEqual(living([table]), [0, 2]);
  });
});

describe('distances', () => {
  it('counts from the global objects, then from the root of all', () => {
    const heap = graphOf(
      columnsOf(6, [
        { from: 0, to: 1, type: 'shortcut' },
        { from: 1, to: 2 },
        { from: 0, to: 1, type: 'element' },
        { from: 2, to: 1 },
        { from: 3, to: 4 },
        { from: 1, to: 5, type: 'weak' },
      ]),
    );
    assert.deepEqual([...distances(heap)], [SYSTEM_DISTANCE, 1, 2, NO_DISTANCE, NO_DISTANCE, NO_DISTANCE]);
  });

  it('puts a weak map value behind the farther of key and map', () => {
    const edges = [
      { from: 0, to: 1 },
      { from: 1, to: 2 },
      { from: 2, to: 3 },
    ];
    for (const pair of [
      { key: 1, table: 3, value: 4 },
      { key: 3, table: 1, value: 4 },
    ]) {
      assert.equal(distances(graphOf(columnsOf(5, edges, [pair])))[4], 4);
    }
  });

  it("does not follow a realm's sloppy_function_map", () => {
    const spec = "1:hidden:'system / NativeContext' 0>1:shortcut:1 1>2:internal:sloppy_function_map 1>3 3>2";
    assert.deepEqual([...distances(graphOf(graph(spec)))], [SYSTEM_DISTANCE, 1, 3, 2]);
    assert.deepEqual([...distances(graphOf(graph(spec.replace('hidden', 'object'))))], [SYSTEM_DISTANCE, 1, 2, 2]);
  });

  it('reaches just what is alive', () => {
    fc.assert(
      fc.property(drawn({ pairs: true }), (small) => {
        const found = distances(graphOf(columnsOfDrawn(small)));
        const near = [...found.keys()].filter((node) => found[node] !== NO_DISTANCE);
        assert.deepEqual(near, ascending(naiveReach(small, [0])));
      }),
    );
  });
});
