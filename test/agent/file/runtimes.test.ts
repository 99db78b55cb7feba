/** Snapshot files of every runtime of V8: places, modules, paths and differences read the same in all of them. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { CLASSIFIERS } from '../../../agent/classify/classifiers.ts';
import { partitionFile } from '../../../agent/file/file.ts';
import { filePaths } from '../../../agent/file/file-path.ts';
import { Heap } from '../../../agent/graph/heap.ts';
import { ColumnsParser } from '../../../agent/parse/parser.ts';
import { partition } from '../../../agent/partition/partition.ts';
import { checkpointOf, relative } from '../../../agent/partition/since.ts';
import type { Row } from '../../../protocol/partition.ts';
import { launchBrowser, noBrowser } from '../../support/browser.ts';
import { denoBinary } from '../../support/deno.ts';
import { feed } from '../../support/feed.ts';
import { folder } from '../../support/folder.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { projectRoot } from '../../support/project.ts';

const run = promisify(execFile);
const program = join(projectRoot, 'test/fixtures/twins.mjs');

/** Writes a snapshot of the fixture `twins` to the path. */
type Write = (path: string) => Promise<unknown>;

const RUNTIMES: Record<string, Write> = {
  ...Object.fromEntries(
    TRIED_MAJORS.map((major): [string, Write] => [
      `Node ${major}`,
      async (path) => run(await nodeBinary(major), [program, path]),
    ]),
  ),
  Deno: async (path) => run(await denoBinary(), ['run', '-A', '--no-lock', '--no-config', program, path]),
  Chromium: writeInBrowser,
};

/** In a page of a file's URL, whose module scripts do not load from files: its script holds both classes. */
async function writeInBrowser(path: string): Promise<void> {
  const script = (name: string) => `{ class Twin { left = 1 } globalThis.${name} = Twin }`;
  await writeFile(`${path}.twin-one.mjs`, script('One'));
  await writeFile(`${path}.twin-two.mjs`, script('Two'));
  const scripts = ['one', 'two'].map((name) => `<script src="${path}.twin-${name}.mjs"></script>`).join('');
  const make = 'var twins = []; for (let i = 0; i < 100; i++) twins.push(new One(), new Two());';
  await writeFile(`${path}.html`, `<html lang="en"><div id="a">a</div>${scripts}<script>${make}</script></html>`);
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(`${path}.html`).href);
    const session = await page.context().newCDPSession(page);
    const chunks: string[] = [];
    session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
    await session.send('HeapProfiler.takeHeapSnapshot');
    await writeFile(path, chunks.join(''));
  } finally {
    await browser.close();
  }
}

const countOf = (rows: readonly Row[], kind: RegExp) =>
  rows.filter((row) => kind.test(row.kind)).map(({ count }) => count);

for (const [runtime, write] of Object.entries(RUNTIMES)) {
  test(runtime, { skip: runtime === 'Chromium' && noBrowser }, async () => {
    await using dir = await folder();
    const path = dir.join('twins.heapsnapshot');
    await write(path);

    const [byKind, byModule] = await partitionFile(path, { by: ['kind', 'module'], inline: true });
    assert.deepEqual(countOf(byKind.rows, /^Twin \(.*twin-(one|two)\.mjs:\d+\)$/), [100, 100]);
    assert.deepEqual(countOf(byKind.rows, /system \/ /), []);
    const ofModule = countOf(byModule.rows, /twin-(one|two)\.mjs$/);
    assert.equal(ofModule.length, 2, JSON.stringify(byModule.rows.slice(0, 9)));
    for (const count of ofModule) assert.ok(count >= 100 && count < 110, `${count}`);

    const { paths } = await filePaths({ path, to: 'Twin', most: 1, strings: true }, () => undefined);
    assert.match(paths[0], runtime === 'Chromium' ? /^Window\.twins\[\d+\]$/ : /^module .*\/twins\.mjs: twins\[\d+\]$/);

    const heap = new Heap(feed(new ColumnsParser(), await readFile(path)));
    for (const classifier of CLASSIFIERS) {
      const { by } = classifier;
      const classified = classifier.classify(heap);
      const whole = partition(heap.columns, classified, classifier);
      const same = relative(checkpointOf(heap.columns, [{ by, ...classified }]), heap.columns, classified, classifier);
      const { freed, survived, leftOut } = same.since;
      assert.deepEqual([by, same.count, freed.count, same.rows.length], [by, 0, 0, 0]);
      assert.equal(survived.count + leftOut!.count, whole.count, by);
      assert.equal(survived.sizeBytes + leftOut!.sizeBytes, whole.sizeBytes, by);
    }
  });
}
