/** A rule in percent of the limit of a real control group: it fires once, fires again only from below, and outlives a kill of the collector. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { AlertEvent } from '../../../protocol/events.ts';
import { startCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { MemoryGroup } from '../../support/namespaces.ts';
import { connect } from '../../support/stream-client.ts';
import { startTarget } from '../../support/target.ts';
import { startWebhookServer } from '../../support/webhook-server.ts';

/** What the process had before it came into the group counts elsewhere. */
const MB = 2 ** 20;
const group = MemoryGroup.make(`heapwatch-percent-${process.pid}`, 400 * MB);
test.after(() => group?.[Symbol.dispose]());

const configText = (port: number, url: string, store: string) => `
listen: 127.0.0.1:0
store: { path: ${store} }
targets: [{ name: api, inspect: "127.0.0.1:${port}" }]
schedule: { usage: 300ms, walk: false, sampling: false, types: false, memory: false }
notify: { ops: { webhook: "${url}", secret: { env: OPS_SECRET } } }
alerts:
  - { name: NearLimit, watch: { usage: rss }, when: { above: 85% of limit, below: 60% }, notify: [ops] }
`;

/** A collector of its own process, and readings of the target under it. */
async function startLife(config: string) {
  const cli = startCli(['collect', '--config', config], { OPS_SECRET: 'correct horse battery staple' });
  const [, url] = await cli.said(/"url":"(ws:[^"]+)"/);
  const client = await connect(url!);
  await client.hello();
  await client.subscribe({ topics: ['usage', 'alert'] });
  return {
    /** Its state when that has changed to one of these. */
    alert: (state: string): Promise<AlertEvent> => client.next('alert', (alert) => alert.state === state),
    async readings(count: number): Promise<void> {
      for (let each = 0; each < count; each++) await client.next('usage');
    },
    async [Symbol.asyncDispose]() {
      cli.process.kill('SIGKILL');
      await cli.result;
      await client.closed;
    },
  };
}

test('above 85 % of the limit, below 60 %', {
  skip: group === null && 'no control group can be made here',
}, async () => {
  await using dir = await folder();
  await using target = await startTarget('puppet');
  writeFileSync(group!.procs, `${target.pid}`);
  const holds = async (megabytes: number) => {
    target.send(`hold ${megabytes}\n`);
    await target.line(new RegExp(`^holds ${megabytes}$`));
  };
  await using server = await startWebhookServer((response) => response.end());
  const config = dir.join('heapwatch.yaml');
  await writeFile(config, configText(target.port, server.url, dir.join('heapwatch.db')));
  {
    await using life = await startLife(config);
    await holds(350);
    const { reason } = await life.alert('firing');
    assert.match(reason, /of 400 MB \(memory\.\w+ of cgroup/);
    await server.received(1);
    // between the two levels, and above again: nothing new
    await holds(290);
    await life.readings(12);
    await holds(350);
    await life.readings(12);
  }
  await using life = await startLife(config);
  await life.readings(12);
  await holds(150);
  await life.alert('resolved');
  await holds(350);
  await life.alert('firing');
  await server.received(3);
  assert.deepEqual(
    server.posted.map(({ headers }) => String(headers['idempotency-key']).split('/')[2]),
    ['firing', 'resolved', 'firing'],
  );
});
