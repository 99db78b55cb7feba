/** A visitor with a scope sees and does only what concerns his targets, by every method and every way. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Token } from '../../../collector/access/tokens.ts';
import type { TokenConfig } from '../../../collector/config/access-config.ts';
import type { Rule } from '../../../collector/config/rule.ts';
import { startCollector } from '../../../collector/main/collector.ts';
import type { Silence } from '../../../protocol/alert.ts';
import type { AuditResult } from '../../../protocol/audit.ts';
import type { StreamEvent } from '../../../protocol/events.ts';
import type { Operation } from '../../../protocol/operations.ts';
import { type Method, methods } from '../../../protocol/requests.ts';
import { TestApi } from '../../support/api.ts';
import { configOf } from '../../support/collector.ts';
import { alertEvent, partitionEvent, usageEvent } from '../../support/events.ts';
import { folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';
import { connect, type StreamClient } from '../../support/stream-client.ts';
import { startStream } from '../../support/stream-server.ts';
import { startTarget } from '../../support/target.ts';

const OPS = 'the-operators-own-token';
const TEAM = 'the-token-of-team-api';
const LIGHT = 'the-token-of-cheap-probes';
const MINE = 'api.main.20261122T062445123Z.heapsnapshot';
const FOREIGN = 'ledger.main.20261122T062445123Z.heapsnapshot';
const tokens: TokenConfig[] = [
  { name: 'ops', role: 'operator', source: { env: 'OPS' } },
  { name: 'team', role: 'operator', source: { env: 'TEAM' }, scope: { targets: ['api*'] } },
  { name: 'light', role: 'operator', source: { env: 'LIGHT' }, scope: { probes: ['usage', 'types'] } },
];
const TOPICS = ['partition', 'usage', 'target', 'probe', 'checkpoint', 'mark', 'footprint', 'alert'];

const RULE: Rule = {
  name: 'Grows',
  group: null,
  targets: ['*'],
  watch: { type: 'usage', gauge: 'heapUsed' },
  isolates: 'each',
  when: { type: 'above', value: 1e15 },
  forMs: 0,
  keepFiringForMs: 0,
  labels: {},
  annotations: {},
  escalate: null,
  notify: [],
  warmUpMs: 0,
  maxSeries: 10,
  off: false,
};

/** Ids of what belongs to the other target. */
interface Foreign {
  readonly partition: string;
  readonly operation: string;
  readonly silence: string;
}

/** How each method is called about another's target; `told`: it is answered, and nothing of the other is in the answer. */
const CALLS: Readonly<
  Record<Method, (foreign: Foreign) => [params: object, outcome: 'told' | 'forbidden' | 'not-found']>
> = {
  targets: () => [{}, 'told'],
  probe: () => [{ target: 'ledger', probe: 'usage' }, 'forbidden'],
  checkpoint: () => [{ target: 'ledger', label: 'a' }, 'forbidden'],
  release: () => [{ target: 'ledger', label: 'a' }, 'forbidden'],
  mark: () => [{ label: 'a' }, 'told'],
  alerts: () => [{}, 'told'],
  silence: () => [{ matchers: { target: '*' }, forMs: 1_000, comment: 'c' }, 'forbidden'],
  unsilence: ({ silence }) => [{ id: silence }, 'forbidden'],
  history: () => [{ target: 'ledger', topic: 'usage' }, 'forbidden'],
  events: () => [{ target: 'ledger' }, 'forbidden'],
  partitions: () => [{ target: 'ledger' }, 'forbidden'],
  partition: ({ partition }) => [{ id: partition }, 'not-found'],
  prices: () => [{ target: 'ledger' }, 'forbidden'],
  snapshots: () => [{}, 'told'],
  explore: () => [{ question: 'partition', target: 'api', snapshot: FOREIGN }, 'forbidden'],
  operations: () => [{}, 'told'],
  cancel: ({ operation }) => [{ id: operation }, 'not-found'],
  audit: () => [{}, 'told'],
};

const CODE = { code: 'none', verifier: 'v'.repeat(43), nonce: 'n', redirectUri: 'https://ops.example/' };

/** The same of each way; `open`: it tells of no target. */
const WAYS: Readonly<Record<string, (foreign: Foreign) => [path: string, body?: object | undefined, status?: number]>> =
  {
    'GET /': () => ['/'],
    'GET /ui/{name}': () => ['/ui/none.js', undefined, 404],
    'GET /healthz': () => ['/healthz'],
    'GET /readyz': () => ['/readyz'],
    'GET /metrics': () => ['/metrics'],
    'GET /v1/login': () => ['/v1/login'],
    'POST /v1/login/token': () => ['/v1/login/token', CODE, 401],
    'GET /v1/openapi.json': () => ['/v1/openapi.json'],
    'GET /v1/asyncapi.json': () => ['/v1/asyncapi.json'],
    'GET /v1/targets': () => ['/v1/targets'],
    'GET /v1/partitions': () => ['/v1/partitions'],
    'GET /v1/partitions/{id}': ({ partition }) => [`/v1/partitions/${partition}`, undefined, 404],
    'GET /v1/targets/{target}/events': () => ['/v1/targets/ledger/events', undefined, 403],
    'GET /v1/targets/{target}/partitions': () => ['/v1/targets/ledger/partitions', undefined, 403],
    'GET /v1/history': () => ['/v1/history?target=ledger&topic=usage', undefined, 403],
    'GET /v1/alerts': () => ['/v1/alerts'],
    'GET /v1/prices': () => ['/v1/prices?target=ledger', undefined, 403],
    'GET /v1/snapshots': () => ['/v1/snapshots'],
    'GET /v1/operations': () => ['/v1/operations'],
    'DELETE /v1/operations/{id}': ({ operation }) => [`/v1/operations/${operation}`, undefined, 404],
    'GET /v1/audit': () => ['/v1/audit'],
    // its tools call the methods above: mcp-http.test.ts
    'POST /v1/mcp': () => ['/v1/mcp', { jsonrpc: '2.0', id: 1, method: 'tools/list' }, 404],
    'DELETE /v1/mcp': () => ['/v1/mcp', undefined, 404],
    'POST /v1/probe': () => ['/v1/probe', { target: 'ledger', probe: 'usage' }, 403],
    'POST /v1/checkpoint': () => ['/v1/checkpoint', { target: 'ledger', label: 'a' }, 403],
    'POST /v1/release': () => ['/v1/release', { target: 'ledger', label: 'a' }, 403],
    'POST /v1/mark': () => ['/v1/mark', { label: 'a', targets: ['ledger'] }, 404],
    'POST /v1/explore': () => ['/v1/explore', { question: 'partition', target: 'ledger' }, 403],
    'POST /v1/silences': () => ['/v1/silences', { matchers: { target: 'ledger' }, forMs: 1_000, comment: 'c' }, 403],
    'DELETE /v1/silences/{id}': ({ silence }) => [`/v1/silences/${silence}`, undefined, 403],
    'GET /v1/snapshots/{name}': () => [`/v1/snapshots/${FOREIGN}`, undefined, 403],
    'GET /v1/snapshots/{name}/report': () => [`/v1/snapshots/${FOREIGN}/report`, undefined, 403],
    'POST /v1/snapshots/{name}/link': () => [`/v1/snapshots/${FOREIGN}/link`, {}, 403],
    'DELETE /v1/snapshots/{name}': () => [`/v1/snapshots/${FOREIGN}`, undefined, 403],
  };

/** A collector of two targets, each with a partition, a probe, a snapshot and a silence. */
async function start(dir: string, ports: { api: number; ledger: number }) {
  for (const name of [MINE, FOREIGN, 'unnamed.heapsnapshot']) writeFileSync(`${dir}/${name}`, '{}');
  const config = {
    ...configOf([
      { name: 'api', inspect: `127.0.0.1:${ports.api}` },
      { name: 'ledger', inspect: `127.0.0.1:${ports.ledger}` },
    ]),
    auth: { tokens, origins: [] },
    snapshots: { dir, keep: 5 },
    alerts: [RULE],
  };
  const collector = await startCollector(config, { logger: new LogLines().logger, env: { OPS, TEAM, LIGHT } });
  const ops = await greeted(collector.url, OPS);
  await ops.subscribe({ topics: ['target'] });
  for (const name of ['api', 'ledger']) {
    await ops.next('target', ({ target, state }) => target === name && state === 'attached');
  }
  const partitions: Record<string, string> = {};
  for (const target of ['api', 'ledger']) {
    await ops.request('probe', { target, probe: 'usage' });
    const { result } = (await ops.request('probe', { target, probe: 'types' })) as unknown as {
      result: { partitions: string[] };
    };
    partitions[target] = result.partitions[0]!;
  }
  const { result } = (await ops.request('operations')) as unknown as { result: { operations: Operation[] } };
  const operation = result.operations.find(({ target }) => target === 'ledger')!.id;
  const silenced = (await ops.request('silence', {
    matchers: { target: 'ledger' },
    forMs: 3_600_000,
    comment: 'of the ledger',
  })) as unknown as { result: { silence: Silence } };
  const foreign: Foreign = { partition: partitions.ledger!, operation, silence: silenced.result.silence.id };
  return { collector, ops, foreign };
}

async function greeted(url: string, token: string): Promise<StreamClient> {
  const client = await connect(url);
  client.send({ type: 'hello', token });
  const { scope } = await client.next('welcome');
  const given = { [TEAM]: [{ targets: ['api*'] }], [LIGHT]: [{ probes: ['usage', 'types'] }] }[token];
  assert.deepEqual(scope, given);
  return client;
}

async function refusals(ops: StreamClient): Promise<number> {
  const asked = { act: 'refusal', limit: 1_000 };
  const { result } = (await ops.request('audit', asked)) as unknown as { result: AuditResult };
  return result.entries.length;
}

describe('a visitor with a scope', () => {
  it('is told of his own targets only by every method, and refused what is of others', async () => {
    await using dir = await folder();
    await using api = await startTarget('puppet');
    await using ledger = await startTarget('puppet');
    const { collector, ops, foreign } = await start(dir.path, { api: api.port, ledger: ledger.port });
    await using _ = collector;
    await using __ = ops;
    await using team = await greeted(collector.url, TEAM);
    assert.deepEqual(Object.keys(CALLS).sort(), Object.keys(methods).sort(), 'each method says how it is scoped');
    for (const [method, call] of Object.entries(CALLS)) {
      const [params, outcome] = call(foreign);
      const before = await refusals(ops);
      const { result, error } = (await team.request(method, params)) as {
        result?: unknown;
        error?: { code: string; message: string };
      };
      assert.equal(error?.code ?? 'told', outcome, `${method}: ${error?.message}`);
      assert.equal((await refusals(ops)) - before, outcome === 'told' ? 0 : 1, method);
      if (outcome !== 'told') continue;
      assert.doesNotMatch(JSON.stringify(result), /ledger|unnamed/, method);
      if (method !== 'alerts') assert.match(JSON.stringify(result), /api/, method);
    }
  });

  it('is told of his own targets only by every way, and refused what is of others', async () => {
    await using dir = await folder();
    await using one = await startTarget('puppet');
    await using other = await startTarget('puppet');
    const { collector, ops, foreign } = await start(dir.path, { api: one.port, ledger: other.port });
    await using _ = collector;
    await using __ = ops;
    const api = await TestApi.of(collector.url);
    const ways = Object.entries(api.document.paths).flatMap(([path, byMethod]) =>
      Object.keys(byMethod).map((method) => `${method.toUpperCase()} ${path}`),
    );
    assert.deepEqual(ways.sort(), Object.keys(WAYS).sort(), 'each way says how it is scoped');
    for (const way of ways) {
      const [path, body, wanted = 200] = WAYS[way]!(foreign);
      const headers = { Authorization: `Bearer ${TEAM}`, 'Content-Type': 'application/json' };
      const before = await refusals(ops);
      const answer = await api.send(way.split(' ', 1)[0]!, path, {
        headers,
        ...(body && { body: JSON.stringify(body) }),
      });
      assert.equal(answer.status, wanted, `${way}: ${JSON.stringify(answer.body)}`);
      if (wanted === 403) assert.equal((await refusals(ops)) - before, 1, `${way} is written down`);
      // a refusal says what was asked for
      if (wanted !== 403 && wanted !== 404) assert.doesNotMatch(JSON.stringify(answer.body), /ledger|unnamed/, way);
    }
    for (const path of ['/metrics', '/v1/targets', '/v1/partitions', '/v1/snapshots', '/v1/operations', '/v1/audit']) {
      assert.match(JSON.stringify((await api.get(path, TEAM)).body), /api/, `${path} has the own target`);
    }
    assert.equal((await api.get(`/v1/snapshots/${MINE}`, TEAM)).status, 200);
    assert.equal((await api.get('/v1/snapshots/unnamed.heapsnapshot', TEAM)).status, 403);
    assert.equal((await api.get('/v1/snapshots/unnamed.heapsnapshot', OPS)).status, 200);
    assert.doesNotMatch(String((await api.get('/metrics', TEAM)).body), /heapwatch_build_info|ledger/);
    assert.match(String((await api.get('/metrics', OPS)).body), /heapwatch_build_info/);
  });

  it('marks the targets that he may, of all that he names', async () => {
    await using dir = await folder();
    await using one = await startTarget('puppet');
    await using other = await startTarget('puppet');
    const { collector, ops } = await start(dir.path, { api: one.port, ledger: other.port });
    await using _ = collector;
    await using __ = ops;
    await using team = await greeted(collector.url, TEAM);
    const { result } = (await team.request('mark', { label: 'a', targets: ['*'] })) as unknown as {
      result: { targets: string[] };
    };
    assert.deepEqual(result.targets, ['api']);
  });

  it('runs only the probes that he may, and without snapshots reads none', async () => {
    await using dir = await folder();
    await using one = await startTarget('puppet');
    await using other = await startTarget('puppet');
    const { collector, ops } = await start(dir.path, { api: one.port, ledger: other.port });
    await using _ = collector;
    await using __ = ops;
    await using light = await greeted(collector.url, LIGHT);
    const codeOf = async (method: string, params: object) =>
      ((await light.request(method, params)) as { error?: { code: string } }).error?.code;
    assert.equal(await codeOf('probe', { target: 'ledger', probe: 'types' }), undefined);
    assert.equal(await codeOf('probe', { target: 'ledger', probe: 'census' }), 'forbidden');
    assert.equal(await codeOf('checkpoint', { target: 'ledger', label: 'a' }), 'forbidden');
    assert.equal(await codeOf('explore', { question: 'partition', target: 'api' }), 'forbidden');
    const api = await TestApi.of(collector.url);
    for (const name of [MINE, 'unnamed.heapsnapshot']) {
      assert.equal((await api.get(`/v1/snapshots/${name}`, LIGHT)).status, 403);
    }
    assert.match(String((await api.get('/metrics', LIGHT)).body), /heapwatch_build_info/);
  });

  it('gets events of his targets alone: replayed, missed, live, and their gaps', async () => {
    const team: Token = { name: 'team', role: 'viewer', secret: TEAM, scope: [{ targets: ['api*'] }] };
    await using server = await startStream({}, [team]);
    const append = () => {
      for (const target of ['api', 'ledger']) {
        server.log.append(usageEvent(target));
        server.log.append(partitionEvent(target));
        server.log.append(alertEvent(target));
      }
      // an incident of a group tells of all its targets
      const labels = { alertname: 'SessionLeak', group: 'all' };
      server.log.append(alertEvent('api', { fingerprint: 'f0', labels, members: [], memberCount: 2 }));
    };
    append();
    await using client = await greeted(server.url, TEAM);
    const { offset, log } = await client.subscribe({ topics: TOPICS });
    await client.subscribe({ id: 'globs', topics: ['usage'], targets: ['*', 'ledger'] });
    await client.subscribe({ id: 'from', topics: TOPICS, from: { log, offset: 0 } });
    await client.subscribe({ id: 'lost', topics: ['usage'], from: { log: 'another', offset: 3 } });
    append();
    server.log.append(usageEvent('api-last'));
    await client.next('usage', ({ target }) => target === 'api-last');
    const seen = client.drain() as StreamEvent[];
    const concerned = new Set(seen.flatMap((frame) => ('target' in frame ? [frame.target] : [])));
    assert.deepEqual([...concerned], ['api']);
    assert.ok(offset > 0);
    assert.ok(seen.some(({ type }) => type === 'alert'));
    assert.ok(seen.every((frame) => frame.type !== 'alert' || frame.members === undefined));
  });

  it('is closed when his scope becomes another', async () => {
    await using dir = await folder();
    await using one = await startTarget('puppet');
    await using other = await startTarget('puppet');
    const { collector, ops } = await start(dir.path, { api: one.port, ledger: other.port });
    await using _ = collector;
    await using __ = ops;
    await using team = await greeted(collector.url, TEAM);
    const narrower = tokens.map((token) =>
      token.name === 'team' ? { ...token, scope: { targets: ['none'] } } : token,
    );
    await collector.reload({
      ...configOf([]),
      auth: { tokens: narrower, origins: [] },
      snapshots: { dir: dir.path, keep: 5 },
    });
    assert.equal((await team.closed).code, 4401);
  });
});
