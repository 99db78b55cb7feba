/** A collector's tools, asked by the SDK's own client over streamable HTTP: tokens, roles, consent, the audit trail. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { DEFAULT_LIMITS } from '../../../agent/price/limits.ts';
import type { TokenConfig } from '../../../collector/config/access-config.ts';
import type { Config } from '../../../collector/config/config.ts';
import { type Collector, startCollector } from '../../../collector/main/collector.ts';
import type { AuditEntry, AuditResult } from '../../../protocol/audit.ts';
import { TestApi } from '../../support/api.ts';
import { configOf } from '../../support/collector.ts';
import { folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';
import { connect } from '../../support/stream-client.ts';
import { startTarget } from '../../support/target.ts';

const OPS = 'the-operators-own-token';
const EYE = 'the-viewers-own-token';
const WEB = 'the-token-of-those-of-the-web';
const tokens: TokenConfig[] = [
  { name: 'ops', role: 'operator', source: { env: 'OPS' } },
  { name: 'eye', role: 'viewer', source: { env: 'EYE' } },
  { name: 'web', role: 'operator', source: { env: 'WEB' }, scope: { targets: ['web*'] } },
];

async function started(over: Partial<Config>): Promise<Collector> {
  const config = { ...configOf([]), auth: { tokens, origins: [] }, ...over };
  return await startCollector(config, { logger: new LogLines().logger, env: { OPS, EYE, WEB } });
}

interface Connected extends AsyncDisposable {
  readonly client: Client;
  readonly transport: StreamableHTTPClientTransport;
  readonly questions: string[];
  ask(name: string, args?: object): Promise<{ text: string; failed: boolean }>;
}

function mcpUrl(url: string): URL {
  return new URL('/v1/mcp', url.replace(/^ws/, 'http'));
}

/** @param agrees what the person answers; undefined: the host cannot ask */
async function connected(url: string, token: string, agrees?: boolean): Promise<Connected> {
  const capabilities = agrees === undefined ? {} : { elicitation: {} };
  const client = new Client({ name: 'test', version: '1' }, { capabilities });
  const questions: string[] = [];
  if (agrees !== undefined) {
    client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
      questions.push(params.message);
      return { action: agrees ? 'accept' : 'decline', ...(agrees && { content: { agree: true } }) };
    });
  }
  const headers = { Authorization: `Bearer ${token}` };
  const transport = new StreamableHTTPClientTransport(mcpUrl(url), { requestInit: { headers } });
  await client.connect(transport as unknown as Transport);
  return {
    client,
    transport,
    questions,
    ask: async (name, args = {}) => {
      const result = await client.callTool({ name, arguments: { ...args } }, undefined, { timeout: 300_000 });
      const [content] = result.content as { text: string }[];
      assert.ok(Buffer.byteLength(content!.text) <= 4_096, `${Buffer.byteLength(content!.text)} bytes`);
      return { text: content!.text, failed: result.isError === true };
    },
    async [Symbol.asyncDispose]() {
      await transport.terminateSession();
      await client.close();
    },
  };
}

async function trail(url: string): Promise<AuditEntry[]> {
  const api = await TestApi.of(url);
  return ((await api.get('/v1/audit?limit=1000', OPS)).body as AuditResult).entries.reverse();
}

async function attached(url: string): Promise<void> {
  await using client = await connect(url);
  client.send({ type: 'hello', token: OPS });
  await client.next('welcome');
  await client.subscribe({ topics: ['target'] });
  await client.next('target', ({ state }) => state === 'attached');
}

test('a viewer looks at what is there, an operator has it probed, and each call is in the trail', async () => {
  await using target = await startTarget('leaking-sessions');
  await using dir = await folder();
  await using collector = await started({
    targets: configOf([{ name: 'api', inspect: `127.0.0.1:${target.port}`, schedule: { usage: 200 } }]).targets,
    snapshots: { dir: dir.path, keep: 1 },
  });
  await attached(collector.url);
  await using ops = await connected(collector.url, OPS);
  await using eye = await connected(collector.url, EYE);
  const { tools } = await eye.client.listTools();
  const names = tools.map(({ name }) => name);
  for (const name of ['diff', 'tail', 'history', 'prices', 'pattern', 'autopsy', 'more'])
    assert.ok(names.includes(name));
  assert.match((await eye.ask('targets')).text, /^api {2}attached {2}v\d/);
  const refused = await eye.ask('partition', { target: 'api', probe: 'census' });
  assert.ok(refused.failed);
  assert.match(refused.text, /operator/);
  assert.match((await eye.ask('partition', { target: 'api' })).text, /none is stored that fits/);
  const taken = await ops.ask('partition', { target: 'api', probe: 'census', rows: 5 });
  assert.ok(!taken.failed, taken.text);
  assert.match(taken.text, / Session$/m);
  await ops.ask('partition', { target: 'api', probe: 'census', rows: 5 });
  const ids = (await eye.ask('partitions', { target: 'api', by: 'kind' })).text
    .split('\n')
    // a census may be preceded by a count of types, which it is priced by
    .filter((line) => line.includes('from census'))
    .map((line) => line.split(' ', 1)[0]);
  assert.equal(ids.length, 2);
  const whole = await eye.ask('partition', { target: 'api', rows: 200 });
  const cursor = /cursor "([^"]+)"/.exec(whole.text)?.[1];
  assert.ok(cursor !== undefined, whole.text);
  assert.notEqual((await eye.ask('more', { cursor })).text, '');
  const answers = [
    await eye.ask('diff', { a: ids[0], b: ids[1] }),
    await eye.ask('tail', { target: 'api', seconds: 1 }),
    await eye.ask('history', { target: 'api', usage: true }),
    await eye.ask('prices', { target: 'api' }),
    await eye.ask('alerts'),
    await eye.ask('autopsy', { target: 'api' }),
    await eye.ask('snapshots', {}),
    await eye.ask('rss', { target: 'api' }),
  ];
  for (const { text, failed } of [...answers, taken, whole]) {
    assert.ok(!failed, text);
    assert.ok(!text.includes('hunter2'), text);
  }
  assert.match(answers[0]!.text, /Session/);
  assert.match(answers[1]!.text, /heap [\d.]+ MB/);
  assert.match(answers[7]!.text, /^api, .*: RSS [\d.]+ MB; |^nothing is known of it yet/);
  assert.match((await eye.ask('report', { target: 'api' })).text, /operator/);
  assert.equal((await eye.client.listPrompts()).prompts.length, 2);
  assert.equal((await eye.client.listResources()).resources.length > 15, true);
  assert.match(answers[3]!.text, /^snapshot: .* of pause/m);
  const calls = (await trail(collector.url)).filter(({ act }) => act === 'mcp');
  assert.deepEqual(
    calls.filter(({ by }) => by === 'ops').map(({ params, outcome }) => [params?.tool, outcome]),
    [
      ['initialize', 'done'],
      ['partition', 'done'],
      ['partition', 'done'],
    ],
  );
  const refusal = calls.find(({ by, params }) => by === 'eye' && params?.probe === 'census');
  assert.equal(refusal?.outcome, 'refused');
});

test('a dear probe of a collector runs only if the person agrees; a refusal changes nothing', async () => {
  await using target = await startTarget('leaking-sessions');
  await using dir = await folder();
  const limits = { ...DEFAULT_LIMITS, maxPauseMs: 1 };
  await using collector = await started({
    targets: configOf([{ name: 'api', inspect: `127.0.0.1:${target.port}`, limits }]).targets,
    snapshots: { dir: dir.path, keep: 1 },
  });
  await attached(collector.url);
  const snapshot = { target: 'api', probe: 'snapshot', rows: 3 };
  {
    await using mute = await connected(collector.url, OPS);
    assert.match((await mute.ask('partition', snapshot)).text, /the host cannot ask its person/);
    await using unwilling = await connected(collector.url, OPS, false);
    const { text, failed } = await unwilling.ask('partition', snapshot);
    assert.ok(failed);
    assert.match(text, /the person does not agree to its price, snapshot: .* of pause/);
    assert.equal(unwilling.questions.length, 1);
    assert.match(unwilling.questions[0]!, /^snapshot of api: snapshot: .* of pause.*Take it\?$/);
    assert.match((await unwilling.ask('snapshots')).text, /no snapshot is kept/);
    assert.ok(!(await trail(collector.url)).some(({ act }) => act === 'probe'));
  }
  await using willing = await connected(collector.url, OPS, true);
  assert.match((await willing.ask('partition', snapshot)).text, /Partition of a set/);
  const answers = [
    await willing.ask('path', { target: 'api', kind: 'Session' }),
    await willing.ask('pattern', { target: 'api', kind: 'Session' }),
    await willing.ask('report', { target: 'api' }),
  ];
  assert.match(answers[0]!.text, /sessions/);
  assert.match(answers[2]!.text, /^# Heap report\n/);
  assert.match(answers[1]!.text, /^\[\d+\] Session/);
  for (const { text } of answers) assert.ok(!text.includes('hunter2'), text);
});

test('a client that floods is refused what would wait too long; others are answered', async () => {
  await using target = await startTarget('leaking-sessions');
  await using collector = await started({
    targets: configOf([{ name: 'api', inspect: `127.0.0.1:${target.port}` }]).targets,
  });
  await attached(collector.url);
  await using eye = await connected(collector.url, EYE);
  await using ops = await connected(collector.url, OPS);
  const first = eye.ask('tail', { target: 'api', seconds: 5 });
  const rest = await Promise.all(Array.from({ length: 60 }, () => eye.ask('targets')));
  const refused = rest.filter(({ failed }) => failed);
  assert.ok(refused.length > 0 && refused.length <= 60 - 31, String(refused.length));
  assert.match(refused[0]!.text, /^Cannot take one more call: 32 wait already/);
  assert.equal((await first).failed, false);
  assert.equal((await ops.ask('targets')).failed, false);
  assert.equal((await eye.ask('targets')).failed, false);
});

test('a token with a scope is told of its targets alone, whatever the tool', async () => {
  await using target = await startTarget('leaking-sessions');
  await using collector = await started({
    targets: configOf([{ name: 'ledger', inspect: `127.0.0.1:${target.port}`, schedule: { usage: 200 } }]).targets,
  });
  await attached(collector.url);
  await using ops = await connected(collector.url, OPS);
  let seen = '';
  while (!/heap/i.test(seen)) seen = (await ops.ask('tail', { target: 'ledger', seconds: 1 })).text;
  await using web = await connected(collector.url, WEB);
  assert.equal((await web.ask('targets')).text, 'the collector has no targets');
  const { tools } = await web.client.listTools();
  for (const { name, inputSchema } of tools) {
    if (!Object.hasOwn(inputSchema.properties ?? {}, 'target')) continue;
    const args = { target: 'ledger', ...Object.fromEntries((inputSchema.required ?? []).map((key) => [key, '1'])) };
    const { text, failed } = await web.ask(name, { ...args, target: 'ledger', ...(name === 'tail' && { seconds: 1 }) });
    assert.ok(failed, `${name}: ${text}`);
  }
});

test('a session is its visitor’s alone, ends when it is ended, and gives room to a newer one of its visitor', async () => {
  await using collector = await started({});
  const eye = await connected(collector.url, EYE);
  const post = (token: string, session: string) =>
    fetch(mcpUrl(collector.url), {
      method: 'POST',
      headers: {
        ...{ Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'Mcp-Session-Id': session },
        Accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/list' }),
    });
  const session = eye.transport.sessionId!;
  const [own, other, nobody] = [await post(EYE, session), await post(OPS, session), await post('no-token', session)];
  assert.deepEqual([own.status, other.status, nobody.status], [200, 404, 401]);
  await own.text();
  await eye[Symbol.asyncDispose]();
  assert.equal((await post(EYE, session)).status, 404);
  // who comes and goes without ending its sessions takes no more of them, and is not locked out
  const open: Connected[] = [];
  for (let i = 0; i < 9; i++) open.push(await connected(collector.url, EYE));
  const [oldest, next] = open.map(({ transport }) => transport.sessionId!);
  const statuses = [(await post(EYE, oldest!)).status, (await post(EYE, next!)).status];
  assert.deepEqual(statuses, [404, 200]);
  await using ops = await connected(collector.url, OPS);
  assert.equal((await ops.ask('targets')).text, 'the collector has no targets');
  await Promise.all(open.map(async ({ client }) => client.close()));
});
