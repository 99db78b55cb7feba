/** A collector's snapshots in a bucket: sent, told, linked to, bounded there; gone on with after a restart. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Config } from '../../../collector/config/config.ts';
import { placeOf } from '../../../collector/egress/places.ts';
import { startCollector } from '../../../collector/main/collector.ts';
import type { AuditResult } from '../../../protocol/audit.ts';
import type { Operation } from '../../../protocol/operations.ts';
import { TestApi } from '../../support/api.ts';
import { configOf } from '../../support/collector.ts';
import { folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';
import { KEYS, s3Server } from '../../support/s3-server.ts';
import { connect } from '../../support/stream-client.ts';
import { startTarget } from '../../support/target.ts';
import { startWebhookServer } from '../../support/webhook-server.ts';

const to = { type: 's3', bucket: 'heaps', prefix: 'prod' } as const;

function nameOf(day: number, target = 'old'): string {
  return `${target}.main.202611${String(day).padStart(2, '0')}T100000000Z.heapsnapshot`;
}

const TOKEN = 'the-operators-own-token';

describe('snapshots that are sent to a bucket', () => {
  it('are there after they were kept, redacted; whoever is to know is told; operators get links', async () => {
    await using server = await s3Server();
    await using hook = await startWebhookServer();
    await using dir = await folder();
    await using target = await startTarget('puppet');
    const env = { ...KEYS, OPS: TOKEN, AWS_ENDPOINT_URL_S3: server.endpoint };
    const destination = { to, tell: ['ops'] };
    const config: Config = {
      ...configOf([{ name: 'api', inspect: `127.0.0.1:${target.port}` }]),
      auth: { tokens: [{ name: 'ops', role: 'operator', source: { env: 'OPS' } }], origins: [] },
      snapshots: { dir: dir.path, keep: 3, redaction: {}, destination },
      notify: [{ name: 'ops', type: 'webhook', url: hook.url, timeoutMs: 5_000 }],
    };
    const logs = new LogLines();
    await using collector = await startCollector(config, { logger: logs.logger, env });
    await using client = await connect(collector.url);
    client.send({ type: 'hello', token: TOKEN });
    await client.next('welcome');
    await client.subscribe({ topics: ['target'] });
    await client.next('target', ({ state }) => state === 'attached');
    await client.request('probe', { target: 'api', probe: 'snapshot', yes: true });
    const sent = await logs.next('snapshot sent');
    const name = String(sent.file);
    assert.equal(sent.to, `s3://heaps/prod/${name}`);
    const message = JSON.parse((await hook.received(1))[0]!.body) as Record<string, unknown>;
    assert.deepEqual(
      [message.type, message.name, message.address, message.target],
      ['snapshot', name, `s3://heaps/prod/${name}`, 'api'],
    );
    const api = await TestApi.of(collector.url);
    const { status, body } = await api.post(`/v1/snapshots/${name}/link`, { seconds: 60 }, TOKEN);
    assert.equal(status, 200);
    const fetched = await (await fetch((body as { url: string }).url)).text();
    assert.equal(fetched.length, sent.sizeBytes);
    assert.equal((await api.post(`/v1/snapshots/${nameOf(1)}/link`, {}, TOKEN)).status, 404);
    const acts = ((await api.get('/v1/audit', TOKEN)).body as AuditResult).entries.map(({ act, outcome }) => [
      act,
      outcome,
    ]);
    assert.deepEqual(acts.slice(0, 2), [
      ['link', 'failed'],
      ['link', 'done'],
    ]);
    const operations = ((await api.get('/v1/operations', TOKEN)).body as { operations: Operation[] }).operations;
    const [sending] = operations.filter(({ kind }) => kind === 'send');
    assert.deepEqual(
      [sending!.what, sending!.by, sending!.state, sending!.target, sending!.progress?.done],
      [name, 'collector', 'done', 'api', sent.sizeBytes],
    );
  });

  it('that were kept while nobody could send them are sent after a restart; the oldest there go, others’ files stay', async () => {
    await using server = await s3Server();
    await using dir = await folder();
    const env = { ...KEYS, AWS_ENDPOINT_URL_S3: server.endpoint };
    const place = placeOf({ to }, env);
    writeFileSync(dir.join('note'), 'a note');
    await place.send(dir.join('note'), nameOf(1));
    await place.send(dir.join('note'), nameOf(2));
    await place.send(dir.join('note'), 'somebody-elses.txt');
    for (const day of [2, 3, 4]) writeFileSync(dir.join(nameOf(day)), randomBytes(1_000));
    const config: Config = {
      ...configOf([]),
      snapshots: { dir: dir.path, keep: 10, destination: { to, keep: 2 } },
    };
    const logs = new LogLines();
    await using collector = await startCollector(config, { logger: logs.logger, env });
    const sent = [(await logs.next('snapshot sent')).file, (await logs.next('snapshot sent')).file];
    assert.deepEqual(sent, [nameOf(3), nameOf(4)]);
    // it ends what it is at before it has closed
    await collector.close();
    assert.deepEqual(
      (await place.list())!.map(({ name }) => name),
      [nameOf(3), nameOf(4), 'somebody-elses.txt'],
    );
  });
});
