/**
 * Two leaking servers, replicas of one group, watched for half an hour by the rule that a new user writes: `kind: "*"` with
 * `escalate: snapshot`. Beside it a rule on RSS, which our own snapshots must not set off.
 *
 *     node dist/scripts/lab/servers.js                    30 minutes; their memory is walked, as on one machine
 *     node dist/scripts/lab/servers.js --snapshots        as where it cannot be read from outside: in a container, of another user
 *     node dist/scripts/lab/servers.js --minutes 5
 *
 * Exits with 1 where it is not one page, more than two snapshots of a server, or a page about RSS.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { connect } from '../../collector/client/node.ts';
import { readConfig } from '../../collector/config/config.ts';
import { startCollector } from '../../collector/main/collector.ts';
import { liveProbes } from '../../collector/targets/probes.ts';
import type { Alert } from '../../protocol/alert.ts';
import type { FootprintEvent, PartitionEvent } from '../../protocol/events.ts';
import { humanSize } from '../../protocol/human.ts';
import { projectRoot } from '../../test/support/project.ts';
import { startTarget, type Target } from '../../test/support/target.ts';
import { startWebhookServer } from '../../test/support/webhook-server.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, snapshots: { type: 'boolean', default: false } },
});
const NAMES = ['api-1', 'api-2'] as const;
const MINUTE_MS = 60_000;

const servers = await Promise.all(NAMES.map(() => startTarget(join(projectRoot, 'scripts/examples/server.mjs'))));
const footprints: FootprintEvent[] = [];
const taken: PartitionEvent[] = [];
const alerts = new Map<string, Alert>();
await using hook = await startWebhookServer();
try {
  await watch(servers, hook.url);
} finally {
  await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
}
report();

function configText(targets: readonly Target[], url: string): string {
  return `
listen: 127.0.0.1:0
targets:
${targets.map(({ port }, i) => `  - { name: ${NAMES[i]}, group: api, inspect: 127.0.0.1:${port} }`).join('\n')}
alerts:
  - { name: Kinds, watch: { kind: "*" }, when: { growth: 1000, within: 10m }, escalate: snapshot, notify: [ops] }
  - { name: Rss, watch: { usage: rss }, when: { growth: 60MB, within: 10m }, notify: [ops] }
notify:
  ops: { webhook: "${url}" }
`;
}

async function watch(targets: readonly Target[], url: string): Promise<void> {
  const config = readConfig({ file: { name: 'servers.yaml', text: configText(targets, url) } });
  const walkObstacle = async () => 'its memory cannot be read from here';
  const probes = values.snapshots ? { probes: { ...liveProbes, walkObstacle } } : {};
  await using collector = await startCollector(config, { logger: pino({ level: 'silent' }), ...probes });
  const signal = AbortSignal.timeout(Number(values.minutes) * MINUTE_MS);
  await using client = connect(collector.url, { signal });
  for await (const event of client.subscribe({ topics: ['alert', 'footprint', 'partition'] })) {
    if (event.type === 'footprint') footprints.push(event);
    if (event.type === 'partition' && event.probe === 'snapshot') taken.push(event);
    if (event.type === 'alert') alerts.set(event.fingerprint, event);
  }
}

function report(): void {
  const pages = hook.posted.flatMap(({ body }) => JSON.parse(body).alerts as Page[]);
  const firing = pages.filter(({ status }) => status === 'firing');
  const wrong: string[] = [];
  print(`${values.minutes} minutes, kind: "*", escalate: snapshot; ${pages.length} notified`);
  for (const { labels, annotations, status } of pages) {
    print(`  ${status} ${labels.alertname} ${labels.group ?? labels.target}: ${annotations.reason}`);
    print(`    ${(annotations.heldBy ?? '').replaceAll('\n', '\n    ')}`);
  }
  if (firing.length !== 1) wrong.push(`${firing.length} pages, expected one`);
  if (firing.some(({ labels }) => labels.alertname === 'Rss')) wrong.push('a page about RSS');
  for (const name of NAMES) {
    const own = footprints.filter(({ target, cause }) => target === name && cause === 'snapshot');
    const kept = own.reduce((sum, { keptBytes = 0 }) => sum + keptBytes, 0);
    print(`  ${name}: ${own.length} snapshots, ${humanSize(kept)} of RSS left by them`);
    if (own.length > 2) wrong.push(`${own.length} snapshots of ${name}`);
  }
  print(`  ${[...alerts.values()].filter(({ members }) => members !== undefined).length} incidents`);
  print(wrong.length === 0 ? 'one incident' : wrong.join('\n'));
  process.exitCode = wrong.length > 0 ? 1 : 0;
}

interface Page {
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
