/** Metrics by OTLP at a server that records what it is sent, decoded by the published schema (opentelemetry-proto v1, metrics.proto). */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { readConfig } from '../../../collector/config/config.ts';
import { startCollector } from '../../../collector/main/collector.ts';
import { LogLines } from '../../support/log-lines.ts';
import { startTarget } from '../../support/target.ts';
import { until } from '../../support/until.ts';

/** Fields of a message by number: a name, and what is in it. */
type Schema = Readonly<Record<number, readonly [name: string, of: 'text' | 'number' | 'double' | 'fixed' | Schema]>>;

const ANY: Schema = { 1: ['text', 'text'], 3: ['int', 'number'], 4: ['double', 'double'] };
const KEY_VALUE: Schema = { 1: ['key', 'text'], 2: ['value', ANY] };
const POINT: Schema = {
  2: ['start', 'fixed'],
  3: ['time', 'fixed'],
  4: ['double', 'double'],
  6: ['int', 'fixed'],
  7: ['attributes', KEY_VALUE],
  8: ['flags', 'number'],
};
const SUM: Schema = { 1: ['points', POINT], 2: ['temporality', 'number'], 3: ['monotonic', 'number'] };
const METRIC: Schema = {
  1: ['name', 'text'],
  2: ['description', 'text'],
  3: ['unit', 'text'],
  5: ['gauge', { 1: ['points', POINT] }],
  7: ['sum', SUM],
};
const SCOPE: Schema = {
  1: ['scope', { 1: ['name', 'text'], 2: ['version', 'text'], 4: ['dropped', 'number'] }],
  2: ['metrics', METRIC],
};
const REQUEST: Schema = {
  1: [
    'resources',
    { 1: ['resource', { 1: ['attributes', KEY_VALUE], 2: ['dropped', 'number'] }], 2: ['scopes', SCOPE] },
  ],
};

interface Message {
  readonly [name: string]: (string | number | Message)[];
}

/** @throws AssertionError for a field that the schema does not have */
function decoded(bytes: Buffer, schema: Schema): Message {
  const message: Record<string, (string | number | Message)[]> = {};
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const [field, wire] = [tag >>> 3, tag & 7];
    assert.ok(schema[field], `no field ${field} of ${JSON.stringify(Object.values(schema).map(([name]) => name))}`);
    const [name, of] = schema[field];
    message[name] ??= [];
    const list = message[name];
    if (wire === 0) list.push(varint());
    else if (wire === 1) {
      list.push(of === 'double' ? bytes.readDoubleLE(at) : Number(bytes.readBigInt64LE(at)));
      at += 8;
    } else {
      assert.equal(wire, 2);
      const end = varint() + at;
      const part = bytes.subarray(at, end);
      list.push(typeof of === 'object' ? decoded(part, of) : part.toString('utf8'));
      at = end;
    }
  }
  return message;
}

function only(list: (string | number | Message)[] | undefined): Message {
  return list?.[0] as Message;
}

function attributesIn(list: (string | number | Message)[] = []): Record<string, string | number> {
  return Object.fromEntries(
    (list as Message[]).map(({ key, value }) => {
      const { text, int, double } = only(value);
      return [String(key![0]), (text ?? int ?? double)![0] as string | number];
    }),
  );
}

test('an OTLP server is told of figures and kinds, and a failing one does no harm', async () => {
  await using target = await startTarget('idle-sessions');
  await target.line(/ready/);
  const raw: Buffer[] = [];
  const heads: (string | undefined)[] = [];
  const server = createServer(async (request, response) => {
    // somebody who looks for inspectors on this machine
    if (request.url !== '/v1/metrics') return void response.writeHead(404).end();
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    heads.push(`${request.method} ${request.url} ${request.headers['content-type']} ${request.headers.authorization}`);
    const bytes = Buffer.concat(chunks);
    raw.push(request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes);
    response.writeHead(raw.length === 1 ? 400 : 200, { 'Content-Type': 'application/x-protobuf' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const text = [
    'listen: 127.0.0.1:0',
    `targets: [{ name: api-1, group: api, inspect: "127.0.0.1:${target.port}", labels: { region: eu } }]`,
    'schedule: { usage: 200ms, memory: false, walk: 1s, sampling: false, types: false }',
    'alerts: []',
    `otlp: { url: "http://127.0.0.1:${(server.address() as AddressInfo).port}", every: 1s, bearer: { env: OTLP_TOKEN } }`,
  ].join('\n');
  const logs = new LogLines();
  const config = readConfig({ file: { name: 'heapwatch.yaml', text } });
  const collector = await startCollector(config, { logger: logs.logger, env: { OTLP_TOKEN: 'a-secret' } });
  try {
    const metricsIn = (message: Message) =>
      (only(only(message.resources).scopes).metrics as Message[]).map((metric) => ({
        ...metric,
        name: [String(metric.name![0])],
      }));
    const isWhole = (message: Message) => metricsIn(message).some(({ name }) => name[0] === 'heapwatch.kind.objects');
    const told: Message[] = [];
    const whole = () => {
      for (const bytes of raw.slice(told.length)) told.push(decoded(bytes, REQUEST));
      return told.find(isWhole);
    };
    // the first one is refused, and may have all already
    await until(() => raw.length > 1 && whole() !== undefined);
    const message = whole()!;
    assert.equal(heads[0], 'POST /v1/metrics application/x-protobuf Bearer a-secret');
    assert.match(logs.text(), /metrics by OTLP failed: another attempt follows/);
    assert.ok(!logs.text().includes('a-secret'));
    const resource = attributesIn(only(only(message.resources).resource).attributes);
    const { 'service.name': service, 'service.instance.id': instance, 'process.pid': pid, region } = resource;
    assert.deepEqual([service, instance, pid, region], ['api', 'api-1', target.pid, 'eu']);
    const used = metricsIn(message).find(({ name }) => name[0] === 'v8js.memory.heap.used') as Message;
    assert.equal(used.unit![0], 'By');
    assert.equal(only(used.sum).temporality![0], 2);
    const points = only(used.sum).points as Message[];
    const spaces = points.map(({ attributes }) => attributesIn(attributes)['v8js.heap.space.name']);
    assert.ok(spaces.includes('old_space') && spaces.includes('new_space'), spaces.join());
    for (const { time, start } of points) assert.ok((time![0] as number) >= (start![0] as number));
    const kinds = metricsIn(message).find(({ name }) => name[0] === 'heapwatch.kind.objects') as Message;
    const sessions = (only(kinds.gauge).points as Message[]).find(
      ({ attributes }) => attributesIn(attributes)['heapwatch.kind'] === 'Session',
    );
    assert.ok(sessions, 'Session');
    assert.ok(((sessions.int ?? sessions.double)![0] as number) > 0);
  } finally {
    await collector.close();
    server.closeAllConnections();
    server.close();
  }
});
