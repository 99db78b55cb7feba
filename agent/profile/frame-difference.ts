/**
 * Two trees of frames as one: each frame as wide as the larger of its two figures, so that what has gone is there too, with both.
 *
 *     now       all 900 ─┬─ handle 400           all ─┬─ handle 400: 100 -> 400
 *                        └─ other  500    ──>         ├─ other  500: 500 -> 500
 *     before    all 800 ─┬─ handle 100                └─ gone   200: 200 -> 0
 *                        ├─ other  500
 *                        └─ gone   200
 */
import type { Frame } from './frames.ts';

interface Pair {
  readonly now: Frame | undefined;
  readonly before: Frame | undefined;
}

interface Figures {
  readonly frame: Frame;
  readonly totalBytes: number;
  readonly nowBytes: number;
  readonly beforeBytes: number;
}

export function frameDifference(now: Frame, before: Frame): Frame {
  const order: Pair[] = [];
  const childrenOf = new Map<Pair, Pair[]>();
  const pending: Pair[] = [{ now, before }];
  for (let pair = pending.pop(); pair; pair = pending.pop()) {
    order.push(pair);
    const children = paired(pair);
    childrenOf.set(pair, children);
    for (const child of children) pending.push(child);
  }
  const done = new Map<Pair, Figures>();
  for (const pair of order.reverse()) {
    done.set(
      pair,
      figures(
        pair,
        childrenOf.get(pair)!.map((child) => done.get(child)!),
      ),
    );
  }
  return done.get(order.at(-1)!)!.frame;
}

/** Callees of one name. */
function paired({ now, before }: Pair): Pair[] {
  const rest = new Map(before?.children.map((child) => [child.name, child]));
  const both = (now?.children ?? []).map((child) => {
    const other = rest.get(child.name);
    rest.delete(child.name);
    return { now: child, before: other };
  });
  return [...both, ...Array.from(rest.values(), (child) => ({ now: undefined, before: child }))];
}

function figures({ now, before }: Pair, children: readonly Figures[]): Figures {
  const [selfNowBytes, selfBeforeBytes] = [now?.selfBytes ?? 0, before?.selfBytes ?? 0];
  const selfBytes = Math.max(selfNowBytes, selfBeforeBytes);
  const sum = (of: (child: Figures) => number, own: number): number =>
    children.reduce((total, child) => total + of(child), own);
  const nowBytes = sum((child) => child.nowBytes, selfNowBytes);
  const beforeBytes = sum((child) => child.beforeBytes, selfBeforeBytes);
  const sorted = children.toSorted((a, b) => b.totalBytes - a.totalBytes || (a.frame.name < b.frame.name ? -1 : 1));
  return {
    frame: {
      name: (now ?? before)!.name,
      selfBytes,
      children: sorted.map(({ frame }) => frame),
      change: { nowBytes, beforeBytes, selfNowBytes, selfBeforeBytes },
    },
    totalBytes: sum((child) => child.totalBytes, selfBytes),
    nowBytes,
    beforeBytes,
  };
}
