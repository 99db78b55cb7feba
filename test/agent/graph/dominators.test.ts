import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type Dominators, dominators, retainedSizes } from '../../../agent/graph/dominators.ts';
import { graphOf } from '../../../agent/graph/graph.ts';
import { Heap } from '../../../agent/graph/heap.ts';
import { LARGE_SIZE, selfSizeOf } from '../../../agent/parse/columns.ts';
import { columnsFrom, columnsOf } from '../../support/columns.ts';
import { columnsOfDrawn, type Drawn, drawn, naiveReach } from '../../support/drawn-graph.ts';

/** Each node's dominators as the tree has them, itself included. */
function chain({ dominator }: Dominators, node: number): Set<number> {
  const nodes = new Set<number>();
  for (let at = node; !nodes.has(at); at = dominator[at]) nodes.add(at);
  return nodes;
}

/** The graph the tree is of: shortcuts are the root's alone, and what is not reached hangs from the root. */
function essential(graph: Drawn): Drawn {
  const edges = graph.edges.filter(({ from, type }) => type !== 'weak' && (type !== 'shortcut' || from === 0));
  const whole = {
    ...graph,
    edges: [...edges, ...graph.pairs.map(({ key, value }) => ({ from: key, to: value }))],
    pairs: [],
  };
  const orphans = [...Array(graph.nodeCount).keys()].filter((node) => !naiveReach(whole, [0]).has(node));
  const unheld = orphans.filter((node) => !whole.edges.some(({ from, to }) => to === node && from !== node));
  const below = naiveReach(whole, [0, ...unheld]);
  const adopted = [...unheld, ...orphans.filter((node) => !below.has(node))];
  return { ...whole, edges: [...whole.edges, ...adopted.map((to) => ({ from: 0, to }))] };
}

describe('dominators', () => {
  it('are the nodes without which a node is not reached', () => {
    fc.assert(
      fc.property(drawn({ pairs: true }), (graph) => {
        const found = dominators(graphOf(columnsOfDrawn(graph)), 'whole');
        const naive = essential(graph);
        for (let node = 0; node < graph.nodeCount; node++) {
          const expected = [...Array(graph.nodeCount).keys()].filter(
            (other) => other === node || !naiveReach(naive, [0], [other]).has(node),
          );
          assert.deepEqual(
            [...chain(found, node)].sort((a, b) => a - b),
            expected,
            `of ${node}`,
          );
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('in the view of the program, do so when edges into it from elsewhere are left out', () => {
    fc.assert(
      fc.property(drawn(), fc.uniqueArray(fc.integer({ min: 1, max: 13 })), (graph, made) => {
        const columns = columnsOfDrawn(graph);
        const synthetic = columns.nodeTypes.indexOf('synthetic');
        for (const node of made) if (node < graph.nodeCount) columns.nodeType[node] = synthetic;
        // nothing leads to V8's root
        const plain = graph.edges.filter(({ type, to }) => to !== 0 && type !== 'weak' && type !== 'shortcut');
        const roots = graph.edges
          .filter(({ from, to, type }) => from === 0 && type !== 'weak' && columns.nodeType[to] !== synthetic)
          .map(({ to }) => to);
        const program = naiveReach({ ...graph, edges: plain }, roots);
        const edges = graph.edges.filter(({ from, to }) => from === 0 || program.has(from) || !program.has(to));
        assert.deepEqual(
          dominators(graphOf(columns), 'program').dominator,
          dominators(graphOf(columnsOfDrawn({ ...graph, edges })), 'whole').dominator,
        );
      }),
      { numRuns: 500 },
    );
  });

  it('never claim a weak map value that something else keeps alive', () => {
    fc.assert(
      fc.property(drawn({ pairs: true }), (graph) => {
        const found = dominators(graphOf(columnsOfDrawn(graph)), 'whole');
        const held = { ...graph, edges: graph.edges.filter(({ type, from }) => type !== 'shortcut' || from === 0) };
        for (const node of naiveReach(held, [0])) {
          for (const other of chain(found, node)) assert.ok(!naiveReach(held, [0], [other]).has(node));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('put every node after its dominator', () => {
    fc.assert(
      fc.property(drawn(), (graph) => {
        const { dominator, order } = dominators(graphOf(columnsOfDrawn(graph)));
        const place = new Map([...order].map((node, i) => [node, i]));
        assert.equal(place.size, graph.nodeCount);
        for (const node of order.subarray(1)) assert.ok(place.get(dominator[node])! < place.get(node)!);
      }),
    );
  });

  it('retain the sizes of what would die with them', () => {
    fc.assert(
      fc.property(drawn(), (graph) => {
        const columns = columnsOfDrawn(graph);
        const retained = retainedSizes(columns, dominators(graphOf(columns), 'whole'));
        const naive = essential(graph);
        for (let node = 0; node < graph.nodeCount; node++) {
          const left = naiveReach(naive, [0], [node]);
          const freed = [...Array(graph.nodeCount).keys()].filter((other) => !left.has(other));
          assert.equal(
            retained[node],
            freed.reduce((sum, other) => sum + selfSizeOf(columns, other), 0),
            `of ${node}`,
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  it('retain the same where they are worked out in the memory of the columns', () => {
    fc.assert(
      fc.property(drawn({ pairs: true }), (graph) => {
        const lent = Heap.forSizes(columnsOfDrawn(graph));
        assert.deepEqual(lent.retained, new Heap(columnsOfDrawn(graph)).retained);
        assert.deepEqual(lent.dominators, dominators(graphOf(columnsOfDrawn(graph))));
      }),
      { numRuns: 500 },
    );
  });

  it('count sizes of 4 GB and more', () => {
    const columns = columnsOf(2, [{ from: 0, to: 1 }]);
    columns.selfSize[1] = LARGE_SIZE;
    const large = { ...columns, largeSizes: new Map([[1, 2 ** 40]]) };
    assert.deepEqual([...retainedSizes(large, dominators(graphOf(large)))], [1 + 2 ** 40, 2 ** 40]);
  });

  it('follow a list of ten million nodes to its end', () => {
    const length = 10_000_000;
    // 0 > 1 > 2 > ... and from each node back to the first
    const firstEdge = new Uint32Array(length + 1).map((_, node) => (node === length ? 2 * length - 1 : 2 * node));
    const edgeTarget = new Uint32Array(2 * length - 1).map((_, edge) => ((edge & 1 ? 1 : (edge >> 1) + 1) << 3) | 2);
    edgeTarget[2 * length - 2] = (1 << 3) | 2;
    const columns = columnsFrom(firstEdge, edgeTarget);
    const found = dominators(graphOf(columns));
    assert.ok(found.dominator.every((dominator, node) => dominator === Math.max(0, node - 1)));
    const retained = retainedSizes(columns, found);
    assert.equal(retained[length - 1], columns.selfSize[length - 1]);
    assert.equal(retained[length - 2], columns.selfSize[length - 2] + columns.selfSize[length - 1]);
  });

  it('in the view of the program, belong to it what V8 holds too', () => {
    // 0 is the root, 1 a global object, 2 the one that holds 3 in the program, 4 a handle that holds 3 as well
    const columns = columnsOf(5, [
      { from: 0, to: 1, type: 'shortcut' },
      { from: 0, to: 4, type: 'element' },
      { from: 1, to: 2 },
      { from: 2, to: 3 },
      { from: 4, to: 3, type: 'internal' },
    ]);
    const synthetic = columns.nodeTypes.indexOf('synthetic');
    columns.nodeType[4] = synthetic;
    assert.deepEqual([...dominators(graphOf(columns), 'whole').dominator], [0, 0, 1, 0, 0]);
    assert.deepEqual([...dominators(graphOf(columns), 'program').dominator], [0, 0, 1, 2, 0]);
  });
});
