/** `heapwatch snapshot` to where it is to go: packed, to standard output, to a bucket, by PUT. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { placeOf } from '../../../collector/egress/places.ts';
import { runCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { KEYS, s3Server } from '../../support/s3-server.ts';
import { startTarget } from '../../support/target.ts';

function nodesIn(text: string): number {
  return (JSON.parse(text) as { snapshot: { node_count: number } }).snapshot.node_count;
}

function carried(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('heapwatch-carried-'));
}

describe('a snapshot', () => {
  it('goes packed into a file that is called so, and heap reads it', async () => {
    await using target = await startTarget('puppet');
    await using dir = await folder();
    const path = dir.join('a.heapsnapshot.gz');
    const { code, stdout } = await runCli(['snapshot', String(target.port), '--yes', '-o', path]);
    assert.equal(code, 0);
    assert.match(stdout, /a\.heapsnapshot\.gz \d/);
    assert.ok(nodesIn(gunzipSync(readFileSync(path)).toString()) > 10_000);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.match((await runCli(['heap', path])).stdout, /^Partition of a set of \d{5,} objects/);
    assert.deepEqual(readdirSync(dir.path), ['a.heapsnapshot.gz']);
  });

  it('goes to a bucket, packed and redacted; one that cannot be reached gets nothing and says why', async () => {
    await using target = await startTarget('puppet');
    await using server = await s3Server();
    const env = { ...KEYS, AWS_ENDPOINT_URL_S3: server.endpoint };
    const before = carried();
    const sent = await runCli(
      ['snapshot', String(target.port), '--yes', '--redact', '-o', 's3://heaps/by/hand.heapsnapshot.gz', '--json'],
      env,
    );
    assert.equal(sent.code, 0, sent.stderr);
    const place = placeOf({ to: { type: 's3', bucket: 'heaps', prefix: 'by' } }, env);
    const bytes = Buffer.from(await (await fetch(await place.link!('hand.heapsnapshot.gz', 60))).arrayBuffer());
    const told = JSON.parse(sent.stdout) as { path: string; bytes: number };
    assert.deepEqual([told.path, told.bytes], ['s3://heaps/by/hand.heapsnapshot.gz', bytes.length]);
    assert.ok(nodesIn(gunzipSync(bytes).toString()) > 10_000);
    const away = await runCli(['snapshot', String(target.port), '--yes', '-o', 's3://none/a.heapsnapshot'], env);
    assert.deepEqual([away.code, away.stdout], [1, '']);
    assert.match(away.stderr, /Cannot send to s3:\/\/none: it answered 404 \(NoSuchBucket\)/);
    const keyless = await runCli(['snapshot', String(target.port), '--yes', '-o', 's3://heaps/a.heapsnapshot'], {
      AWS_ACCESS_KEY_ID: '',
    });
    assert.match(keyless.stderr, /accessKeyId is not there: set AWS_ACCESS_KEY_ID in the environment/);
    assert.deepEqual(carried(), before);
  });
});
