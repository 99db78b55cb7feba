/** A tree of frames, as flame graphs and icicles draw it; and that of a profile, in which callees of one name are together. */
import type { ProfileNode } from './heap-profile.ts';
import { siteNames } from './sites.ts';

export interface Frame {
  /** `handle (/srv/app.js:20)`; of the root `all`. */
  readonly name: string;
  /** Of the frame itself, without its callees. */
  readonly selfBytes: number;
  /** By size of all below, the largest first. */
  readonly children: readonly Frame[];
  /** Of a heap: how many objects it stands for. */
  readonly objects?: number;
  /** Of a difference of two profiles: `selfBytes` is then the larger of its two figures. */
  readonly change?: FrameChange;
}

/** What a frame has now and had before; with its callees, and of itself. */
export interface FrameChange {
  readonly nowBytes: number;
  readonly beforeBytes: number;
  readonly selfNowBytes: number;
  readonly selfBeforeBytes: number;
}

interface Growing {
  readonly name: string;
  selfBytes: number;
  readonly children: Map<string, Growing>;
}

export function framesOf(head: ProfileNode): Frame {
  const siteOf = siteNames(head);
  const root: Growing = { name: 'all', selfBytes: head.selfSize, children: new Map() };
  const pending: [node: ProfileNode, into: Growing][] = [[head, root]];
  const order: Growing[] = [root];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const [node, into] = next;
    for (const child of node.children) {
      const name = siteOf(child.callFrame);
      let frame = into.children.get(name);
      if (!frame) {
        frame = { name, selfBytes: 0, children: new Map() };
        into.children.set(name, frame);
        order.push(frame);
      }
      frame.selfBytes += child.selfSize;
      pending.push([child, frame]);
    }
  }
  return settled(order);
}

/** @param order callers before their callees, the root first */
function settled(order: readonly Growing[]): Frame {
  const done = new Map<Growing, { frame: Frame; totalBytes: number }>();
  for (const growing of order.toReversed()) {
    const children = [...growing.children.values()].map((child) => done.get(child)!);
    children.sort((a, b) => b.totalBytes - a.totalBytes || (a.frame.name < b.frame.name ? -1 : 1));
    const totalBytes = children.reduce((sum, child) => sum + child.totalBytes, growing.selfBytes);
    const frame = { name: growing.name, selfBytes: growing.selfBytes, children: children.map((child) => child.frame) };
    done.set(growing, { frame, totalBytes });
  }
  return done.get(order[0]!)!.frame;
}
