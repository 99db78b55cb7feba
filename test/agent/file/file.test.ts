/** Snapshot files into partitions: plain, gzipped, through a pipe, and what is none. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { utimes, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { SnapshotSyntaxError } from '../../../agent/base/syntax-error.ts';
import { type FileProgress, partitionFile } from '../../../agent/file/file.ts';
import { readsZstd } from '../../../agent/file/file-reader.ts';
import { refusing } from '../../../agent/file/refusal.ts';
import { Partition } from '../../../protocol/partition.ts';
import { folder } from '../../support/folder.ts';
import { snapshotText } from '../../support/snapshot-text.ts';

const TEXT = snapshotText('0>1 0>2 2>3:internal:elements 1:object:Session:48 2:object:Array:16 3:array:elements:80', {
  node: 20,
});
const BY = ['kind', 'name', 'type'];

const facts = (partitions: Partition[]) => partitions.map(({ by, header, rows }) => ({ by, header, rows }));

test('a plain file, a gzipped one and a pipe of either are one and the same, in a thread and inline', async () => {
  await using dir = await folder();
  const plain = dir.join('x.heapsnapshot');
  const packed = dir.join('x.whatever');
  await writeFile(plain, TEXT);
  await writeFile(packed, gzipSync(TEXT));
  const expected = facts(await partitionFile(plain, { by: BY }));
  assert.deepEqual(expected[0].rows, [
    { kind: 'elements of Array', count: 1, sizeBytes: 80 },
    { kind: 'Session', count: 1, sizeBytes: 48 },
    { kind: 'Array', count: 1, sizeBytes: 16 },
  ]);
  for (const inline of [true, false]) {
    for (const path of [plain, packed]) {
      assert.deepEqual(facts(await partitionFile(path, { by: BY, inline })), expected);
      const pipe = dir.join('pipe');
      execFileSync('mkfifo', [pipe]);
      const written = once(spawn('sh', ['-c', `cat '${path}' > '${pipe}'`]), 'exit');
      assert.deepEqual(facts(await partitionFile(pipe, { by: BY, inline })), expected);
      await written;
      execFileSync('rm', [pipe]);
    }
  }
});

test('a file packed by zstd is read where this Node unpacks it, and refused by name where not', async () => {
  await using dir = await folder();
  const path = dir.join('x.heapsnapshot.zst');
  // one raw block in one frame: what `zstd` writes of what cannot be made smaller
  await writeFile(path, zstdFrame(Buffer.from(TEXT)));
  const read = (file: string) => refusing(file, () => partitionFile(file, { by: BY, inline: true }));
  if (!readsZstd()) {
    await assert.rejects(read(path), /it is packed \(zstd\), which Node 22.15 and newer unpack, unpack it first/);
    return;
  }
  await writeFile(dir.join('plain'), TEXT);
  assert.deepEqual(facts(await read(path)), facts(await read(dir.join('plain'))));
  await writeFile(path, zstdFrame(Buffer.from(TEXT)).subarray(0, 100));
  await assert.rejects(read(path), /expected zstd data, got "unexpected end of file"|it ends in/);
  await writeFile(path, zstdFrame(Buffer.from('rubbish')));
  await assert.rejects(read(path), SnapshotSyntaxError);
});

/** RFC 8878: magic number, a descriptor that says the size in 4 bytes, raw blocks of at most 128 KB. */
function zstdFrame(bytes: Buffer): Buffer {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0]);
  head.writeUInt32LE(bytes.length, 5);
  const blocks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 1 << 17) {
    const block = bytes.subarray(at, at + (1 << 17));
    const begin = Buffer.alloc(4);
    begin.writeUInt32LE((block.length << 3) | Number(at + block.length === bytes.length));
    blocks.push(begin.subarray(0, 3), block);
  }
  return Buffer.concat([head, ...blocks]);
}

test('sections in any order give the same', async () => {
  await using dir = await folder();
  const path = dir.join('x.heapsnapshot');
  await writeFile(path, TEXT);
  const by = ['kind', 'name', 'type', 'module', 'via'];
  const expected = facts(await partitionFile(path, { by, inline: true }));
  const [byName] = facts(await partitionFile(path, { by: ['name'], inline: true }));
  const { snapshot, nodes, edges, strings, ...rest } = JSON.parse(TEXT);
  const orders = [
    { strings, snapshot, nodes, edges, ...rest },
    { snapshot, strings, edges, nodes, ...rest },
    { nodes, edges, strings, snapshot, ...rest },
    { ...rest, strings, edges, nodes, snapshot },
    { future: { a: [1, ']', { '"': null }] }, strings, snapshot, nodes, edges },
  ];
  for (const order of orders) {
    await writeFile(path, JSON.stringify(order));
    assert.deepEqual(facts(await partitionFile(path, { by, inline: true })), expected, Object.keys(order).join());
    assert.deepEqual(facts(await partitionFile(path, { by: ['name'], inline: true })), [byName]);
  }
  await writeFile(path, JSON.stringify({ strings, nodes, edges }));
  await assert.rejects(
    partitionFile(path, { by, inline: true }),
    /"nodes" (stands|comes) before "snapshot"|has no "snapshot"/,
  );
});

test('by name alone a file is read, or refused, as by all else where its nodes have other edges than its head says', async () => {
  await using dir = await folder();
  const path = dir.join('x.heapsnapshot');
  await writeFile(path, TEXT.replace(/"edge_count":\d+/, '"edge_count":99'));
  const [byKind, byName] = await partitionFile(path, { by: ['kind', 'name'], inline: true });
  assert.equal(byKind!.count, 3);
  assert.deepEqual(facts(await partitionFile(path, { by: ['name'], inline: true })), facts([byName!]));
  const broken = JSON.parse(TEXT);
  broken.nodes[4] += 1;
  await writeFile(path, JSON.stringify(broken));
  for (const by of ['kind', 'name']) {
    await assert.rejects(
      partitionFile(path, { by: [by], inline: true }),
      /of "nodes" comes to 4, but "edges" has 3 records/,
    );
  }
});

test('by name alone gives the row that it gives beside others', async () => {
  await using dir = await folder();
  const path = dir.join('x.heapsnapshot');
  await writeFile(path, TEXT);
  const [, beside] = await partitionFile(path, { by: BY });
  for (const inline of [true, false]) {
    const [alone] = await partitionFile(path, { by: ['name'], inline });
    assert.deepEqual(facts([alone]), facts([beside]));
    const [limited] = await partitionFile(path, { by: ['name'], inline, rows: 1 });
    assert.equal(limited.rows.length, 1);
    assert.equal(limited.count, alone.count);
    assert.equal(limited.other?.rows, alone.rows.length - 1);
  }
});

test('a partition of a file carries its name, its label and when it was written', async () => {
  await using dir = await folder();
  const path = dir.join('x.heapsnapshot');
  await writeFile(path, TEXT);
  const writtenAt = new Date('2026-11-22T06:24:45.000Z');
  await utimes(path, writtenAt, writtenAt);
  const [partition] = await partitionFile(path, { by: ['type'], label: 'after creating y' });
  assert.deepEqual(Partition.parse(partition), partition);
  const { target, isolate, probe, takenAt, label, incarnation } = partition;
  assert.deepEqual(
    { target, isolate, probe, takenAt, label, incarnation },
    {
      target: path,
      isolate: 'main',
      probe: 'snapshot',
      takenAt: writtenAt.toISOString(),
      label: 'after creating y',
      incarnation: undefined,
    },
  );
  assert.equal((await partitionFile(path, { by: ['type'], target: 'api' }))[0].target, 'api');
});

test('what is no whole snapshot is told with the byte at which that shows', async () => {
  await using dir = await folder();
  const packed = gzipSync(TEXT);
  const cases: Record<string, string | Uint8Array> = {
    empty: '',
    rubbish: 'rubbish',
    truncated: TEXT.slice(0, 600),
    'gzip truncated': packed.subarray(0, packed.length - 20),
    'gzip broken': Buffer.concat([packed.subarray(0, 12), Buffer.alloc(40, 0xff)]),
    'gzip of rubbish': gzipSync('rubbish'),
  };
  for (const [what, bytes] of Object.entries(cases)) {
    const path = dir.join('x.heapsnapshot');
    await writeFile(path, bytes);
    for (const options of [{ by: ['kind'] }, { by: ['name'] }, { by: ['kind'], inline: true }]) {
      await assert.rejects(
        partitionFile(path, options),
        (error: Error & { byteOffset?: number }) => {
          assert.equal(error.name, 'SnapshotSyntaxError', `${what}: ${error.stack}`);
          assert.equal(typeof error.byteOffset, 'number');
          assert.match(error.message, /^Cannot read snapshot: .+ at byte \d+$/);
          return true;
        },
        what,
      );
    }
  }
});

test('a file that cannot be read is told in one line', async () => {
  await using dir = await folder();
  const missing = dir.join('missing.heapsnapshot');
  for (const inline of [true, false]) {
    await assert.rejects(partitionFile(missing, { by: ['kind'], inline }), {
      message: `Cannot read ${missing}: no such file or folder, check the path`,
    });
    await assert.rejects(partitionFile(dir.path, { by: ['kind'], inline }), {
      message: `Cannot read ${dir.path}: it is a folder, name a file`,
    });
  }
});

test('an unknown classifier is told with those there are', async () => {
  await using dir = await folder();
  const path = dir.join('x.heapsnapshot');
  await writeFile(path, TEXT);
  await assert.rejects(partitionFile(path, { by: ['colour'] }), { name: 'RangeError', message: /"colour".*"kind"/ });
});

test('a pipe that nobody writes to is given up on abort', async () => {
  await using dir = await folder();
  const pipe = dir.join('pipe');
  execFileSync('mkfifo', [pipe]);
  const abort = new AbortController();
  const why = new Error('changed my mind');
  const read = partitionFile(pipe, { by: ['kind'], signal: abort.signal });
  setImmediate(() => abort.abort(why));
  await assert.rejects(read, why);
  await assert.rejects(partitionFile(pipe, { by: ['kind'], signal: abort.signal }), why);
});

test('progress is told: bytes read of all there are, then what is sorted', async () => {
  await using dir = await folder();
  const path = dir.join('x.heapsnapshot');
  await writeFile(path, TEXT);
  const told: FileProgress[] = [];
  await partitionFile(path, { by: ['kind', 'type'], onProgress: (progress) => told.push(progress) });
  assert.deepEqual(told, [
    { phase: 'reading', bytes: TEXT.length, totalBytes: TEXT.length },
    { phase: 'classifying', by: 'kind' },
    { phase: 'classifying', by: 'type' },
  ]);
});
