/** Pods as targets: an API of Kubernetes' over TLS that answers as its reference says, and a pod that is a real process. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConfig } from '../../../collector/config/config.ts';
import type { PodsOf } from '../../../collector/config/discover-config.ts';
import { KubernetesSource } from '../../../collector/discover/kubernetes-source.ts';
import { startCollector } from '../../../collector/main/collector.ts';
import { configOf } from '../../support/collector.ts';
import { type Folder, folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';
import { projectRoot } from '../../support/project.ts';
import { connect } from '../../support/stream-client.ts';
import { startTarget } from '../../support/target.ts';

const tls = (name: string) => join(projectRoot, 'test/fixtures/tls', name);

interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

interface Api extends AsyncDisposable {
  readonly pods: PodsOf;
  readonly asked: { readonly path: string; readonly authorization: string | undefined }[];
}

async function startApi(dir: Folder, answer: (url: URL) => Answer): Promise<Api> {
  const asked: Api['asked'] = [];
  const server = createServer(
    { cert: readFileSync(tls('server.pem')), key: readFileSync(tls('server.key')) },
    ({ url = '', headers }: IncomingMessage, response) => {
      asked.push({ path: url, authorization: headers.authorization });
      const { status = 200, body } = answer(new URL(url, 'https://api'));
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const tokenFile = dir.join('token');
  await writeFile(tokenFile, 'first\n');
  return {
    asked,
    pods: {
      namespace: 'shop',
      selector: 'app=api',
      api: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
      tokenFile,
      caFile: tls('ca.pem'),
      port: 9229,
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function pod(name: string, podIP: string, { annotations = {}, phase = 'Running' } = {}) {
  const ownerReferences = [{ kind: 'ReplicaSet', name: 'api-7d9' }];
  return {
    metadata: { name, labels: { app: 'api' }, annotations, ownerReferences },
    spec: { nodeName: 'node-1' },
    status: { podIP, phase },
  };
}

const look = (pods: PodsOf, problems: string[] = []) =>
  new KubernetesSource(pods).look(AbortSignal.timeout(60_000), (problem) => problems.push(problem));

test('running pods are targets, page by page, with the token as it is at each look', async () => {
  await using dir = await folder();
  const last = [
    pod('api-3', '10.0.0.3', { annotations: { 'heapwatch/port': '9300' } }),
    pod('api-4', '10.0.0.4', { annotations: { 'heapwatch/ignore': 'true' } }),
    pod('api-5', '10.0.0.5', { phase: 'Pending' }),
    pod('api-6', 'not an address'),
    pod('api-7', '10.0.0.7', { annotations: { 'heapwatch/port': 'many' } }),
  ];
  await using api = await startApi(dir, ({ searchParams }) =>
    searchParams.has('continue')
      ? { body: { kind: 'PodList', metadata: {}, items: last } }
      : { body: { kind: 'PodList', metadata: { continue: 'more' }, items: [pod('api-1', '10.0.0.1')] } },
  );
  const found = await look(api.pods);
  assert.deepEqual(found, [
    {
      address: '10.0.0.1:9229',
      name: 'api-1',
      labels: { app: 'api', namespace: 'shop', node: 'node-1' },
      group: 'api-7d9',
    },
    {
      address: '10.0.0.3:9300',
      name: 'api-3',
      labels: { app: 'api', namespace: 'shop', node: 'node-1' },
      group: 'api-7d9',
    },
  ]);
  await writeFile(api.pods.tokenFile, 'second\n');
  await look(api.pods);
  const path = '/api/v1/namespaces/shop/pods?limit=500&labelSelector=app%3Dapi';
  assert.deepEqual(api.asked, [
    { path, authorization: 'Bearer first' },
    { path: `${path}&continue=more`, authorization: 'Bearer first' },
    { path, authorization: 'Bearer second' },
    { path: `${path}&continue=more`, authorization: 'Bearer second' },
  ]);
});

test('what the API refuses or makes no sense is said in one line, a list without an end is cut', async () => {
  await using dir = await folder();
  let answer: Answer = { status: 403, body: {} };
  await using api = await startApi(dir, () => answer);
  await assert.rejects(
    look(api.pods),
    /^Error: Cannot list pods app=api in shop: .* answered 403, .* right to list pods/,
  );
  answer = { body: 'no JSON' };
  await assert.rejects(look(api.pods), /is no list of pods$/);
  answer = { body: { items: [{ metadata: { name: 7 } }] } };
  await assert.rejects(look(api.pods), /is no list of pods$/);
  answer = { status: 302, body: '' };
  await assert.rejects(look(api.pods), /answered 302/);
  answer = { body: { metadata: { continue: 'again' }, items: [pod('api-1', '10.0.0.1')] } };
  const problems: string[] = [];
  assert.equal((await look(api.pods, problems)).length, 20);
  assert.match(problems.join(), /more than 10000 pods/);
  await assert.rejects(look({ ...api.pods, caFile: tls('client.pem') }), /certificate/);
  await assert.rejects(look({ ...api.pods, tokenFile: dir.join('none') }), /ENOENT/);
});

test('a pod that runs Node is attached to, by a configuration', async () => {
  await using dir = await folder();
  await using target = await startTarget('puppet');
  const annotations = { 'heapwatch/port': String(target.port) };
  await using api = await startApi(dir, () => ({ body: { items: [pod('api-1', '127.0.0.1', { annotations })] } }));
  const { pods } = api;
  const kubernetes = { namespace: 'shop', api: pods.api, tokenFile: pods.tokenFile, caFile: pods.caFile };
  const text = JSON.stringify({ discover: [{ kubernetes, schedule: { usage: '200ms' } }] });
  const { discover } = readConfig({ file: { name: 'x.yaml', text } });
  const logs = new LogLines();
  await using collector = await startCollector({ ...configOf([]), discover }, { logger: logs.logger });
  const client = await connect(collector.url);
  await client.hello();
  await client.subscribe({ topics: ['target'] });
  const found = await client.next('target', ({ state }) => state === 'attached');
  assert.equal(found.target, `api-1@${target.port}`);
  assert.deepEqual([found.pid, found.labels], [target.pid, { app: 'api', namespace: 'shop', node: 'node-1' }]);
  await client.close();
});

test('a token is sent nowhere unencrypted but on this machine', () => {
  const config = (api: string) => {
    const text = JSON.stringify({ discover: [{ kubernetes: { namespace: 'shop', api } }] });
    return readConfig({ file: { name: 'x.yaml', text } });
  };
  assert.throws(() => config('http://10.96.0.1'), /expected an address such as https:/);
  assert.throws(() => config('https://user@10.96.0.1'), /expected an address such as https:/);
  assert.equal(config('http://127.0.0.1:8001').discover.length, 1, 'kubectl proxy');
});
