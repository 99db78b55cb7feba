import assert from 'node:assert/strict';
import { test } from 'node:test';
import { framesOf } from '../../../agent/profile/frames.ts';
import type { ProfileNode } from '../../../agent/profile/heap-profile.ts';
import { flameSvg } from '../../../collector/flame/flame-svg.ts';

let ids = 0;
function node(functionName: string, selfSize: number, ...children: ProfileNode[]): ProfileNode {
  const url = functionName.startsWith('(') ? '' : 'file:///srv/app.js';
  return {
    callFrame: { functionName, scriptId: '1', url, lineNumber: 6, columnNumber: 0 },
    selfSize,
    id: ids++,
    children,
  };
}

test('callees of one name stand together, the largest first', () => {
  const head = node('(root)', 0, node('handle', 100, node('a', 50)), node('handle', 20, node('b', 300)), node('c', 0));
  assert.deepEqual(framesOf(head), {
    name: 'all',
    selfBytes: 0,
    children: [
      {
        name: 'handle (/srv/app.js:7)',
        selfBytes: 120,
        children: [
          { name: 'b (/srv/app.js:7)', selfBytes: 300, children: [] },
          { name: 'a (/srv/app.js:7)', selfBytes: 50, children: [] },
        ],
      },
      { name: 'c (/srv/app.js:7)', selfBytes: 0, children: [] },
    ],
  });
});

test('a frame is as wide as what lives of all that was allocated below it', () => {
  const head = node('(root)', 0, node('handle', 100, node('deep', 300)), node('other', 600));
  const svg = flameSvg(framesOf(head), 'api <b>');
  const widthOf = (name: string): string | undefined =>
    new RegExp(`<title>${name} [^<]*</title><rect x="[\\d.]+" y="[\\d.]+" width="([\\d.]+)"`).exec(svg)?.[1];
  assert.equal(widthOf('handle'), '480');
  assert.equal(widthOf('deep'), '360');
  assert.equal(widthOf('other'), '720');
  assert.match(svg, /<title>handle \(\/srv\/app\.js:7\): 400 B \(40\.0 %\), itself 100 B<\/title>/);
  assert.match(svg, /api &lt;b&gt;: 1\.0 KB/);
});

test('what nobody could see is not drawn, so that a picture of 50,000 frames stays small', () => {
  const head = node('(root)', 0, ...Array.from({ length: 50_000 }, (_, at) => node(`f${at}`, at === 0 ? 1e6 : 1)));
  const svg = flameSvg(framesOf(head), 'many');
  assert.ok(svg.length < 10_000, `${svg.length}`);
  assert.match(svg, /f0 \(/);
});
