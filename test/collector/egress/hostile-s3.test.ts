/** Buckets that are hostile, and senders that are killed: a line that says what it was, bounded time and memory, nothing left. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { S3Place } from '../../../collector/egress/s3.ts';
import { folder } from '../../support/folder.ts';
import { hostileS3 } from '../../support/hostile-s3.ts';

const MB = 2 ** 20;

function bucket(endpoint: string): S3Place {
  const keys = { accessKeyId: 'ours', secretAccessKey: 'secret-of-ours' };
  return new S3Place({ bucket: 'heaps', prefix: 'p', region: 'us-east-1', endpoint, ...keys, firstRetryMs: 1 });
}

async function fileOf(bytes: number): Promise<AsyncDisposable & { path: string }> {
  const dir = await folder();
  writeFileSync(dir.join('x'), Buffer.alloc(bytes, 7));
  return { path: dir.join('x'), [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose]() };
}

test('what a killed sender has begun is ended by who sends that file again', async () => {
  let isSlow = true;
  await using server = await hostileS3((what, request) => {
    // the second part and those after it are not answered: it is killed there
    if (what !== 'PUT part' || !isSlow || !request.url!.includes('partNumber=2')) return false;
    request.resume();
    return true;
  });
  await using file = await fileOf(30 * MB);
  const sender = spawn(process.execPath, [
    ...['--input-type=module', '-e'],
    `const { S3Place } = await import(${JSON.stringify(new URL('../../../collector/egress/s3.js', import.meta.url).href)});
     const keys = { accessKeyId: 'ours', secretAccessKey: 'secret-of-ours' };
     const place = new S3Place({ bucket: 'heaps', prefix: 'p', region: 'us-east-1', endpoint: ${JSON.stringify(server.endpoint)}, ...keys });
     await place.send(${JSON.stringify(file.path)}, 'a.heapsnapshot');`,
  ]);
  await server.parts(1);
  const ended = once(sender, 'close');
  sender.kill('SIGKILL');
  await ended;
  assert.deepEqual([server.uploads.size, server.objects.size], [1, 0]);
  isSlow = false;
  await bucket(server.endpoint).send(file.path, 'a.heapsnapshot');
  assert.deepEqual([server.uploads.size, [...server.objects]], [0, [['p/a.heapsnapshot', 30 * MB]]]);
});

test('an upload of another file is left to its sender', async () => {
  await using server = await hostileS3();
  await using file = await fileOf(10 * MB);
  await fetch(`${server.endpoint}/heaps/p/a.heapsnapshot.gz?uploads`, { method: 'POST' });
  await bucket(server.endpoint).send(file.path, 'a.heapsnapshot');
  await bucket(server.endpoint).clear();
  assert.deepEqual(
    [...server.uploads.values()].map(({ key }) => key),
    ['p/a.heapsnapshot.gz'],
  );
});

test('an answer without an end is read to a bound', async () => {
  await using server = await hostileS3((what, _, response) => {
    if (what !== 'GET object') return false;
    const more = () => {
      while (!response.destroyed && response.write('<Contents><Key>p/x</Key></Contents>'.repeat(1_000)));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
    return true;
  });
  const before = process.memoryUsage().rss;
  await assert.rejects(
    bucket(server.endpoint).list(),
    /^EgressError: Cannot list in s3:\/\/heaps\/p: its answer is longer than \d+/,
  );
  assert.ok(process.memoryUsage().rss - before < 150 * MB);
});

test('a redirection is refused by its status, and nothing of the file goes there', async () => {
  let elsewhere = 0;
  await using other = await hostileS3(() => {
    elsewhere++;
    return false;
  });
  await using server = await hostileS3((_, request, response) => {
    request.resume();
    response.writeHead(307, { Location: `${other.endpoint}${request.url}` }).end();
    return true;
  });
  await using file = await fileOf(10);
  await assert.rejects(
    bucket(server.endpoint).send(file.path, 'a'),
    /^EgressError: Cannot send to s3:\/\/heaps\/p: it answered 307, which leads to http:\/\/127\.0\.0\.1:\d+: set endpoint or region/,
  );
  assert.equal(elsewhere, 0);
});

test('a server that says that there is always more, or gives no UploadId, is not believed', async () => {
  await using server = await hostileS3((what, request, response) => {
    request.resume();
    if (what === 'GET object') {
      response.end('<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>');
      return true;
    }
    if (what !== 'POST uploads') return false;
    response.end('<UploadId></UploadId>');
    return true;
  });
  await using file = await fileOf(10 * MB);
  await assert.rejects(bucket(server.endpoint).list(), /it says that there is more, and gives nothing/);
  await assert.rejects(bucket(server.endpoint).send(file.path, 'a'), /it gave no UploadId/);
});
