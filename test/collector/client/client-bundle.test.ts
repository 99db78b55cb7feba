/** What pages are built from, bundled for a browser: nothing of Node, and small. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { projectRoot } from '../../support/project.ts';

/** The bytes of a file with all that it imports; esbuild refuses what a browser has not. */
async function bundled(path: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    absWorkingDir: projectRoot,
    entryPoints: [path],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]!.contents;
}

test("a collector's client and what computes and prints beside it run in a browser", async () => {
  const client = gzipSync(await bundled('collector/client/browser.ts'));
  assert.ok(client.length < 45_000, `${client.length} bytes, gzipped`);
  for (const path of [
    'protocol/table.ts',
    'protocol/diff-table.ts',
    'collector/alert/statistics/theil-sen.ts',
    'collector/alert/statistics/mann-kendall.ts',
  ]) {
    const { length } = await bundled(path);
    assert.ok(length > 0 && length < 10_000, `${path}: ${length} bytes`);
  }
});
