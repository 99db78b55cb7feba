/** What a real Alertmanager shows of an alert, and tells others of it. Skipped where none is installed. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RuleFile } from '../../../collector/config/rule-file.ts';
import { DEFAULT_STREAM } from '../../../collector/config/stream-config.ts';
import { RingLog } from '../../../collector/log/ring-log.ts';
import { startCollector } from '../../../collector/main/collector.ts';
import { Notifications } from '../../../collector/notify/notifications.ts';
import { annotationsOf } from '../../../collector/notify/words.ts';
import { startAlertmanager } from '../../support/alertmanager.ts';
import { configOf } from '../../support/collector.ts';
import { alertEvent } from '../../support/events.ts';
import { LogLines } from '../../support/log-lines.ts';
import { connect } from '../../support/stream-client.ts';
import { startTarget } from '../../support/target.ts';
import { type Posted, startWebhookServer } from '../../support/webhook-server.ts';

const RULE = RuleFile.parse({
  name: 'Strings',
  watch: { kind: 'string', probe: 'types' },
  when: { above: 1 },
  labels: { severity: 'page' },
  annotations: { summary: '{{kind}} of {{target}}: {{value}}' },
  notify: ['am'],
});
const NONE = 'no prometheus-alertmanager here';

const statusOf = (posted: Posted | undefined) => JSON.parse(posted!.body).status;

describe('a real Alertmanager', () => {
  it('shows an alert with its labels and annotations, passes it on, and shows it no more when it has resolved', async (t) => {
    await using hook = await startWebhookServer();
    await using alertmanager = await startAlertmanager(hook.url);
    if (!alertmanager) return t.skip(NONE);
    await using target = await startTarget('puppet');
    const api = {
      name: 'api',
      inspect: `127.0.0.1:${target.port}`,
      schedule: { types: 300 },
      labels: { 'app.kubernetes.io/name': 'api' },
    };
    const config = {
      ...configOf([api]),
      alerts: [RULE],
      notify: [{ name: 'am', type: 'alertmanager', url: alertmanager.url, timeoutMs: 10_000 }] as const,
    };
    await using collector = await startCollector(config, { logger: new LogLines().logger });
    await using client = await connect(collector.url);
    await client.hello();
    await client.subscribe({ topics: ['alert'] });
    const alert = await client.next('alert', ({ state, evidence }) => state === 'firing' && evidence?.state === 'done');

    const [firing] = await hook.received(1);
    assert.equal(statusOf(firing), 'firing');
    const [shown, ...others] = await alertmanager.alerts();
    assert.deepEqual(others, []);
    const { 'app.kubernetes.io/name': app, ...labels } = alert.labels;
    assert.deepEqual(shown?.labels, { ...labels, app_kubernetes_io_name: app });
    assert.deepEqual(shown.annotations, annotationsOf(alert));
    assert.match(shown.annotations.summary ?? '', /^string of api: [\d,]+/);
    assert.deepEqual([shown.status.state, Date.parse(shown.startsAt)], ['active', Date.parse(alert.startsAt)]);

    await collector.reload({ ...config, alerts: [] });
    const [, resolved] = await hook.received(2);
    assert.equal(statusOf(resolved), 'resolved');
    assert.deepEqual(await alertmanager.alerts(), []);
  });

  it('takes the name of a kind for what it is, whatever it holds', async (t) => {
    await using hook = await startWebhookServer();
    await using alertmanager = await startAlertmanager(hook.url);
    if (!alertmanager) return t.skip(NONE);
    const log = new RingLog(DEFAULT_STREAM);
    const notifications = new Notifications({
      receivers: [{ name: 'am', type: 'alertmanager', url: alertmanager.url, timeoutMs: 10_000 }],
      rules: [RULE],
      log,
      logger: new LogLines().logger,
      env: {},
      now: Date.now,
      random: () => 0,
    });
    const running = notifications.run();
    const kind = 'x\r\nX-Evil: 1\r\n\r\n{{ .CommonLabels }}{{ template "a" }} %0d%0a <script>","labels":{},"a":"\u0000';
    const labels = { alertname: 'Strings', kind };
    log.append(alertEvent('api', { rule: 'Strings', kind, labels, annotations: { summary: kind } }));
    const [posted] = await hook.received(1);
    const [shown, ...others] = await alertmanager.alerts();
    assert.deepEqual(others, []);
    assert.deepEqual(shown?.labels, labels);
    assert.equal(shown.annotations.summary, kind);
    assert.deepEqual(JSON.parse(posted!.body).commonLabels, labels);
    notifications.stop();
    await running;
  });
});
