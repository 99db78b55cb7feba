/** Profiles at a server that records what it is sent, held against what Pyroscope's ingest API asks for. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';
import { runCli } from '../../support/cli.ts';
import { startTarget } from '../../support/target.ts';

interface Ingested {
  readonly url: URL;
  readonly authorization: string | undefined;
  readonly form: FormData;
}

/** Answers with `status`. */
async function recorder(status = 200) {
  const ingested: Ingested[] = [];
  const server = createServer(async (request, response) => {
    // somebody who looks for inspectors on this machine
    if (!request.url?.startsWith('/ingest')) return void response.writeHead(404).end();
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const headers = { 'Content-Type': String(request.headers['content-type']) };
    const form = await new Response(new Uint8Array(Buffer.concat(chunks)), { headers }).formData();
    const { authorization } = request.headers;
    ingested.push({ url: new URL(String(request.url), 'http://a'), authorization, form });
    response.writeHead(status).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ingested,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}

test('a profile comes with its name, its span, its sample types and all its bytes', async () => {
  await using target = await startTarget('leaking-sessions');
  await using server = await recorder();
  const args = ['sample', String(target.port), '--for', '1s', '--interval', '4KB', '--push', server.url];
  const env = { HEAPWATCH_PUSH_TOKEN: 'a-secret' };
  const { code, stdout, stderr } = await runCli([...args, '--push-name', 'the api,{x}', '--json'], env);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^sent to http:/m);
  assert.ok(!stderr.includes('a-secret'));
  const [{ url, form, authorization }] = server.ingested as [Ingested];
  assert.equal(url.pathname, '/ingest');
  assert.equal(authorization, 'Bearer a-secret');
  const { name, from, until, format } = Object.fromEntries(url.searchParams);
  assert.equal(name, `the_api__x_{target=${target.port},isolate=main,pid=${target.pid}}`);
  assert.ok(/^\d{10}$/.test(from!) && /^\d{10}$/.test(until!) && Number(from) < Number(until), `${from} ${until}`);
  assert.equal(format, 'pprof');
  const types = JSON.parse(await (form.get('sample_type_config') as File).text());
  const sent = new Uint8Array(await (form.get('profile') as File).arrayBuffer());
  const profile = Profile.decode(gunzipSync(sent));
  const word = (index: number | bigint) => profile.stringTable.strings[Number(index)]!;
  // a type that the profile has is described, as the server wants it
  assert.deepEqual(profile.sampleType.map(({ type }) => word(type)).sort(), Object.keys(types).sort());
  const bytes = profile.sample.reduce((sum, { value }) => sum + Number(value[1]), 0);
  assert.equal(bytes, JSON.parse(stdout).sizeBytes);
  assert.ok(bytes > 0);
});

test('a server that refuses, and addresses that are none', async () => {
  await using target = await startTarget('leaking-sessions');
  await using server = await recorder(422);
  const refused = await runCli(['sample', String(target.port), '--for', '200ms', '--push', server.url]);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^heapwatch: Cannot send the profile to http:\S+: it answered 422$/m);
  for (const address of ['ftp://a', 'http://me:secret@a', 'http://a/?token=secret', 'a']) {
    const { code, stderr } = await runCli(['sample', '9229', '--push', address]);
    assert.equal(code, 2, address);
    assert.match(stderr, /Cannot use --push: expected the address of a server/);
    assert.ok(!stderr.includes('secret'));
  }
});
