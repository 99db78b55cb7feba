/**
 * A tree of frames as columns, in the order of a walk, callers before their callees: what a page draws in any part at once.
 *
 *     all 900 ─┬─ handle 400 ── deep 300          names  all handle deep other
 *              └─ other 500                       depth  0   1      2    1
 *                                                 start  0   0      0    400       in bytes from the left
 *                                                 total  900 400    300  500
 */
import type { Frame } from '../../agent/profile/frames.ts';

export interface FlameLayout {
  /** Each once. */
  readonly names: readonly string[];
  /** One entry a frame each: the place of its name, its depth, where it begins and what it has, in bytes. */
  readonly name: readonly number[];
  readonly depth: readonly number[];
  readonly start: readonly number[];
  readonly total: readonly number[];
  readonly self: readonly number[];
  /** Of a heap: how many objects each stands for. */
  readonly objects?: readonly number[];
  /** Of a difference: what each frame has now and had before, with its callees, and of itself. */
  readonly change?: {
    readonly now: readonly number[];
    readonly before: readonly number[];
    readonly selfNow: readonly number[];
    readonly selfBefore: readonly number[];
  };
}

export function flameLayout(root: Frame): FlameLayout {
  const totals = totalsOf(root);
  const places = new Map<string, number>();
  const layout = {
    name: [] as number[],
    depth: [] as number[],
    start: [] as number[],
    total: [] as number[],
    self: [] as number[],
  };
  const change = {
    now: [] as number[],
    before: [] as number[],
    selfNow: [] as number[],
    selfBefore: [] as number[],
  };
  const objects: number[] = [];
  const pending: { frame: Frame; depth: number; start: number }[] = [{ frame: root, depth: 0, start: 0 }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const { frame, depth, start } = next;
    const place = places.get(frame.name) ?? places.size;
    places.set(frame.name, place);
    layout.name.push(place);
    layout.depth.push(depth);
    layout.start.push(Math.round(start));
    layout.total.push(Math.round(totals.get(frame)!));
    layout.self.push(Math.round(frame.selfBytes));
    if (root.objects !== undefined) objects.push(frame.objects ?? 0);
    if (frame.change) {
      change.now.push(Math.round(frame.change.nowBytes));
      change.before.push(Math.round(frame.change.beforeBytes));
      change.selfNow.push(Math.round(frame.change.selfNowBytes));
      change.selfBefore.push(Math.round(frame.change.selfBeforeBytes));
    }
    let from = start;
    const children = frame.children.map((child) => {
      const placed = { frame: child, depth: depth + 1, start: from };
      from += totals.get(child)!;
      return placed;
    });
    for (const child of children.reverse()) pending.push(child);
  }
  return {
    names: [...places.keys()],
    ...layout,
    ...(root.objects !== undefined && { objects }),
    ...(root.change && { change }),
  };
}

function totalsOf(root: Frame): Map<Frame, number> {
  const order: Frame[] = [];
  const pending = [root];
  for (let frame = pending.pop(); frame; frame = pending.pop()) {
    order.push(frame);
    for (const child of frame.children) pending.push(child);
  }
  const totals = new Map<Frame, number>();
  for (const frame of order.reverse()) {
    totals.set(
      frame,
      frame.children.reduce((sum, child) => sum + totals.get(child)!, Math.max(0, frame.selfBytes)),
    );
  }
  return totals;
}
