/** Snapshots that leave: to a bucket of a real S3-compatible server, to a server that takes PUT, to a folder; whole or absent. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import { AwsV4Signer } from 'aws4fetch';
import { parseDestination } from '../../../collector/config/destination.ts';
import type { Place } from '../../../collector/egress/place.ts';
import { placeOf } from '../../../collector/egress/places.ts';
import { S3Place } from '../../../collector/egress/s3.ts';
import { folder } from '../../support/folder.ts';
import { BUCKET, cutting, KEYS, s3Server } from '../../support/s3-server.ts';
import { signatureFault } from '../../support/sig-v4.ts';

const MB = 2 ** 20;

function bucket(
  endpoint: string,
  prefix = 'prod/eu',
): Place & { link(name: string, seconds: number): Promise<string> } {
  return new S3Place({
    bucket: BUCKET,
    prefix,
    region: 'us-east-1',
    endpoint,
    accessKeyId: KEYS.AWS_ACCESS_KEY_ID,
    secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY,
    firstRetryMs: 1,
  });
}

function fileOf(path: string, bytes: number): string {
  writeFileSync(path, randomBytes(bytes));
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

async function hashAt(url: string): Promise<string> {
  return createHash('sha256')
    .update(Buffer.from(await (await fetch(url)).arrayBuffer()))
    .digest('hex');
}

describe('a bucket', () => {
  it('has what was sent, small or in parts, lists it, links to it for a while, and lets it go', async () => {
    await using server = await s3Server();
    await using dir = await folder();
    const place = bucket(server.endpoint);
    for (const [name, bytes] of [
      ['small ä:@.heapsnapshot', 1_000],
      ['empty.heapsnapshot', 0],
      ['large.heapsnapshot', 20 * MB + 5],
    ] as const) {
      const hash = fileOf(dir.join('x'), bytes);
      const seen: number[] = [];
      await place.send(dir.join('x'), name, { onBytes: (sent) => seen.push(sent) });
      assert.equal(await hashAt(await place.link(name, 60)), hash);
      assert.equal(seen.at(-1), bytes);
    }
    const listed = await place.list();
    assert.deepEqual(
      listed!.map(({ name, sizeBytes }) => [name, sizeBytes]),
      [
        ['empty.heapsnapshot', 0],
        ['large.heapsnapshot', 20 * MB + 5],
        ['small ä:@.heapsnapshot', 1_000],
      ],
    );
    assert.equal(place.addressOf('a'), 's3://heaps/prod/eu/a');
    assert.deepEqual(await bucket(server.endpoint, 'prod/e').list(), []);
    await place.remove('large.heapsnapshot');
    assert.equal((await place.list())!.length, 2);
    const expired = new URL(await place.link('empty.heapsnapshot', 60));
    expired.searchParams.set('X-Amz-Signature', '0'.repeat(64));
    assert.equal((await fetch(expired)).status, 403);
  });

  it('that is cut off ten times in the middle has a file as a whole', async () => {
    await using server = await s3Server();
    await using cutter = await cutting(server.port, 12 * MB, 10);
    await using dir = await folder();
    const hash = fileOf(dir.join('x'), 100 * MB);
    const place = bucket(cutter.endpoint);
    await place.send(dir.join('x'), 'a.heapsnapshot');
    assert.equal(cutter.cuts, 10);
    assert.equal(await hashAt(await bucket(server.endpoint).link('a.heapsnapshot', 60)), hash);
  });

  it('that is always cut off, or given up in the middle, has nothing', async () => {
    await using server = await s3Server();
    await using cutter = await cutting(server.port, 3 * MB, Number.POSITIVE_INFINITY);
    await using dir = await folder();
    fileOf(dir.join('x'), 40 * MB);
    await assert.rejects(
      bucket(cutter.endpoint).send(dir.join('x'), 'a'),
      /^EgressError: Cannot send to s3:\/\/heaps\/prod\/eu: it cannot be reached/,
    );
    const stop = new AbortController();
    const onBytes = () => stop.abort(new Error('given up'));
    await assert.rejects(
      bucket(server.endpoint).send(dir.join('x'), 'a', { signal: stop.signal, onBytes }),
      /given up/,
    );
    assert.deepEqual(await bucket(server.endpoint).list(), []);
  });

  it('that refuses says so in one line, without what is secret', async () => {
    await using server = await s3Server();
    await using dir = await folder();
    fileOf(dir.join('x'), 10);
    const env = {
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'another-secret-key',
      AWS_ENDPOINT_URL_S3: server.endpoint,
    };
    const place = placeOf({ to: parseDestination(`s3://${BUCKET}`) }, env);
    await assert.rejects(place.send(dir.join('x'), 'a'), (error: Error) => {
      assert.equal(error.message, 'Cannot send to s3://heaps: it answered 403 (SignatureDoesNotMatch)');
      return true;
    });
    assert.throws(
      () => placeOf({ to: parseDestination('s3://heaps') }, {}),
      /accessKeyId is not there: set AWS_ACCESS_KEY_ID/,
    );
  });

  it('is asked with signatures as Amazon has published them', async () => {
    // "GET Object", "GET Bucket Lifecycle" and "Get Bucket (List Objects)" of Signature Calculations for the Authorization Header
    const vectors: [url: string, headers: Record<string, string>, signature: string][] = [
      [
        'https://examplebucket.s3.amazonaws.com/test.txt',
        { Range: 'bytes=0-9' },
        'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
      ],
      [
        'https://examplebucket.s3.amazonaws.com/?lifecycle',
        {},
        'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
      ],
      [
        'https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J',
        {},
        '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
      ],
    ];
    const empty = createHash('sha256').update('').digest('hex');
    for (const [url, headers, signature] of vectors) {
      const signed = await new AwsV4Signer({
        url,
        method: 'GET',
        headers: { ...headers, 'X-Amz-Content-Sha256': empty },
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
        region: 'us-east-1',
        service: 's3',
        datetime: '20130524T000000Z',
        allHeaders: true,
      }).sign();
      assert.match(signed.headers.get('authorization')!, new RegExp(`Signature=${signature}$`), url);
      // what the tests' server holds requests against knows the same
      const given = Object.fromEntries(signed.headers);
      const asked = {
        method: 'GET',
        url: url.replace(/^https:\/\/[^/]+/, ''),
        headers: { ...given, host: 'examplebucket.s3.amazonaws.com' },
      };
      assert.equal(signatureFault(asked, 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'), undefined);
      assert.equal(signatureFault(asked, 'another'), 'SignatureDoesNotMatch');
    }
  });
});

interface PutServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: { method: string; url: string; headers: IncomingMessage['headers']; bytes: number }[];
}

/** Keeps how long each request was that came as a whole; answers by turns with `statuses`, the last of them for ever. */
async function putServer(...statuses: number[]): Promise<PutServer> {
  const requests: PutServer['requests'] = [];
  const server = createServer(async (request, response) => {
    let bytes = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) bytes += chunk.length;
    const { method = '', url = '', headers } = request;
    requests.push({ method, url, headers, bytes });
    response.writeHead(statuses.length > 1 ? statuses.shift()! : statuses[0]!).end('no matter');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('a server that takes PUT', () => {
  it('gets the file with its length, again after a failure that may pass, with what makes it a permission', async () => {
    await using server = await putServer(503, 201);
    await using dir = await folder();
    fileOf(dir.join('x'), 3 * MB);
    const config = {
      to: parseDestination(`${server.url}/c/{name}?api=1`),
      headers: { 'x-ms-blob-type': 'BlockBlob' },
      query: { env: 'SAS' },
      bearer: { env: 'TOKEN' },
    };
    const place = placeOf(config, { SAS: '?sig=secret', TOKEN: 'the-token' });
    await place.send(dir.join('x'), 'a b.heapsnapshot');
    assert.deepEqual(
      server.requests.map(({ method, url, headers, bytes }) => [
        method,
        url,
        headers['x-ms-blob-type'],
        headers.authorization,
        bytes,
      ]),
      Array(2).fill(['PUT', '/c/a%20b.heapsnapshot?api=1&sig=secret', 'BlockBlob', 'Bearer the-token', 3 * MB]),
    );
    assert.ok(!place.addressOf('a').includes('secret'));
    assert.equal(await place.list(), undefined);
  });

  it('that refuses is not asked again', async () => {
    await using server = await putServer(403);
    await using dir = await folder();
    fileOf(dir.join('x'), 10);
    const place = placeOf({ to: parseDestination(server.url) }, {});
    await assert.rejects(
      place.send(dir.join('x'), 'a'),
      /^EgressError: Cannot send to http:\/\/127\.0\.0\.1:\d+\/a: it answered 403$/,
    );
    assert.equal(server.requests.length, 1);
  });
});

describe('a folder', () => {
  it('has a file as a whole, and loses what a killed process has left', async () => {
    await using dir = await folder();
    const hash = fileOf(dir.join('x'), 3 * MB);
    const place = placeOf({ to: parseDestination(dir.join('away')) }, {});
    await place.send(dir.join('x'), 'a.heapsnapshot');
    appendFileSync(dir.join('away/.heapwatch-sending-1-b.heapsnapshot.partial'), 'half');
    await place.clear();
    assert.deepEqual(readdirSync(dir.join('away')), ['a.heapsnapshot']);
    assert.equal(
      createHash('sha256')
        .update(readFileSync(dir.join('away/a.heapsnapshot')))
        .digest('hex'),
      hash,
    );
    assert.deepEqual(
      (await place.list())!.map(({ name, sizeBytes }) => [name, sizeBytes]),
      [['a.heapsnapshot', 3 * MB]],
    );
    await place.remove('a.heapsnapshot');
    assert.deepEqual(await place.list(), []);
    await assert.rejects(place.send(dir.join('none'), 'b'), /no such file/);
  });
});
