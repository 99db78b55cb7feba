/**
 * A process that dies of its leak each 100 s and is started again, under the default rules and the default schedule, by the pace of
 * a real clock: what is said of it, and when.
 *
 *     node dist/scripts/lab/dying.js             until its third life is over, 5 to 6 minutes
 *
 * Exits with 1 where nothing that names what grew was said by then.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { connect } from '../../collector/client/node.ts';
import { readConfig } from '../../collector/config/config.ts';
import { startCollector } from '../../collector/main/collector.ts';
import { startTarget } from '../../test/support/target.ts';
import { startWebhookServer } from '../../test/support/webhook-server.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '100' } } });
const LIVES = 3;
/** For the last notification to come. */
const AFTER_MS = 20_000;

await using hook = await startWebhookServer();
const first = await life(0);
const text = `
listen: 127.0.0.1:0
targets: [{ name: api, inspect: 127.0.0.1:${first.port} }]
notify: { ops: { webhook: "${hook.url}" } }
`;
const config = readConfig({ file: { name: 'dying.yaml', text } });
const beganMs = performance.now();
{
  await using collector = await startCollector(config, { logger: pino({ level: 'silent' }) });
  await using client = connect(collector.url);
  void (async () => {
    for await (const event of client.subscribe({ topics: ['target', 'alert'] })) {
      if (event.type === 'target') say(`the target is ${event.state}${event.death ? `: ${event.death.text}` : ''}`);
      if (event.type === 'alert') say(`${event.state} ${event.rule}: ${event.reason}`);
    }
  })();
  await first.exited;
  say('life 1 is over');
  for (let nth = 2; nth <= LIVES; nth++) {
    const next = await life(first.port);
    await next.exited;
    say(`life ${nth} is over`);
  }
  await Promise.race([hook.received(LIVES + 2), new Promise((resolve) => setTimeout(resolve, AFTER_MS))]);
}
const pages = hook.posted.flatMap(({ body }) => JSON.parse(body).alerts as Page[]);
for (const { status, labels, annotations } of pages) {
  process.stdout.write(`${status} ${labels.alertname}: ${annotations.reason}\n  ${annotations.heldBy ?? ''}\n`);
}
const isNamed = pages.some(
  ({ status, annotations }) => status === 'firing' && /Session/.test(annotations.reason ?? ''),
);
process.stdout.write(isNamed ? 'said by its third life, with what grew\n' : 'what grew was not said\n');
process.exitCode = isNamed ? 0 : 1;

interface Page {
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** @param port of the inspector; 0: any */
async function life(port: number) {
  const execArgv = ['--max-old-space-size=48', ...(port === 0 ? [] : [`--inspect=127.0.0.1:${port}`])];
  const target = await startTarget(join(import.meta.dirname, 'dying-program.js'), { execArgv, args: [values.seconds] });
  await target.line(/^begun/);
  return target;
}

function say(what: string): void {
  process.stdout.write(`${((performance.now() - beganMs) / 1_000).toFixed(0)} s: ${what}\n`);
}
