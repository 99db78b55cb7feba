/** kill -9 of a real collector in each state of an alert and in mid-delivery: none is lost, none is doubled beyond its key. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import type { AlertEvent } from '../../../protocol/events.ts';
import { startCli } from '../../support/cli.ts';
import { folder } from '../../support/folder.ts';
import { connect, type StreamClient } from '../../support/stream-client.ts';
import { startTarget, type Target } from '../../support/target.ts';
import { type Posted, startWebhookServer, type WebhookServer } from '../../support/webhook-server.ts';

const configText = ({ port }: Target, { url }: WebhookServer, store: string) => `
listen: 127.0.0.1:0
store: { path: ${store} }
targets: [{ name: api, inspect: "127.0.0.1:${port}" }]
schedule: { usage: false, sampling: false, types: false, census: 300ms }
limits: { pauseBudget: 10m/h }
notify: { ops: { webhook: "${url}", secret: { env: OPS_SECRET } } }
alerts:
  - { name: SessionLeak, watch: { kind: Session, probe: census }, when: { growth: 100, within: 4s }, for: 1s, escalate: snapshot, notify: [ops] }
`;

interface Life extends AsyncDisposable {
  readonly client: StreamClient;
  kill(): Promise<void>;
}

/** Starts a collector of its own process, and follows it. */
async function startLife(config: string): Promise<Life> {
  const cli = startCli(['collect', '--config', config], { OPS_SECRET: 'correct horse battery staple' });
  const [, url] = await cli.said(/"url":"(ws:[^"]+)"/);
  const client = await connect(url!);
  await client.hello();
  await client.subscribe({ topics: ['partition', 'alert'] });
  const kill = async () => {
    cli.process.kill('SIGKILL');
    await cli.result;
    await client.closed;
  };
  return { client, kill, [Symbol.asyncDispose]: kill };
}

/** Lets the program leak at each census until `end` has come. */
async function leakUntil({ client }: Life, target: Target, end: Promise<unknown>): Promise<void> {
  let isOver = false;
  void end.then(() => {
    isOver = true;
  });
  while (!isOver) {
    await client.next('partition', ({ probe }) => probe === 'census');
    target.send('grow 50\n');
    await target.line(/grown/);
  }
}

const keyOf = ({ headers }: Posted) => String(headers['idempotency-key']);
const statusOf = (posted: Posted) => keyOf(posted).split('/')[2]!;

/** A server that can be told not to answer what has this status; and what it has accepted. */
async function holdingServer() {
  const accepted: string[] = [];
  const waiting = new Map<string, () => void>();
  const hold = { status: '' };
  const server = await startWebhookServer((response: ServerResponse, posted) => {
    if (statusOf(posted) === hold.status) return;
    accepted.push(keyOf(posted));
    response.end();
    waiting.get(statusOf(posted))?.();
  });
  const acceptedStatus = (status: string): Promise<void> =>
    accepted.some((key) => key.endsWith(status))
      ? Promise.resolve()
      : new Promise((resolve) => waiting.set(status, resolve));
  /** Resolves when one of this status was posted, accepted or not. */
  const posted = async (status: string) => {
    for (let count = 1; !server.posted.some((one) => statusOf(one) === status); count++) await server.received(count);
  };
  return { server, accepted, hold, acceptedStatus, posted };
}

type Holding = Awaited<ReturnType<typeof holdingServer>>;
type AlertFits = (alert: AlertEvent) => boolean;

const saw = (fits: AlertFits) => (life: Life) => life.client.next('alert', fits as never);

/** When the collector is killed. `hold`: the notices that are not answered until then. */
const MOMENTS: Readonly<Record<string, { hold?: string; until: (life: Life, holding: Holding) => Promise<unknown> }>> =
  {
    'while nothing is wrong': { until: ({ client }) => client.next('partition') },
    'while it is pending': { until: saw(({ state }) => state === 'pending') },
    'while evidence is gathered': { until: saw(({ evidence }) => evidence?.state === 'gathering') },
    'before anybody is told': { hold: 'firing', until: saw(({ evidence }) => evidence?.state === 'done') },
    'while it is told to fire': { hold: 'firing', until: (_, { posted }) => posted('firing') },
    'while it fires': { until: (_, { acceptedStatus }) => acceptedStatus('firing') },
  };

describe('an alert survives a kill of the collector', { concurrency: 3 }, () => {
  for (const [moment, { hold = '', until }] of Object.entries(MOMENTS)) {
    it(moment, async () => {
      await using dir = await folder();
      await using target = await startTarget('leaks', { args: ['array'] });
      await target.line(/ready/);
      const holding = await holdingServer();
      await using server = holding.server;
      const config = dir.join('heapwatch.yaml');
      await writeFile(config, configText(target, server, dir.join('heapwatch.db')));

      const first = await startLife(config);
      holding.hold.status = hold;
      await leakUntil(first, target, until(first, holding));
      await first.kill();
      holding.hold.status = '';

      await using second = await startLife(config);
      await leakUntil(second, target, holding.acceptedStatus('firing'));
      await holding.acceptedStatus('resolved');
      assertToldOnce(holding.accepted);
    });
  }

  it('while it is told to be over', async () => {
    await using dir = await folder();
    await using target = await startTarget('leaks', { args: ['array'] });
    await target.line(/ready/);
    const holding = await holdingServer();
    await using server = holding.server;
    const config = dir.join('heapwatch.yaml');
    await writeFile(config, configText(target, server, dir.join('heapwatch.db')));

    const first = await startLife(config);
    holding.hold.status = 'resolved';
    await leakUntil(first, target, holding.acceptedStatus('firing'));
    await holding.posted('resolved');
    await first.kill();
    holding.hold.status = '';

    await using _second = await startLife(config);
    await holding.acceptedStatus('resolved');
    assertToldOnce(holding.accepted);
  });
});

/** One alert, firing and then resolved; whatever came twice came under the same key. */
function assertToldOnce(accepted: readonly string[]): void {
  const keys = [...new Set(accepted)];
  assert.deepEqual(
    keys.map((key) => key.split('/')[2]),
    ['firing', 'resolved'],
    accepted.join('\n'),
  );
  assert.equal(new Set(keys.map((key) => key.split('/').slice(0, 2).join('/'))).size, 1);
}
