/** Every way into a collector that changes something, or gives away what only operators see, writes to the audit trail. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { TokenConfig } from '../../../collector/config/access-config.ts';
import type { Config } from '../../../collector/config/config.ts';
import { startCollector } from '../../../collector/main/collector.ts';
import type { AuditEntry, AuditResult } from '../../../protocol/audit.ts';
import { type Method, methods } from '../../../protocol/requests.ts';
import { TestApi } from '../../support/api.ts';
import { configOf } from '../../support/collector.ts';
import { folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';
import { connect } from '../../support/stream-client.ts';
import { startTarget } from '../../support/target.ts';

const OPS = 'the-operators-own-token';
const EYE = 'the-viewers-own-token';
const tokens: TokenConfig[] = [
  { name: 'ops', role: 'operator', source: { env: 'OPS' } },
  { name: 'eye', role: 'viewer', source: { env: 'EYE' } },
];
const SNAPSHOT = 'api.heapsnapshot';
const NOWHERE = 'ff.heapsnapshot';

/** Ways that look at what viewers may see, and change nothing. A new way is listed here or writes to the trail. */
const LOOKS = new Set([
  'GET /',
  'GET /ui/{name}',
  'GET /healthz',
  'GET /readyz',
  'GET /metrics',
  'GET /v1/login',
  'GET /v1/openapi.json',
  'GET /v1/asyncapi.json',
  'GET /v1/targets',
  'GET /v1/partitions',
  'GET /v1/partitions/{id}',
  'GET /v1/targets/{target}/events',
  'GET /v1/targets/{target}/partitions',
  'GET /v1/history',
  'GET /v1/alerts',
  'GET /v1/prices',
  'GET /v1/snapshots',
  'GET /v1/operations',
]);

/** What begins a session of an assistant. */
const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};
/** A sign-in is a login at the first use of its token; one that fails is a refusal. */
const CODE = { code: 'none', verifier: 'v'.repeat(43), nonce: 'n', redirectUri: 'https://ops.example/' };

/** How each way that acts is used, and what the trail then calls it. */
const ACTS: Readonly<Record<string, readonly [path: string, body: object | undefined, act: string, by?: string]>> = {
  'POST /v1/login/token': ['/v1/login/token', CODE, 'refusal', 'anybody'],
  'POST /v1/probe': ['/v1/probe', { target: 'none', probe: 'usage' }, 'probe'],
  'POST /v1/checkpoint': ['/v1/checkpoint', { target: 'none', label: 'a' }, 'checkpoint'],
  'POST /v1/release': ['/v1/release', { target: 'none', label: 'a' }, 'release'],
  'POST /v1/mark': ['/v1/mark', { label: 'a', targets: ['none'] }, 'mark'],
  'POST /v1/explore': ['/v1/explore', { question: 'classifiers' }, 'explore'],
  'POST /v1/silences': ['/v1/silences', { matchers: { kind: 'S' }, forMs: 1_000, comment: 'c' }, 'silence'],
  'DELETE /v1/silences/{id}': ['/v1/silences/none', undefined, 'unsilence'],
  'DELETE /v1/operations/{id}': ['/v1/operations/none', undefined, 'cancel'],
  'POST /v1/snapshots/{name}/link': [`/v1/snapshots/${SNAPSHOT}/link`, {}, 'link'],
  'POST /v1/mcp': ['/v1/mcp', INITIALIZE, 'mcp'],
  'DELETE /v1/mcp': ['/v1/mcp', undefined, 'mcp-end'],
  'GET /v1/audit': ['/v1/audit?limit=1', undefined, 'audit'],
  'GET /v1/snapshots/{name}': [`/v1/snapshots/${SNAPSHOT}`, undefined, 'download'],
  'GET /v1/snapshots/{name}/report': [`/v1/snapshots/${NOWHERE}/report`, undefined, 'report'],
  'DELETE /v1/snapshots/{name}': [`/v1/snapshots/${NOWHERE}`, undefined, 'remove-snapshot'],
};

/** Methods of the stream that only look. */
const LOOKING: readonly Method[] = [
  'targets',
  'history',
  'events',
  'partitions',
  'partition',
  'alerts',
  'prices',
  'snapshots',
  'operations',
];

const CALLS: Readonly<Partial<Record<Method, object>>> = {
  probe: { target: 'none', probe: 'usage' },
  checkpoint: { target: 'none', label: 'a' },
  release: { target: 'none', label: 'a' },
  mark: { label: 'a', targets: ['none'] },
  silence: { matchers: { kind: 'S' }, forMs: 1_000, comment: 'c' },
  unsilence: { id: 'none' },
  explore: { question: 'classifiers' },
  cancel: { id: 'none' },
  audit: {},
};

async function start(dir: string, over: Partial<Config> = {}) {
  const logs = new LogLines();
  const config = {
    ...configOf([]),
    auth: { tokens, origins: [] },
    snapshots: { dir, keep: 1 },
    ...over,
  };
  return { collector: await startCollector(config, { logger: logs.logger, env: { OPS, EYE } }), logs };
}

/** The newest entries, without those of asking for them. */
async function trail(api: TestApi): Promise<AuditEntry[]> {
  const { body } = await api.get('/v1/audit?limit=1000', OPS);
  return (body as AuditResult).entries.filter(({ act, params }) => act !== 'audit' || params?.limit === 1);
}

describe('the audit trail of a collector', () => {
  it('has an entry of every way of the HTTP API that changes or discloses something', async () => {
    await using dir = await folder();
    writeFileSync(dir.join(SNAPSHOT), '{}');
    const { collector } = await start(dir.path);
    await using _ = collector;
    const api = await TestApi.of(collector.url);
    const ways = Object.entries(api.document.paths).flatMap(([path, byMethod]) =>
      Object.keys(byMethod).map((method) => `${method.toUpperCase()} ${path}`),
    );
    assert.deepEqual(
      ways.filter((way) => !LOOKS.has(way)).sort(),
      Object.keys(ACTS).sort(),
      'each way either looks or acts',
    );
    for (const way of ways.filter((each) => !LOOKS.has(each))) {
      const [path, body, act, by = 'ops'] = ACTS[way]!;
      const before = await trail(api);
      const method = way.split(' ', 1)[0]!;
      const accept = { Accept: 'application/json, text/event-stream' };
      const headers = { Authorization: `Bearer ${OPS}`, 'Content-Type': 'application/json', ...accept };
      await api.send(method, path, { headers, ...(body && { body: JSON.stringify(body) }) });
      const after = await trail(api);
      assert.equal(after.length, before.length + 1, way);
      assert.deepEqual([after[0]!.act, after[0]!.by, after[0]!.address, after[0]!.via], [act, by, '127.0.0.1', 'http']);
    }
  });

  it('has no way that looks and is no viewer’s, or that is not asked with GET', async () => {
    await using dir = await folder();
    const { collector } = await start(dir.path);
    await using _ = collector;
    const { document } = await TestApi.of(collector.url);
    for (const way of LOOKS) {
      const [method, path] = way.split(' ') as [string, string];
      const operation = document.paths[path]?.[method.toLowerCase()] as { 'x-role'?: string } | undefined;
      assert.ok(operation, `${way} is none`);
      assert.deepEqual([method, operation['x-role'] === 'operator'], ['GET', false], way);
    }
  });

  it('has an entry of every method of the stream that a viewer may not call', async () => {
    await using dir = await folder();
    const { collector } = await start(dir.path);
    await using _ = collector;
    const all = Object.keys(methods) as Method[];
    assert.deepEqual(
      all.filter((method) => !LOOKING.includes(method)),
      Object.keys(CALLS),
      'each method either looks or acts',
    );
    for (const method of LOOKING) assert.equal(methods[method].role, 'viewer', method);
    const api = await TestApi.of(collector.url);
    await using client = await connect(collector.url);
    client.send({ type: 'hello', token: OPS });
    await client.next('welcome');
    for (const [method, params] of Object.entries(CALLS)) {
      await client.request(method, params);
      const [entry] = (await trailWithAsking(api)).filter(({ via }) => via === 'stream');
      assert.deepEqual([entry!.act, entry!.by, entry!.via], [method, 'ops', 'stream']);
    }
  });

  it('has logins once a visit, refusals, the start and what a configuration changed', async () => {
    await using dir = await folder();
    const { collector, logs } = await start(dir.path);
    await using _ = collector;
    const api = await TestApi.of(collector.url);
    for (let i = 0; i < 3; i++) await api.get('/v1/targets', EYE);
    await api.get('/v1/targets', 'a-token-of-nobody');
    await api.post('/v1/mark', { label: 'a' }, EYE);
    await using client = await connect(collector.url);
    client.send({ type: 'hello', token: EYE });
    await client.next('welcome');
    await client.request('mark', { label: 'a' });
    await collector.reload({ ...configOf([]), auth: { tokens, origins: ['https://ops.example'] } });
    const entries = (await trail(api)).reverse();
    assert.deepEqual(
      entries.map(({ act, by, via, outcome, params }) => [act, by, via, outcome, params?.path]),
      [
        ['start', 'collector', 'collector', 'done', undefined],
        ['login', 'eye', 'http', 'done', undefined],
        ['refusal', 'anybody', 'http', 'refused', '/v1/targets'],
        ['refusal', 'eye', 'http', 'refused', '/v1/mark'],
        ['login', 'eye', 'stream', 'done', undefined],
        ['refusal', 'eye', 'stream', 'refused', 'mark'],
        ['reload', 'collector', 'collector', 'done', undefined],
        ['login', 'ops', 'http', 'done', undefined],
      ],
    );
    assert.deepEqual(entries[6]!.params?.live, ['auth']);
    // the log tells the hash of each: with it the trail is held against
    assert.equal((await logs.next('request refused')).hash, entries[2]!.hash);
    assert.ok(![OPS, EYE, 'a-token-of-nobody'].some((secret) => JSON.stringify(entries).includes(secret)));
  });

  it('tells what a probe by hand did cost, or why it was not run', async () => {
    await using dir = await folder();
    await using target = await startTarget('puppet');
    const { collector } = await start(dir.path, configOf([{ name: 'api', inspect: `127.0.0.1:${target.port}` }]));
    await using _ = collector;
    await using client = await connect(collector.url);
    await client.hello();
    await client.subscribe({ topics: ['target'] });
    await client.next('target', ({ state }) => state === 'attached');
    await client.request('probe', { target: 'api', probe: 'census' });
    const { result } = (await client.request('audit', { target: 'api' })) as unknown as { result: AuditResult };
    const [entry] = result.entries;
    assert.deepEqual([entry!.act, entry!.target, entry!.outcome], ['probe', 'api', 'done']);
    assert.ok(entry!.price!.pauseMs! > 0);
    assert.ok(entry!.price!.forecast!.pauseMs > 0);
    assert.ok(entry!.durationMs! > 0);
  });
});

async function trailWithAsking(api: TestApi): Promise<AuditEntry[]> {
  return ((await api.get('/v1/audit?limit=1000', OPS)).body as AuditResult).entries;
}
