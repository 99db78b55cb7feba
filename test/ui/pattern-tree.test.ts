/** A reference pattern that is opened node by node. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  EMPTY,
  keyOf,
  openLargest,
  type PatternTree,
  parentOf,
  shownNodes,
  toggled,
  withAnswer,
} from '../../collector/ui/pages/kind/pattern-tree.ts';
import type { PatternNode } from '../../protocol/explore.ts';

/** Nodes as an answer has them, from their paths: `'' 0 0.0 1`. */
function nodes(paths: string): PatternNode[] {
  return paths.split(' ').map((text) => {
    const path = text === '-' ? [] : text.split('.').map(Number);
    return { path, kind: text, count: 1, sizeBytes: 1, items: '', more: true };
  });
}

function shown(tree: PatternTree): string {
  return shownNodes(tree)
    .map(({ kind }) => kind)
    .join(' ');
}

describe('a pattern tree', () => {
  const first = withAnswer(EMPTY, nodes('- 0 0.0 0.1 1 1.0'));

  it('is closed at first, and opened along the largest', () => {
    assert.equal(shown(first), '-');
    assert.equal(shown(openLargest(first)), '- 0 0.0 0.1 1');
  });

  it('shows the children of what is open, each node before its own', () => {
    const open = toggled(openLargest(first), '1', true);
    assert.equal(shown(open), '- 0 0.0 0.1 1 1.0');
    assert.equal(shown(toggled(open, '0', false)), '- 0 1 1.0');
  });

  it('takes the answer to a node in, at its place', () => {
    const answered = withAnswer(openLargest(first), nodes('0.1 0.1.0 0.1.1'));
    assert.equal(shown(answered), '- 0 0.0 0.1 1');
    assert.equal(shown(toggled(answered, '0.1', true)), '- 0 0.0 0.1 0.1.0 0.1.1 1');
  });

  it('has all children of a node in place of some when they come', () => {
    const answered = withAnswer(openLargest(first), nodes('- 0 1 2'));
    assert.equal(shown(answered), '- 0 0.0 0.1 1 2');
  });
});

it('a node has a key and, but for the first, a parent', () => {
  assert.deepEqual([keyOf([]), keyOf([0, 12])], ['', '0.12']);
  assert.deepEqual([parentOf([]), parentOf([3]), parentOf([3, 1])], [undefined, '', '3']);
});
