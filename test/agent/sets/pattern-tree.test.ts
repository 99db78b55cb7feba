/** A reference pattern that opens node by node: drawn graphs, and the same rows as the pattern that is made at once. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type PatternTreeOptions, patternTree } from '../../../agent/sets/pattern-tree.ts';
import { heapOf, nodesOf } from '../../support/heap-view.ts';

const WHOLE: PatternTreeOptions = { path: [], depth: 3, limit: 100 };

/** The tree of the objects of those ordinals, a line a node: `0.1 Holder 2 end`. */
function linesOf(spec: string, nodes: readonly number[], options = WHOLE): string[] {
  const heap = heapOf(spec);
  return patternTree(heap.view, nodesOf(heap, ...nodes).nodes, options).map(
    ({ path, kind, count, more, end, same, omitted }) =>
      [
        path.join('.') || '_',
        kind,
        count,
        end ?? (more ? 'more' : 'leaf'),
        same && `= ${same.join('.') || '_'}`,
        omitted,
      ]
        .filter((word) => word !== undefined)
        .join(' '),
  );
}

describe('a reference pattern that opens node by node', () => {
  it('has the kinds that refer to a set, the largest first, each before its own', () => {
    const spec =
      '0>1 1>2 1>3 2>4 2>5 3>5 1:object:Global 2:object:Cache:64 3:object:List:16 4:object:Item 5:object:Item';
    assert.deepEqual(linesOf(spec, [4, 5]), [
      '_ Item 2 more',
      '0 Cache 1 more',
      '0.0 Global 1 stop',
      '1 List 1 more',
      '1.0 Global 1 stop',
    ]);
  });

  it('opens at a path, so many levels and so many children, and says how many kinds it has left out', () => {
    const spec = '0>1 1>2 1>3 1>4 2>5 3>5 4>5 1:object:App 2:object:A:30 3:object:B:20 4:object:C:10 5:object:Item';
    assert.deepEqual(linesOf(spec, [5], { path: [], depth: 1, limit: 2 }), [
      '_ Item 1 more 1',
      '0 A 1 more',
      '1 B 1 more',
    ]);
    assert.deepEqual(linesOf(spec, [5], { path: [2], depth: 1, limit: 2 }), ['2 C 1 more', '2.0 App 1 stop']);
    assert.throws(() => linesOf(spec, [5], { path: [3], depth: 1, limit: 2 }), { name: 'RangeError' });
  });

  it('does not follow a set that stands above it already', () => {
    const spec = '0>1 1>2 2>3 3>2 1:object:Global 2:object:Node 3:object:Link';
    assert.deepEqual(linesOf(spec, [3]), [
      '_ Link 1 more',
      '0 Node 1 more',
      '0.0 Global 1 stop',
      '0.1 Link 1 same = _',
    ]);
  });
});
