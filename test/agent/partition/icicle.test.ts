/** Icicles: the dominator tree by kind. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heap } from '../../../agent/graph/heap.ts';
import { icicle, MAX_DEPTH, MAX_FRAMES } from '../../../agent/partition/icicle.ts';
import type { Frame } from '../../../agent/profile/frames.ts';
import { graph } from '../../support/snapshot-text.ts';

const icicleOf = (spec: string): Frame => icicle(new Heap(graph(spec)));

/** `Map 48 (Session×2 32)`: a frame with its bytes, its objects where they are several, and what it holds. */
function text({ name, selfBytes, objects = 0, children }: Frame): string {
  const held = children.length > 0 ? ` (${children.map(text).join(' ')})` : '';
  return `${name}${objects > 1 ? `×${objects}` : ''} ${selfBytes}${held}`;
}

function framesIn(root: Frame): { frames: number; bytes: number; depth: number } {
  const sum = { frames: 0, bytes: 0, depth: 0 };
  const pending: [frame: Frame, depth: number][] = [[root, 0]];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const [{ selfBytes, children }, depth] = next;
    sum.frames++;
    sum.bytes += selfBytes;
    sum.depth = Math.max(sum.depth, depth);
    for (const child of children) pending.push([child, depth + 1]);
  }
  return sum;
}

test('what one holder keeps alive stands below it by kind, and what several hold beside them', () => {
  const held = '0>1 1>2 1>3 2>4 3>4 2>5 3>6';
  const kinds =
    '1:object:App:10 2:object:Session:20 3:object:Session:20 4:object:Shared:7 5:object:Date:1 6:object:Date:2';
  assert.equal(text(icicleOf(`${held} ${kinds}`)), 'all 0 (App 10 (Session×2 40 (Date×2 3) Shared 7))');
});

test('a list is one frame, however long, and what changes its kind for ever is folded', () => {
  const chain = (length: number, name: (at: number) => string) =>
    Array.from({ length }, (_, at) => `${at}>${at + 1} ${at + 1}:object:${name(at)}:8`).join(' ');
  assert.equal(text(icicleOf(chain(20_000, () => 'Node'))), 'all 0 (Node×20000 160000)');
  const folded = framesIn(icicleOf(chain(20_000, (at) => `K${at % 2}`)));
  assert.deepEqual(folded, { frames: MAX_DEPTH + 2, bytes: 160_000, depth: MAX_DEPTH + 1 });
});

test('of more kinds than can be drawn the largest are, the rest in one frame of each holder', () => {
  const sizes = Array.from({ length: MAX_FRAMES + 5_000 }, (_, at) => (at === 7 ? 1_000 : 8 + (at % 3)));
  const root = icicleOf(sizes.map((size, at) => `0>${at + 1} ${at + 1}:object:K${at}:${size}`).join(' '));
  const { frames, bytes } = framesIn(root);
  assert.ok(frames <= MAX_FRAMES + 1, `${frames}`);
  assert.equal(
    bytes,
    sizes.reduce((sum, size) => sum + size),
  );
  assert.equal(root.children[0]?.name, 'K7');
  assert.equal(root.children.at(-1)?.name, '(smaller)');
});
