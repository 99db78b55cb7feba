/** Two deploys of one program whose minified names differ: one series in history, one alert, for the team whose code it is. */
import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { build } from 'esbuild';
import { readConfig } from '../../../collector/config/config.ts';
import { startCollector } from '../../../collector/main/collector.ts';
import type { AlertEvent } from '../../../protocol/events.ts';
import type { HistoryResult } from '../../../protocol/history.ts';
import { type Folder, folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';
import { connect } from '../../support/stream-client.ts';
import { startTarget } from '../../support/target.ts';
import { startWebhookServer } from '../../support/webhook-server.ts';

const SESSIONS = `export class Session { constructor(user) { this.user = user; this.seen = new Date(user); } }
export const openSessions = [];
export function openSession(user) { openSessions.push(new Session(user)); }
`;
const MAIN = `import { openSession } from './sessions.js';
let users = 0;
setInterval(() => { for (let at = 0; at < 20; at++) openSession(++users); }, 20);
console.log('ready');
`;
/** What the second deploy has more: what is minified after it gets other names. */
const MORE = `import { Visit, Visitor, visited } from './visits.js';
globalThis.visits = [new Visit(new Visitor()), new Visit(new Visitor()), visited];
`;
const VISITS = `export class Visitor { constructor() { this.at = 1.5; } }
export class Visit { constructor(by) { this.by = by; } }
export function visited(of) { return [Visit, Visitor, of]; }
`;

/** Builds dist/app.mjs; gives what `Session` is called in it. */
async function deploy(dir: Folder, main: string): Promise<string> {
  await mkdir(dir.join('dist'), { recursive: true });
  await writeFile(dir.join('sessions.js'), SESSIONS);
  await writeFile(dir.join('visits.js'), VISITS);
  await writeFile(dir.join('main.js'), main);
  const outfile = dir.join('dist/app.mjs');
  const options = { bundle: true, minify: true, sourcemap: true, format: 'esm', platform: 'node' } as const;
  await build({ entryPoints: [dir.join('main.js')], outfile, logLevel: 'silent', ...options });
  return /(\w+)=class\{constructor\(\w+\)\{this\.user=|class (\w+)\{constructor\(\w+\)\{this\.user=/
    .exec(await readFile(outfile, 'utf8'))!
    .slice(1)
    .find((name) => name !== undefined)!;
}

test('two deploys have one series and one alert, which its owners are told of', async () => {
  await using dir = await folder();
  await writeFile(dir.join('CODEOWNERS'), '* @acme/all\n/sessions.js @acme/sessions\n');
  await using receivers = await startWebhookServer();
  const name = await deploy(dir, MAIN);
  const before = await startTarget(dir.join('dist/app.mjs'));
  const text = [
    'listen: 127.0.0.1:0',
    'sourceMaps: {}',
    'owners: auto',
    `targets: [{ name: api, inspect: "127.0.0.1:${before.port}" }]`,
    'schedule: { usage: 1s, memory: false, walk: 500ms, sampling: false, types: false }',
    'evidence: { perHour: 100, between: 0s }',
    'alerts:',
    '  - name: Leak',
    '    watch: { kind: "*", probe: walk }',
    '    when: { growth: 500, within: 2m }',
    '    escalate: walk',
    '    notify: ["*"]',
    'notify:',
    `  sessions: { webhook: ${receivers.url}/sessions, owners: ["@acme/sess*"] }`,
    `  all: { webhook: ${receivers.url}/all }`,
    `  others: { webhook: ${receivers.url}/others, owners: ["@acme/other", (no owner)] }`,
  ].join('\n');
  const { logger } = new LogLines();
  await using collector = await startCollector(readConfig({ file: { name: 'heapwatch.yaml', text } }), { logger });
  const client = await connect(collector.url);
  await client.hello();
  await client.subscribe({ topics: ['alert', 'target'] });
  const fires = ({ state, evidence, members }: AlertEvent) =>
    state === 'firing' && members !== undefined && evidence?.state === 'done';
  const first = await client.next('alert', fires);
  assert.equal(first.labels.owner, '@acme/sessions', JSON.stringify(first.evidence));
  assert.equal(first.evidence?.cause, 'Session');
  assert.match(first.evidence?.paths?.[0] ?? '', /^module \S*sessions\.js: openSessions/);

  before.kill('SIGKILL');
  await before.exited;
  assert.notEqual(await deploy(dir, `${MORE}${MAIN}`), name);
  await using _after = await startTarget(dir.join('dist/app.mjs'), {
    execArgv: [`--inspect=127.0.0.1:${before.port}`],
  });
  const attached = await client.next('target', ({ state, offset }) => state === 'attached' && offset > first.offset);
  const again = await client.next('alert', (event) => fires(event) && event.offset > attached.offset);
  assert.equal(again.fingerprint, first.fingerprint);
  assert.equal(again.labels.owner, '@acme/sessions');

  const answer = await client.request('history', { target: 'api', probe: 'walk', limit: 1000, stepMs: 100 });
  assert.ok('result' in answer, JSON.stringify(answer));
  const { partitions } = answer.result as HistoryResult;
  const kinds = partitions.flatMap((partition) => partition.kinds);
  assert.deepEqual(
    kinds.map(({ kind }) => kind).filter((kind) => /^[\w$]{1,2}$/.test(kind)),
    [],
  );
  const series = kinds.filter(({ kind }) => kind === 'Session');
  assert.equal(series.length, 1);
  assert.ok(
    Date.parse(series[0]!.at[0]!) < Date.parse(first.at) &&
      Date.parse(series[0]!.at.at(-1)!) > Date.parse(again.startsAt),
  );
  await receivers.received(2);
  const paths = new Set(receivers.posted.map(({ path }) => path));
  assert.deepEqual([...paths].sort(), ['/hook/all', '/hook/sessions']);
  await client.close();
});
