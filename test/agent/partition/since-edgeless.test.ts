/** Two files of one epoch compared without their edges: the same as with them, but for memory of ArrayBuffers. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { SnapshotSyntaxError } from '../../../agent/base/syntax-error.ts';
import { name } from '../../../agent/classify/name.ts';
import { Heap } from '../../../agent/graph/heap.ts';
import { ColumnsParser } from '../../../agent/parse/parser.ts';
import { checkpointOf, type RelativeRows, relative } from '../../../agent/partition/since.ts';
import { EdgelessCheckpoint, hashedStringsOf } from '../../../agent/partition/since-edgeless.ts';
import { bytesOf, feed } from '../../support/feed.ts';
import { folder } from '../../support/folder.ts';
import { projectRoot } from '../../support/project.ts';
import { snapshotText } from '../../support/snapshot-text.ts';

/** The same by all columns of both. */
function whole(before: Uint8Array | string, now: Uint8Array | string): RelativeRows {
  const classified = (text: Uint8Array | string) => {
    const columns = feed(new ColumnsParser(), text);
    return { columns, classification: name.classify(new Heap(columns)) };
  };
  const then = classified(before);
  const { columns, classification } = classified(now);
  return relative(checkpointOf(then.columns, [{ by: name.by, ...then.classification }]), columns, classification, name);
}

function edgeless(before: Uint8Array | string, now: Uint8Array | string): RelativeRows {
  return new EdgelessCheckpoint(fileOf(before)).relative(fileOf(now), name);
}

function fileOf(text: Uint8Array | string) {
  const bytes = bytesOf(text);
  const read = (buffer: Uint8Array, position: number): number => {
    const part = bytes.subarray(position, position + buffer.length);
    buffer.set(part);
    return part.length;
  };
  return { read, sizeBytes: bytes.length };
}

/** The snapshot that the spec draws, with other ids. */
function withIds(spec: string, ids: readonly number[]): string {
  const snapshot = JSON.parse(snapshotText(spec, { node: 24 })) as {
    snapshot: { meta: { node_fields: string[] } };
    nodes: number[];
  };
  const { node_fields: fields } = snapshot.snapshot.meta;
  for (const [node, id] of ids.entries()) snapshot.nodes[node * fields.length + fields.indexOf('id')] = id;
  return JSON.stringify(snapshot);
}

const types = fc.constantFrom(
  'object',
  'closure',
  'string',
  'concatenated string',
  'symbol',
  'number',
  'hidden',
  'code',
);
const names = fc.constantFrom('Session', 'Object (prototype) / ', 'Object', '', 'a"b', 'é');
const sizes = fc.oneof(fc.nat(100), fc.integer({ min: 2 ** 16, max: 2 ** 40 }));
/** Dense, sparse, and the embedder's even ones. */
const ids = fc.oneof(fc.integer({ min: 2, max: 60 }), fc.integer({ min: 2, max: 2 ** 32 - 1 }));

const heaps = fc
  .uniqueArray(fc.tuple(ids, types, names, sizes), { selector: ([id]) => id, maxLength: 40 })
  .map((nodes) => {
    const spec = nodes.map(([, type, text, size], at) => `${at + 1}:'${type}':'${text}':${size}`).join(' ');
    return withIds(`0:synthetic ${spec}`, [1, ...nodes.map(([id]) => id)]);
  });

describe('EdgelessCheckpoint', () => {
  it('leaves ids that several nodes share to all columns, by which such a file is its own equal', () => {
    const shared = withIds('0:synthetic 1:object:A:8 2:object:B:8 3:object:C:8', [1, 3, 5, 3]);
    assert.throws(() => edgeless(shared, shared), SnapshotSyntaxError);
    const { count, since } = whole(shared, shared);
    assert.deepEqual([count, since.freed.count, since.survived.count], [0, 0, 3]);
  });

  it('tells what all columns tell, of any two heaps', () => {
    fc.assert(
      fc.property(heaps, heaps, (before, now) => {
        assert.deepEqual(edgeless(before, now), whole(before, now));
      }),
    );
  });

  it('tells what all columns tell of a process that has gone on', async () => {
    await using dir = await folder();
    const [before, now] = [dir.join('before.heapsnapshot'), dir.join('now.heapsnapshot')];
    await promisify(execFile)(process.execPath, [
      join(projectRoot, 'test/fixtures/write-two-snapshots.mjs'),
      before,
      now,
    ]);
    const found = new EdgelessCheckpoint(onDisk(before)).relative(onDisk(now), name);
    const ahead = hashedStringsOf(onDisk(now));
    assert.deepEqual(new EdgelessCheckpoint(onDisk(before)).relative(onDisk(now), name, ahead), found);
    const expected = whole(bytesAt(before), bytesAt(now));
    const row = found.rows.find(({ kind }) => kind === 'object Session');
    assert.deepEqual([row?.count, row?.freed?.count, row?.survived?.count], [30, 10, 90]);
    assert.deepEqual(withoutNative(found), withoutNative(expected));
  });

  it('refuses a file whose strings do not stand last, and a name beyond the strings', () => {
    const text = snapshotText('0>1');
    assert.throws(() => edgeless(text.replace('"strings":', '"others":'), text), SnapshotSyntaxError);
    assert.throws(() => edgeless(text, text.slice(0, -20)), SnapshotSyntaxError);
    const beyond = text.replace(/"nodes":\[(\d+),\d+/, '"nodes":[$1,99');
    assert.throws(() => edgeless(text, beyond), /expected "name" in "nodes" to be at most 3, got 99/);
  });
});

function withoutNative({ rows }: RelativeRows) {
  return rows.filter(({ kind }) => !kind.startsWith('native'));
}

function onDisk(path: string) {
  const read = (buffer: Uint8Array, position: number): number => {
    const fd = openSync(path, 'r');
    try {
      return readSync(fd, buffer, 0, buffer.length, position);
    } finally {
      closeSync(fd);
    }
  };
  return { read, sizeBytes: statSync(path).size };
}

function bytesAt(path: string): Uint8Array {
  const { read, sizeBytes } = onDisk(path);
  const bytes = new Uint8Array(sizeBytes);
  read(bytes, 0);
  return bytes;
}
