/** Notifications over real connections: what is sent, signed, tried again, given up. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { ReceiverConfig } from '../../../collector/config/receiver-file.ts';
import { RuleFile } from '../../../collector/config/rule-file.ts';
import { DEFAULT_STREAM } from '../../../collector/config/stream-config.ts';
import type { ConsumerOffset } from '../../../collector/log/consumer-offsets.ts';
import type { EventLog } from '../../../collector/log/log.ts';
import { RingLog } from '../../../collector/log/ring-log.ts';
import { Notifications } from '../../../collector/notify/notifications.ts';
import { Outbox } from '../../../collector/notify/outbox.ts';
import { isOwnedBy } from '../../../collector/notify/owners.ts';
import { pagerDutyEvent } from '../../../collector/notify/pagerduty.ts';
import type { Outcome } from '../../../collector/notify/receiver.ts';
import { slackMessage } from '../../../collector/notify/slack.ts';
import { Webhook } from '../../../collector/notify/webhook.ts';
import type { Alert } from '../../../protocol/alert.ts';
import { alertEvent, usageEvent } from '../../support/events.ts';
import { LogLines } from '../../support/log-lines.ts';
import { projectRoot } from '../../support/project.ts';
import { until } from '../../support/until.ts';
import { startWebhookServer } from '../../support/webhook-server.ts';

const NOW_MS = Date.parse('2026-11-22T06:30:00.000Z');
const SECRET = 'correct horse battery staple';
const RULE = RuleFile.parse({
  name: 'SessionLeak',
  watch: { kind: 'Session' },
  when: { above: 1000 },
  notify: ['ops', 'am', 'log', 'slow'],
});
const RESOLVED = { state: 'resolved', endsAt: '2026-11-22T07:00:00.000Z' } as const;

function notify(log: EventLog, receivers: readonly ReceiverConfig[], more: Readonly<Record<string, string>> = {}) {
  const logs = new LogLines();
  const env = { OPS_SECRET: SECRET, ...more };
  const options = { receivers, rules: [RULE], log, logger: logs.logger, env, now: () => NOW_MS, random: () => 0 };
  const notifications = new Notifications(options);
  const running = notifications.run();
  return {
    notifications,
    logs,
    async [Symbol.asyncDispose]() {
      notifications.stop();
      await running;
    },
  };
}

const webhook = (url: string, over: Partial<Extract<ReceiverConfig, { type: 'webhook' }>> = {}): ReceiverConfig => ({
  name: 'ops',
  type: 'webhook',
  url,
  secret: { env: 'OPS_SECRET' },
  timeoutMs: 10_000,
  ...over,
});

describe('a webhook', () => {
  it("is posted Alertmanager's JSON, signed, once firing and once resolved", async () => {
    await using server = await startWebhookServer();
    const log = new RingLog(DEFAULT_STREAM);
    await using running = notify(log, [webhook(server.url)]);
    const evidence = { state: 'done', paths: ['module /srv/app.js: sessions[0]'] } as const;
    log.append(alertEvent('api', { evidence: { ...evidence, paths: [...evidence.paths] } }));
    log.append(alertEvent('api', RESOLVED));
    const [first, second] = await server.received(2);
    const timestamp = String(first!.headers['heapwatch-timestamp']);
    assert.equal(timestamp, String(NOW_MS / 1000));
    const expected = createHmac('sha256', SECRET).update(`${timestamp}.${first!.body}`).digest('hex');
    assert.equal(first!.headers['heapwatch-signature'], `v1=${expected}`);
    assert.equal(first!.headers['idempotency-key'], '00000000000000aa/2026-11-22T06:24:45.123Z/firing');
    const body = JSON.parse(first!.body);
    assert.equal(body.version, '4');
    assert.deepEqual(
      { status: body.status, receiver: body.receiver, groupLabels: body.groupLabels },
      { status: 'firing', receiver: 'ops', groupLabels: { alertname: 'SessionLeak' } },
    );
    const [alert] = body.alerts;
    assert.equal(alert.endsAt, '0001-01-01T00:00:00Z');
    assert.equal(alert.fingerprint, '00000000000000aa');
    assert.deepEqual(alert.evidence, evidence);
    assert.equal(alert.annotations.heldBy, 'module /srv/app.js: sessions[0]');
    assert.equal(alert.annotations.summary, 'Session grew by 1,045');
    assert.equal(JSON.parse(second!.body).alerts[0].endsAt, RESOLVED.endsAt);
    assert.ok(!running.logs.text().includes(SECRET));
  });

  it('is told of an incident, and of none of its alerts', async () => {
    await using server = await startWebhookServer();
    const log = new RingLog(DEFAULT_STREAM);
    await using _running = notify(log, [webhook(server.url)]);
    const { unit, figures, rule, target, state } = alertEvent('api');
    const member = { fingerprint: 'a', kind: 'Session', unit, figures, rule, target, state } as const;
    log.append(alertEvent('api', { fingerprint: 'a', incident: 'incident' }));
    log.append(alertEvent('api', { fingerprint: 'incident', members: [member], memberCount: 1 }));
    log.append(alertEvent('api', { fingerprint: 'a', incident: 'incident', ...RESOLVED }));
    log.append(alertEvent('api', { fingerprint: 'incident', members: [member], memberCount: 1, ...RESOLVED }));
    const told = await server.received(2);
    assert.deepEqual(
      told.map(({ body }) => JSON.parse(body).alerts[0].fingerprint),
      ['incident', 'incident'],
    );
  });

  it('is given no header and no other alert by the name of a kind', async () => {
    await using server = await startWebhookServer();
    const log = new RingLog(DEFAULT_STREAM);
    await using _running = notify(log, [webhook(server.url)]);
    const kind = 'x\r\nX-Evil: 1\r\n\r\n{{ .CommonLabels }} %0d%0a <script>","alerts":[]}';
    log.append(alertEvent('api', { kind, labels: { alertname: 'SessionLeak', kind }, annotations: { summary: kind } }));
    const [{ headers, body }] = (await server.received(1)) as [(typeof server.posted)[number]];
    assert.equal(headers['x-evil'], undefined);
    assert.equal(JSON.parse(body).alerts[0].labels.kind, kind);
    assert.equal(JSON.parse(body).alerts.length, 1);
  });

  it('that fails gets everything afterwards, in order; what it refuses is given up', async () => {
    const answers = [500, 429, 408, 200, 400, 200];
    await using server = await startWebhookServer((response, _, nth) => {
      response.statusCode = answers[nth - 1] ?? 200;
      response.end();
    });
    const log = new RingLog(DEFAULT_STREAM);
    await using running = notify(log, [webhook(server.url)]);
    for (const fingerprint of ['a1', 'a2', 'a3']) log.append(alertEvent('api', { fingerprint }));
    const posted = await server.received(6);
    const told = posted.map(({ headers }) => String(headers['idempotency-key']).slice(0, 2));
    assert.deepEqual(told, ['a1', 'a1', 'a1', 'a1', 'a2', 'a3']);
    const refused = await running.logs.next('notification refused: no further attempt');
    assert.equal(refused.fingerprint, 'a2');
    const [outbox] = running.notifications.outboxes;
    await turns();
    assert.deepEqual(outbox!.tally, { sent: 2, failed: 3, refused: 1 });
  });

  it('that fails for an hour is posted all of it afterwards, within a minute, in order', async () => {
    const HOUR_MS = 3_600_000;
    let clockMs = 0;
    const accepted: string[] = [];
    const acceptedAtMs: number[] = [];
    await using server = await startWebhookServer((response, { headers }) => {
      response.statusCode = clockMs < HOUR_MS ? 503 : 200;
      if (clockMs >= HOUR_MS) {
        accepted.push(String(headers['idempotency-key']).split('/')[2]!);
        acceptedAtMs.push(clockMs);
      }
      response.end();
    });
    const log = new RingLog(DEFAULT_STREAM);
    const logs = new LogLines();
    const outbox = new Outbox({
      name: 'ops',
      receiver: new Webhook({ name: 'ops', url: server.url, timeoutMs: 10_000, now: () => clockMs }),
      log,
      concerns: () => true,
      logger: logs.logger,
      random: () => 0.5,
      sleep: async (ms) => {
        clockMs += ms;
      },
    });
    const running = outbox.run();
    log.append(alertEvent('api'));
    log.append(alertEvent('api', RESOLVED));
    while (accepted.length < 2) await new Promise(setImmediate);
    assert.deepEqual(accepted, ['firing', 'resolved']);
    assert.ok(acceptedAtMs[1]! < HOUR_MS + 60_000, `${acceptedAtMs}`);
    assert.ok(server.posted.length < 200, `${server.posted.length} attempts`);
    assert.equal(logs.text().match(/notification failed/g)?.length, 1, 'one line for the outage');
    outbox.stop();
    await running;
  });

  it('that hangs or is not there keeps nobody else waiting', async () => {
    await using hanging = await startWebhookServer(() => {});
    await using server = await startWebhookServer();
    const log = new RingLog(DEFAULT_STREAM);
    await using running = notify(log, [webhook(hanging.url, { name: 'slow', timeoutMs: 100 }), webhook(server.url)]);
    log.append(alertEvent('api'));
    await server.received(1);
    await hanging.received(2);
    const failed = await running.logs.next('notification failed: another attempt follows');
    assert.equal(failed.reason, 'it has not answered within 100 ms');
    assert.ok(!running.logs.text().includes(hanging.url));
  });
});

describe('a webhook at an address of https', () => {
  const tls = (name: string) => join(projectRoot, 'test/fixtures/tls', name);
  const secure = () =>
    startWebhookServer(undefined, { cert: readFileSync(tls('server.pem')), key: readFileSync(tls('server.key')) });

  it('is posted where a certificate of its authority was named, and only there', async () => {
    await using server = await secure();
    const log = new RingLog(DEFAULT_STREAM);
    await using stranger = notify(log, [webhook(server.url, { name: 'am' })]);
    await using _running = notify(log, [webhook(server.url, { ca: tls('ca.pem') })]);
    log.append(alertEvent('api'));
    const [{ body }] = (await server.received(1)) as [(typeof server.posted)[number]];
    assert.equal(JSON.parse(body).receiver, 'ops');
    await until(() => stranger.logs.text().includes('it cannot be reached'));
    assert.match(
      stranger.logs.text(),
      /it cannot be reached \((?:UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN)\)/,
    );
    assert.equal(server.posted.length, 1);
  });

  it('is refused where the file holds no certificate', async () => {
    const bad = webhook('https://127.0.0.1/', { ca: tls('make.sh') });
    assert.throws(
      () => notify(new RingLog(DEFAULT_STREAM), [bad]),
      /"ops" cannot be checked by .*make\.sh: it holds no certificate/,
    );
  });
});

describe('Slack', () => {
  const noticeOf = (over: Partial<Alert> = {}) => {
    const { type: _, ...alert } = alertEvent('api', over);
    return { alert, status: 'firing' } as const;
  };

  it('is posted one message for each, in which nobody is called by the name of a kind', async () => {
    await using server = await startWebhookServer();
    const log = new RingLog(DEFAULT_STREAM);
    const receiver: ReceiverConfig = { name: 'ops', type: 'slack', secret: { env: 'SLACK' }, timeoutMs: 10_000 };
    await using running = notify(log, [receiver], { SLACK: server.url });
    log.append(alertEvent('api', { evidence: { state: 'done', paths: ['module app.js: <!channel> a & b ```'] } }));
    log.append(alertEvent('api', RESOLVED));
    const [fires, over] = (await server.received(2)).map(({ body }) => JSON.parse(body));
    assert.deepEqual(fires.blocks[0].text, { type: 'plain_text', text: 'FIRING: SessionLeak in api' });
    assert.ok(fires.blocks[1].text.text.includes("*Held by*\n```module app.js: &lt;!channel&gt; a &amp; b '''```"));
    assert.match(over.text, /^RESOLVED: SessionLeak in api/);
    assert.ok(!running.logs.text().includes(server.url), 'its address is a secret');
  });

  it('is sent no more than it takes', () => {
    const long = 'x'.repeat(5_000);
    const message = slackMessage(noticeOf({ rule: long, reason: long, annotations: { summary: long } }));
    const { blocks, text } = message as { text: string; blocks: { text: { text: string } }[] };
    assert.deepEqual([text.length, blocks.map((block) => block.text.text.length)], [3_000, [150, 3_000]]);
  });
});

describe('PagerDuty', () => {
  it('is told to trigger and to resolve the same incident', async () => {
    await using server = await startWebhookServer();
    const log = new RingLog(DEFAULT_STREAM);
    const pagerduty = { name: 'ops', type: 'pagerduty', secret: { env: 'KEY' }, timeoutMs: 10_000 } as const;
    await using _running = notify(log, [{ ...pagerduty, url: server.url }], { KEY: 'routing' });
    log.append(alertEvent('api'));
    log.append(alertEvent('api', RESOLVED));
    const [fires, over] = (await server.received(2)).map(({ body }) => JSON.parse(body));
    const { payload, ...head } = fires;
    const key = { routing_key: 'routing', dedup_key: 'heapwatch 00000000000000aa' };
    assert.deepEqual(head, { ...key, event_action: 'trigger', client: 'heapwatch' });
    const { summary, source, severity, timestamp } = payload;
    assert.deepEqual([summary, source], ['SessionLeak in api: Session grew by 1,045', 'api']);
    assert.deepEqual([severity, timestamp], ['error', '2026-11-22T06:24:45.123Z']);
    assert.deepEqual(over, { ...key, event_action: 'resolve' });
  });

  it('is given a severity that it knows, and a summary that fits', () => {
    const { type: _, ...alert } = alertEvent('api', { annotations: { summary: 'x'.repeat(5_000) } });
    const event = (severity: string) =>
      pagerDutyEvent({ alert: { ...alert, labels: { severity } }, status: 'firing' }, 'key') as {
        payload: { severity: string; summary: string };
      };
    const given = ['critical', 'page'].map((each) => event(each).payload.severity);
    assert.deepEqual(given, ['critical', 'error']);
    assert.equal(event('info').payload.summary.length, 1_024);
  });
});

describe('a call that has to prove itself', () => {
  for (const [authorization, header] of [
    [{ type: 'bearer', token: { env: 'OPS_SECRET' } }, `Bearer ${SECRET}`],
    [
      { type: 'basic', user: 'ops', password: { env: 'OPS_SECRET' } },
      `Basic ${Buffer.from(`ops:${SECRET}`).toString('base64')}`,
    ],
  ] as const) {
    it(`has the header of ${authorization.type}`, async () => {
      await using server = await startWebhookServer();
      const log = new RingLog(DEFAULT_STREAM);
      await using running = notify(log, [webhook(server.url, { authorization })]);
      log.append(alertEvent('api'));
      const [{ headers }] = (await server.received(1)) as [(typeof server.posted)[number]];
      assert.equal(headers.authorization, header);
      assert.ok(!running.logs.text().includes(SECRET));
    });
  }
});

describe('receivers', () => {
  it('are others from a moment on: the same go on, another address is told what the one before was not', async () => {
    await using kept = await startWebhookServer();
    await using hanging = await startWebhookServer(() => {});
    await using moved = await startWebhookServer();
    const log = new RingLog(DEFAULT_STREAM);
    const same = webhook(kept.url);
    await using running = notify(log, [same, webhook(hanging.url, { name: 'slow' })]);
    log.append(alertEvent('api'));
    await Promise.all([kept.received(1), hanging.received(1)]);
    const wanted = { receivers: [same, webhook(moved.url, { name: 'slow' })], rules: [RULE] };
    assert.equal(running.notifications.renewal(wanted)(), true);
    const [told] = await moved.received(1);
    assert.equal(JSON.parse(told!.body).receiver, 'slow');
    assert.equal(running.notifications.renewal(wanted)(), false);
    log.append(alertEvent('api', RESOLVED));
    await Promise.all([kept.received(2), moved.received(2)]);
    assert.deepEqual([kept.posted.length, hanging.posted.length], [2, 1]);

    // who is no receiver any more is told nothing, and a rule that has another one tells that
    const rules = [RuleFile.parse({ name: 'Other', watch: { kind: 'Session' }, when: { above: 1 }, notify: ['slow'] })];
    assert.equal(running.notifications.renewal({ receivers: [wanted.receivers[1]!], rules })(), true);
    log.append(alertEvent('api', { rule: 'Other', fingerprint: 'b1' }));
    await moved.received(3);
    assert.equal(kept.posted.length, 2);
  });

  it('stay as they are where a secret of the new ones is missing', async () => {
    await using server = await startWebhookServer();
    const log = new RingLog(DEFAULT_STREAM);
    await using running = notify(log, [webhook(server.url)]);
    const receivers = [webhook(server.url, { secret: { env: 'NOT_THERE' } })];
    assert.throws(() => running.notifications.renewal({ receivers, rules: [] }), /secret of "ops" .*NOT_THERE/);
    log.append(alertEvent('api'));
    await server.received(1);
  });
});

describe('Alertmanager', () => {
  it('is posted alerts that end by themselves unless they are repeated', async () => {
    await using server = await startWebhookServer();
    const log = new RingLog(DEFAULT_STREAM);
    const url = server.url.replace('/hook', '/');
    await using _running = notify(log, [{ name: 'am', type: 'alertmanager', url, timeoutMs: 10_000 }]);
    const labels = { alertname: 'SessionLeak', 'app.kubernetes.io/name': 'api', '0x': 'y', empty: '' };
    log.append(alertEvent('api', { labels }));
    log.append(alertEvent('api', { ...RESOLVED, labels }));
    const [first, second] = await server.received(2);
    assert.equal(first!.path, '/api/v2/alerts');
    const [alert] = JSON.parse(first!.body);
    assert.deepEqual(alert.labels, { alertname: 'SessionLeak', app_kubernetes_io_name: 'api', _0x: 'y' });
    assert.equal(alert.endsAt, '2026-11-22T06:34:00.000Z');
    assert.equal(JSON.parse(second!.body)[0].endsAt, RESOLVED.endsAt);
  });
});

describe('the log', () => {
  it('has a line for what fires and one for what is over', async () => {
    const log = new RingLog(DEFAULT_STREAM);
    await using running = notify(log, [{ name: 'log', type: 'log' }]);
    log.append(alertEvent('api'));
    log.append(alertEvent('api', RESOLVED));
    const line = await running.logs.next('alert fires');
    assert.equal(line.kind, 'Session');
    await running.logs.next('alert resolved');
  });
});

/** Lets what is under way in memory go on. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

type Memory = Map<string, ConsumerOffset>;

/** An outbox whose receiver does as it is told, without a clock. */
function startOutbox(
  log: EventLog,
  memory: Memory,
  answer: (key: string) => Outcome | 'never',
  concerns = ({ rule }: Pick<Alert, 'rule' | 'labels'>): boolean => rule === 'SessionLeak',
) {
  const sent: string[] = [];
  const outbox = new Outbox({
    name: 'ops',
    receiver: {
      async send({ alert, status }) {
        const key = `${alert.fingerprint} ${status}`;
        sent.push(key);
        const outcome = answer(key);
        return outcome === 'never' ? await new Promise<never>(() => {}) : outcome;
      },
    },
    log,
    offsets: {
      commit: (kept) => memory.set(kept.name, kept),
      committed: (name) => memory.get(name),
      whenCommittedFound: () => false,
    },
    concerns,
    logger: new LogLines().logger,
    random: () => 0,
    sleep: () => new Promise(setImmediate),
  });
  void outbox.run();
  return { outbox, sent };
}

const ACCEPTED: Outcome = { type: 'accepted' };

describe('owners of a receiver', () => {
  const cases: readonly [owner: string | undefined, globs: readonly string[] | undefined, is: boolean][] = [
    ['@a', undefined, true],
    [undefined, undefined, true],
    ['@a', ['@a'], true],
    ['@b @acme/a', ['@x', '@acme/*'], true],
    ['@b', ['@a'], false],
    [undefined, ['@a'], false],
    [undefined, ['(no owner)'], true],
    ['(no owner)', ['(no owner)'], true],
    ['npm:express', ['npm:*'], true],
  ];
  for (const [owner, globs, is] of cases)
    it(`are ${is ? '' : 'not '}meant by ${owner} where they are ${globs}`, () =>
      assert.equal(isOwnedBy(owner, globs), is));

  it('are told once the evidence says so, and others are not', async () => {
    const log = new RingLog(DEFAULT_STREAM);
    const forOwner = (owner: string) =>
      startOutbox(
        log,
        new Map(),
        () => ACCEPTED,
        ({ labels }) => isOwnedBy(labels.owner, [owner]),
      );
    const [team, nobody] = [forOwner('@a'), forOwner('(no owner)')];
    const gathering = alertEvent('api', { fingerprint: 'a1', evidence: { state: 'gathering' } });
    log.append(gathering);
    const labels = { ...gathering.labels, owner: '@a' };
    log.append(alertEvent('api', { fingerprint: 'a1', labels, evidence: { state: 'done', owner: '@a' } }));
    log.append(alertEvent('api', { fingerprint: 'a1', labels, ...RESOLVED }));
    await turns();
    assert.deepEqual([team.sent, nobody.sent], [['a1 firing', 'a1 resolved'], []]);
    for (const { outbox } of [team, nobody]) outbox.stop();
  });
});

describe('an outbox', () => {
  it('goes on after a kill in the middle of a delivery with what was not accepted', async () => {
    const [log, memory] = [new RingLog(DEFAULT_STREAM), new Map<string, ConsumerOffset>()];
    const before = startOutbox(log, memory, (key) => (key === 'a2 firing' ? 'never' : ACCEPTED));
    log.append(alertEvent('api', { fingerprint: 'a1' }));
    log.append(alertEvent('api', { fingerprint: 'a2' }));
    log.append(alertEvent('api', { fingerprint: 'a1', ...RESOLVED }));
    await turns();
    assert.deepEqual(before.sent, ['a1 firing', 'a2 firing']);
    // what was kept last is all that a kill leaves
    const after = startOutbox(log, structuredClone(memory), () => ACCEPTED);
    await turns();
    assert.deepEqual(after.sent, ['a2 firing', 'a1 resolved']);
    after.outbox.stop();
  });

  it('tells a receiver that is new what fires, and nothing of what is over or concerns others', async () => {
    const log = new RingLog(DEFAULT_STREAM);
    log.append(alertEvent('api', { fingerprint: 'a1' }));
    log.append(alertEvent('api', { fingerprint: 'a2', ...RESOLVED }));
    log.append(alertEvent('api', { fingerprint: 'a3', rule: 'Other' }));
    const { outbox, sent } = startOutbox(log, new Map(), () => ACCEPTED);
    await turns();
    assert.deepEqual(sent, ['a1 firing']);
    outbox.stop();
  });

  it('that the log has left behind goes on with what fires', async () => {
    const log = new RingLog({ ...DEFAULT_STREAM, ringEvents: 2 });
    const memory: Memory = new Map([['notify:ops', { name: 'notify:ops', offset: 0, state: '[]' }]]);
    log.append(alertEvent('api', { fingerprint: 'a1' }));
    for (let i = 0; i < 4; i++) log.append(usageEvent('api'));
    const { outbox, sent } = startOutbox(log, memory, () => ACCEPTED);
    await turns();
    assert.deepEqual(sent, ['a1 firing']);
    outbox.stop();
  });

  it('tries for an hour of failures, and then tells all of it', async () => {
    const log = new RingLog(DEFAULT_STREAM);
    let left = 100;
    const { outbox, sent } = startOutbox(log, new Map(), () =>
      left-- > 0 ? { type: 'failed', reason: 'it answered 503' } : ACCEPTED,
    );
    log.append(alertEvent('api', { fingerprint: 'a1' }));
    log.append(alertEvent('api', { fingerprint: 'a1', ...RESOLVED }));
    while (outbox.tally.sent < 2) await new Promise(setImmediate);
    assert.deepEqual([sent.length, outbox.tally.failed], [102, 100]);
    assert.equal(sent.at(-1), 'a1 resolved');
    outbox.stop();
  });
});
