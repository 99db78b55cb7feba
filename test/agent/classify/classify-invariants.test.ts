import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CLASSIFIERS } from '../../../agent/classify/classifiers.ts';
import { NOT_IN_SET } from '../../../agent/classify/naming/classifier.ts';
import { Heap } from '../../../agent/graph/heap.ts';
import { type Columns, EDGE_TYPE_BITS, selfSizeOf } from '../../../agent/parse/columns.ts';
import { bySizeThenKind, partition } from '../../../agent/partition/partition.ts';
import { kindsOf } from '../../support/kinds.ts';
import { EDGES, specs } from '../../support/random-specs.ts';
import { graph } from '../../support/snapshot-text.ts';

/** What the set of a heap is, told without a classifier. */
function wholeOf(columns: Columns): { count: number; sizeBytes: number } {
  let count = 0;
  let sizeBytes = 0;
  for (let node = 0; node < columns.nodeCount; node++) {
    if (columns.nodeTypes[columns.nodeType[node]!] === 'synthetic') continue;
    count++;
    sizeBytes += selfSizeOf(columns, node);
  }
  return { count, sizeBytes };
}

for (const classifier of CLASSIFIERS) {
  describe(`on any graph, by ${classifier.by}`, () => {
    it('every node but the synthetic ones is of one kind, and no two kinds read the same', () => {
      fc.assert(
        fc.property(specs, (spec) => {
          const columns = graph(spec);
          const { kindOf, kinds } = classifier.classify(new Heap(columns));
          assert.equal(kindOf.length, columns.nodeCount);
          assert.equal(new Set(kinds).size, kinds.length);
          kindOf.forEach((kind, node) => {
            const synthetic = columns.nodeTypes[columns.nodeType[node]!] === 'synthetic';
            assert.ok(synthetic ? kind === NOT_IN_SET : kind < kinds.length, `node ${node} is of kind ${kind}`);
          });
        }),
      );
    });

    it('the rows sum to the set and stand in order', () => {
      fc.assert(
        fc.property(specs, (spec) => {
          const columns = graph(spec);
          const { rows, count, sizeBytes } = partition(columns, classifier.classify(new Heap(columns)), classifier);
          assert.deepEqual({ count, sizeBytes }, wholeOf(columns));
          assert.equal(
            rows.reduce((sum, row) => sum + row.count, 0),
            count,
          );
          assert.equal(
            rows.reduce((sum, row) => sum + row.sizeBytes, 0),
            sizeBytes,
          );
          assert.ok(rows.every((row) => row.count > 0));
          assert.deepEqual(rows.toSorted(bySizeThenKind), rows);
        }),
      );
    });
  });
}

const STORE_TYPES = ['array', 'hidden', 'code', 'native', 'object shape'];

/** The kinds of the nodes that hold `node` as a store, one for each edge and owner, found by looking at every edge. */
function ownersOf(columns: Columns, node: number): Map<number, string> {
  const owners = new Map<number, string>();
  const typeOf = (at: number): string => columns.nodeTypes[columns.nodeType[at]!]!;
  for (let from = 0; from < columns.nodeCount; from++) {
    if (typeOf(from) === 'synthetic' || STORE_TYPES.includes(typeOf(from))) continue;
    for (let edge = columns.firstEdge[from]!; edge < columns.firstEdge[from + 1]!; edge++) {
      const target = columns.edgeTarget[edge]!;
      if (target >>> EDGE_TYPE_BITS !== node) continue;
      if (columns.edgeTypes[target & ((1 << EDGE_TYPE_BITS) - 1)] !== 'internal') continue;
      const name = columns.strings.get(columns.edgeName[edge]!);
      if (EDGES.indexOf(name) < 4 && !owners.has(from)) owners.set(from, name);
    }
  }
  return owners;
}

it('on any graph, by kind names each store by its owners as a search through all edges finds them', () => {
  fc.assert(
    fc.property(specs, (spec) => {
      const columns = graph(spec);
      const kinds = kindsOf('kind', columns);
      for (const [node, kind] of kinds.entries()) {
        const type = columns.nodeTypes[columns.nodeType[node]!]!;
        const owners = [...ownersOf(columns, node)];
        const [owner, edge] = owners[0] ?? [];
        if (!STORE_TYPES.includes(type) || owner === undefined)
          assert.doesNotMatch(kind, /^(properties|elements|table) of |shared/);
        else if (owners.length > 1) assert.equal(kind, type === 'native' ? 'data of ArrayBuffer' : 'array (shared)');
        else assert.equal(kind, edge === 'backing_store' ? 'data of ArrayBuffer' : `${edge} of ${kinds[owner]}`);
      }
    }),
  );
});
