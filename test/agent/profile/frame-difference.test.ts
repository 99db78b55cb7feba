/** Two profiles as one tree of frames, and profiles in pprof's format. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { pprof } from '../../../agent/probe/pprof.ts';
import { profileOfPprof } from '../../../agent/probe/pprof-tree.ts';
import { frameDifference } from '../../../agent/profile/frame-difference.ts';
import { type Frame, framesOf } from '../../../agent/profile/frames.ts';
import type { ProfileNode } from '../../../agent/profile/heap-profile.ts';

const { tree } = fc.letrec<{ tree: Frame }>((tie) => ({
  tree: fc
    .record({
      name: fc.constantFrom('a', 'b', 'c', 'd'),
      selfBytes: fc.nat(100),
      children: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constant<Frame[]>([]),
        fc.array(tie('tree'), { maxLength: 3 }),
      ),
    })
    .map(({ children, ...rest }) => ({ ...rest, children: onceEach(children) })),
}));

function onceEach(frames: readonly Frame[]): Frame[] {
  return [...new Map(frames.map((frame) => [frame.name, frame])).values()];
}

/** Bytes by path. */
function bytesOf(
  frame: Frame,
  self: (frame: Frame) => number,
  path = '',
  found = new Map<string, number>(),
): Map<string, number> {
  const here = `${path}/${path === '' ? '' : frame.name}`;
  if (self(frame) > 0) found.set(here, self(frame));
  for (const child of frame.children) bytesOf(child, self, here, found);
  return found;
}

function sum(bytes: Iterable<number>): number {
  return [...bytes].reduce((total, each) => total + each, 0);
}

describe('a difference of frames', () => {
  it('has all bytes of both, each at its path', () => {
    fc.assert(
      fc.property(tree, tree, (now, before) => {
        const both = frameDifference(now, before);
        const of = (frame: Frame) => bytesOf(frame, ({ selfBytes }) => selfBytes);
        assert.deepEqual(
          bytesOf(both, ({ change }) => change!.selfNowBytes),
          of(now),
        );
        assert.deepEqual(
          bytesOf(both, ({ change }) => change!.selfBeforeBytes),
          of(before),
        );
        assert.equal(both.change!.nowBytes, sum(of(now).values()));
        assert.equal(both.change!.beforeBytes, sum(of(before).values()));
      }),
    );
  });
});

function node(functionName: string, id: number, selfSize: number, ...children: ProfileNode[]): ProfileNode {
  return {
    callFrame: { functionName, scriptId: '1', url: 'file:///srv/app.js', lineNumber: id, columnNumber: 0 },
    selfSize,
    id,
    children,
  };
}

describe('a profile in the format of pprof', () => {
  it('is the tree that it was written from', () => {
    const head = {
      ...node('(root)', 0, 0, node('main', 1, 10, node('a', 2, 30), node('b', 3, 0, node('a', 2, 5))), node('b', 3, 7)),
    };
    head.callFrame = { ...head.callFrame, url: '', lineNumber: -1 };
    const told = { head, samples: [], foreign: true, takenAt: '2026-01-01T00:00:00.000Z', heapUsedBytes: 0, cost: {} };
    assert.deepEqual(framesOf(profileOfPprof(gunzipSync(pprof(told))).head), framesOf(head));
  });

  it('is refused where it is none, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        assert.throws(
          () => profileOfPprof(bytes),
          /^Error: it (?:is no profile in the format of pprof|has no figures in bytes)/,
        );
      }),
    );
  });
});
