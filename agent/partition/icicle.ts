/**
 * What keeps memory alive, as a tree of frames: the dominator tree of a heap, with the objects of one kind below one holder
 * together. A frame is as wide as what would be freed without it.
 *
 *     all ─ Server ─ Map ─ table of Map ─ Session (20,000) ─ string (40,000)
 *
 * An object that one of its own kind dominates (a node of a list) lies in the frame of that one: a list is one frame, however
 * long. What is deeper than MAX_DEPTH lies in one frame, and what is too small for MAX_FRAMES in one of each holder.
 */
import { kind } from '../classify/kind.ts';
import { classificationOf } from '../classify/naming/classifications.ts';
import { NOT_IN_SET } from '../classify/naming/classifier.ts';
import type { Heap } from '../graph/heap.ts';
import { selfSizeOf } from '../parse/columns.ts';
import type { Frame } from '../profile/frames.ts';

/** As many as a browser draws in one go. */
export const MAX_FRAMES = 20_000;
export const MAX_DEPTH = 200;

const ROOT = 0;
const [DEEPER, SMALLER] = ['(deeper)', '(smaller)'];

/** Linear in the nodes, beside what the dominators take. */
export function icicle(heap: Heap): Frame {
  const { columns, dominators } = heap;
  const { kindOf, kinds } = classificationOf(heap, kind);
  const groups = new Groups(kinds);
  const groupOf = new Uint32Array(columns.nodeCount);
  for (const node of dominators.order) {
    const holder = groupOf[dominators.dominator[node]!]!;
    const at = kindOf[node]!;
    // V8's synthetic nodes are in no table either
    if (at === NOT_IN_SET) groupOf[node] = holder;
    else groupOf[node] = groups.add(groups.below(holder, at), selfSizeOf(columns, node));
  }
  return groups.tree();
}

/** Objects of one kind below one holder; holders before what they hold. */
class Groups {
  readonly #kinds: readonly string[];
  readonly #deeper: number;
  readonly #holder = [ROOT];
  readonly #kind: number[];
  readonly #depth = [0];
  readonly #selfBytes = [0];
  readonly #objects = [0];
  readonly #places = new Map<number, number>();

  constructor(kinds: readonly string[]) {
    this.#kinds = [...kinds, DEEPER, 'all'];
    this.#deeper = kinds.length;
    this.#kind = [this.#deeper + 1];
  }

  below(holder: number, kind: number): number {
    if (this.#kind[holder] === kind || this.#kind[holder] === this.#deeper) return holder;
    const own = this.#depth[holder]! < MAX_DEPTH ? kind : this.#deeper;
    const key = holder * this.#kinds.length + own;
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const group = this.#holder.push(holder) - 1;
    this.#kind.push(own);
    this.#depth.push(this.#depth[holder]! + 1);
    this.#selfBytes.push(0);
    this.#objects.push(0);
    this.#places.set(key, group);
    return group;
  }

  add(group: number, bytes: number): number {
    this.#selfBytes[group]! += bytes;
    this.#objects[group]! += 1;
    return group;
  }

  tree(): Frame {
    const totals = Float64Array.from(this.#selfBytes);
    for (let group = totals.length - 1; group > ROOT; group--) totals[this.#holder[group]!]! += totals[group]!;
    // nothing is larger than what holds it: the largest are a tree
    const least = totals.length > MAX_FRAMES ? totals.toSorted()[totals.length - MAX_FRAMES]! : -1;
    const held = new Map<number, { readonly frame: Frame; readonly bytes: number }[]>();
    for (let group = totals.length - 1; ; group--) {
      if (totals[group]! <= least && group !== ROOT) continue;
      const frame = this.#frame(group, totals[group]!, held.get(group) ?? []);
      held.delete(group);
      if (group === ROOT) return frame;
      const holder = this.#holder[group]!;
      const beside = held.get(holder);
      if (beside) beside.push({ frame, bytes: totals[group]! });
      else held.set(holder, [{ frame, bytes: totals[group]! }]);
    }
  }

  #frame(group: number, bytes: number, held: { readonly frame: Frame; readonly bytes: number }[]): Frame {
    held.sort((a, b) => b.bytes - a.bytes || (a.frame.name < b.frame.name ? -1 : 1));
    const selfBytes = this.#selfBytes[group]!;
    const smaller = held.reduce((left, { bytes: each }) => left - each, bytes - selfBytes);
    const children = held.map(({ frame }) => frame);
    if (smaller > 0) children.push({ name: SMALLER, selfBytes: smaller, children: [] });
    return { name: this.#kinds[this.#kind[group]!]!, selfBytes, objects: this.#objects[group]!, children };
  }
}
