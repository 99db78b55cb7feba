/** Flame graphs of profiles in files, and of the difference of two. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { pprof } from '../../../agent/probe/pprof.ts';
import type { ProfileNode } from '../../../agent/profile/heap-profile.ts';
import { launchBrowser, noBrowser } from '../../support/browser.ts';
import { startCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { snapshotText } from '../../support/snapshot-text.ts';

const MB = 2 ** 20;

function node(functionName: string, id: number, selfSize: number, ...children: ProfileNode[]): ProfileNode {
  return {
    callFrame: { functionName, scriptId: '1', url: 'file:///srv/app.js', lineNumber: id, columnNumber: 0 },
    selfSize,
    id,
    children,
  };
}

function profile(kept: number, gone: number): { head: ProfileNode; samples: [] } {
  const children = [node('keep', 1, kept), node('same', 2, MB), ...(gone > 0 ? [node('drop', 3, gone)] : [])];
  return {
    head: { ...node('(root)', 0, 0, ...children), callFrame: { ...node('(root)', 0, 0).callFrame, url: '' } },
    samples: [],
  };
}

async function run(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const { code, ...texts } = await startCli(args).result;
  assert.equal(code, 0, texts.stderr);
  return texts;
}

test('plot draws what keeps the memory of a heap alive, and where a file cannot be read says so', async () => {
  await using dir = await folder();
  const heap = dir.join('app.heapsnapshot');
  await writeFile(heap, snapshotText('0>1 1>2 1>3 1:object:App:100 2:object:Session:200 3:object:Session:100'));
  const picture = dir.join('app.svg');
  await run('plot', heap, '-o', picture);
  assert.match(await readFile(picture, 'utf8'), /Session: 300 B \(75\.0 %\), itself 300 B, 2 objects/);
  await run('plot', heap, '-o', dir.join('app.html'));
  assert.match(await readFile(dir.join('app.html'), 'utf8'), /<th>With what it keeps alive<\/th><th>Kind<\/th>/);
  const again = await startCli(['plot', heap, '-o', picture]).result;
  assert.deepEqual([again.code, /it exists already/.test(again.stderr)], [1, true], again.stderr);
  const absent = await startCli(['plot', dir.join('no.heapsnapshot'), '-o', dir.join('no.svg')]).result;
  assert.deepEqual([absent.code, absent.stderr.trim().split('\n').length], [1, 1], absent.stderr);
});

test('diff draws what has grown and shrunk, plot one profile, of either format', async (t) => {
  await using dir = await folder();
  const [before, after, packed] = [
    dir.join('before.heapprofile'),
    dir.join('after.heapprofile'),
    dir.join('after.pb.gz'),
  ];
  await writeFile(before, JSON.stringify(profile(MB, 2 * MB)));
  await writeFile(after, JSON.stringify(profile(4 * MB, 0)));
  const told = { foreign: true, takenAt: '2026-01-01T00:00:00.000Z', heapUsedBytes: 0, cost: {} };
  await writeFile(packed, pprof({ ...profile(4 * MB, 0), ...told }));

  const page = dir.join('diff.html');
  const { stdout, stderr } = await run('diff', packed, before, '-o', page);
  assert.match(stdout, /keep \(\/srv\/app\.js:2\)/);
  assert.match(stderr, /wrote \S+diff\.html/);
  await run('plot', packed, '-o', dir.join('one.svg'));
  assert.match(await readFile(dir.join('one.svg'), 'utf8'), /keep \(\/srv\/app\.js:2\): 4\.0 MB \(80\.0 %\)/);
  const refused = await startCli(['diff', after, before, '-o', dir.join('x.png')]).result;
  assert.deepEqual(
    [refused.code, /its name must end in \.svg or \.html/.test(refused.stderr)],
    [2, true],
    refused.stderr,
  );

  await t.test('in a browser', { skip: noBrowser }, async () => {
    const browser = await launchBrowser();
    try {
      const shown = await browser.newPage({ viewport: { width: 1_000, height: 400 } });
      const faults: string[] = [];
      shown.on('pageerror', (error) => faults.push(error.message));
      await shown.goto(pathToFileURL(page).href);
      assert.match(String(await shown.locator('h1').textContent()), /: \+1\.0 MB$/);
      const rows = await shown.locator('tbody tr').allTextContents();
      assert.deepEqual(rows, ['+3.0 MB1.0 MB4.0 MBkeep (/srv/app.js:2)', '-2.0 MB2.0 MB0 Bdrop (/srv/app.js:4)']);
      await shown.locator('#flame').click({ position: { x: 20, y: 18 + 9 } });
      const said = await shown.locator('#said').textContent();
      assert.equal(said, 'keep (/srv/app.js:2): +3.0 MB, from 1.0 MB to 4.0 MB, itself +3.0 MB');
      assert.deepEqual(faults, []);
    } finally {
      await browser.close();
    }
  });
});
