/** Files that are no snapshots are refused in one line that names the file and says what it is. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { mainPath, runCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { snapshotText } from '../../support/snapshot-text.ts';

const SMALL = snapshotText('0>1 1:object:Session:48', { node: 24 });

describe('a file that is no snapshot', () => {
  const files: readonly [what: string, bytes: string | Uint8Array, says: RegExp][] = [
    ['nothing', '', /it is empty$/m],
    ['a web page', '<!DOCTYPE html><html>404</html>', /it is a web page, /],
    ['a place-holder', 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n', /in Git LFS, .*git lfs pull/],
    ['UTF-16', Buffer.from(`\ufeff${SMALL}`, 'utf16le'), /it is text in UTF-16, /],
    ['packed twice', gzipSync(gzipSync(SMALL)), /it is packed twice/],
    ['a zip archive', 'PK\x03\x04....', /it is a zip archive/],
    [
      'a heap profile',
      '{"head":{"callFrame":{"functionName":"(root)"}}}',
      /it is a sampling profile \(\.heapprofile\)/,
    ],
    ['a trace', '{"traceEvents":[]}', /it is a performance trace/],
    ['JavaScriptCore', '{"version":3,"type":"GCDebugging","nodes":[0]}', /of JavaScriptCore, in Bun take one/],
    ['cut', SMALL.slice(0, 900), /it ends in ".*" at byte 900$/m],
    ['two in one', SMALL + SMALL, /expected nothing more, got "\{"/],
  ];
  for (const [what, bytes, says] of files) {
    it(`is told: ${what}`, async () => {
      await using dir = await folder();
      const path = dir.join('x.json');
      await writeFile(path, bytes);
      const { code, stderr } = await runCli(['heap', path, '--by', 'name']);
      assert.equal(code, 5, stderr);
      assert.ok(stderr.includes(`Cannot read ${path}: `), stderr);
      assert.match(stderr, says);
      assert.equal(stderr.trim().split('\n').length, 1, stderr);
    });
  }
});

describe('a snapshot', () => {
  it('is read by any name: of another suffix, in capitals, without one, padded with zeros', async () => {
    await using dir = await folder();
    const padded = Buffer.concat([gzipSync(SMALL), Buffer.alloc(4096)]);
    for (const name of ['x.json', 'X.HEAPSNAPSHOT', 'x.heaptimeline', 'x', 'x.gz']) {
      await writeFile(dir.join(name), name === 'x.gz' ? padded : SMALL);
      const { code, stdout, stderr } = await runCli(['heap', dir.join(name)]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, / Session$/m);
    }
  });

  it('is read from standard input', async () => {
    await using dir = await folder();
    const path = dir.join('x');
    await writeFile(path, SMALL);
    for (const by of ['kind', 'name']) {
      const child = spawn(process.execPath, [mainPath, 'heap', '-', '--by', by], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      createReadStream(path).pipe(child.stdin);
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      assert.deepEqual(await once(child, 'close'), [0, null]);
      assert.match(text, /Session$/m);
    }
  });

  it('whose head comes last is read from a file, and packed refused in one line that says what to do', async () => {
    await using dir = await folder();
    const { snapshot, ...rest } = JSON.parse(SMALL.toString()) as { snapshot: object };
    const text = JSON.stringify({ ...rest, snapshot });
    await writeFile(dir.join('x'), text);
    await writeFile(dir.join('x.gz'), gzipSync(text));
    const whole = await runCli(['heap', dir.join('x')]);
    assert.equal(whole.code, 0, whole.stderr);
    const packed = await runCli(['heap', dir.join('x.gz')]);
    assert.equal(packed.code, 5);
    assert.match(
      packed.stderr,
      /^heapwatch: Cannot read .*x\.gz: "nodes" comes before "snapshot", which only an unpacked file may have: save it as one, at byte \d+\n$/,
    );
  });

  it('is compared with another from two pipes', async () => {
    await using dir = await folder();
    const path = dir.join('x');
    await writeFile(path, SMALL);
    for (const command of ['diff <(cat "$0") <(cat "$0")', 'heap <(cat "$0") --since <(cat "$0")']) {
      const child = spawn('bash', ['-c', `"${process.execPath}" "${mainPath}" ${command}`, path], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      child.stdout.resume();
      assert.deepEqual(await once(child, 'close'), [0, null], command);
    }
  });
});
