import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { RuleFile } from '../../../collector/config/rule-file.ts';
import { startCollector } from '../../../collector/main/collector.ts';
import { runCli } from '../../support/cli.ts';
import { configOf } from '../../support/collector.ts';
import { partitionEvent } from '../../support/events.ts';
import { folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';
import { clocks, openLog } from '../../support/stored-log.ts';

const MINUTE_MS = 60_000;
const RULES = `alerts:
  - name: SessionLeak
    targets: "a*"
    watch: { kind: Session, probe: census }
    when: { growth: 1000, within: 10m }
    for: 2m
`;

/** A store of half an hour of censuses, one a minute, of which the first twenty grow by 100. */
async function storedHistory(path: string): Promise<string> {
  const time = clocks();
  const { log } = await openLog(path, time);
  for (let minute = 0; minute < 30; minute++) {
    const rows = [{ kind: 'Session', count: 100 * Math.min(minute, 20), sizeBytes: 1 }];
    const takenAt = new Date(time.wallMs).toISOString();
    log.append(
      partitionEvent('api', {
        probe: 'census',
        by: 'kind',
        incarnation: 'pid 1, started 2026-11-22T05:00:00.000Z',
        rows,
        takenAt,
      }),
    );
    await log.settled();
    time.wallMs += MINUTE_MS;
    time.monotonicMs += MINUTE_MS;
  }
  await log.close();
  return join(path, 'heapwatch.db');
}

test('alerts test tells what would have fired on stored history, and when', async () => {
  await using dir = await folder();
  const [rules, store] = [dir.join('rules.yaml'), await storedHistory(dir.path)];
  await writeFile(rules, RULES);

  const fired = await runCli(['alerts', 'test', rules, '--history', store]);

  assert.equal(
    fired.stdout,
    `2026-11-22T06:11:00.000Z pending  SessionLeak api main Session: 1,000 objects, 1,000 more than 10 min before (asked: 1,000 objects)
2026-11-22T06:13:00.000Z firing   SessionLeak api main Session: 1,200 objects, 1,000 more than 10 min before (asked: 1,000 objects)
2026-11-22T06:22:00.000Z resolved SessionLeak api main Session: 2,000 objects, 800 more than when it fired: it has stopped growing by what was asked
SessionLeak on api: 0 firing, 0 pending, 1 inactive, 0 undecided
`,
  );
  assert.equal(fired.stderr, 'heapwatch: 1 alert would have fired\n');
  assert.equal(fired.code, 6);

  await writeFile(rules, RULES.replace('1000', '5000'));
  const quiet = await runCli(['alerts', 'test', rules, '--history', store, '--json']);
  assert.deepEqual(JSON.parse(quiet.stdout), {
    rule: 'SessionLeak',
    target: 'api',
    inactive: 1,
    undecided: 0,
    pending: 0,
    firing: 0,
    unit: 'objects',
  });
  assert.equal(quiet.code, 0);
});

test('alerts test says in one line what it cannot read', async () => {
  await using dir = await folder();
  const rules = dir.join('rules.yaml');
  await writeFile(rules, RULES.replace('growth', 'grwoth'));
  const wrong = await runCli(['alerts', 'test', rules, '--history', 'none.db']);
  assert.match(wrong.stderr, /^heapwatch: .*rules\.yaml:5:\d+: unknown key "grwoth"; did you mean "growth"\?/);
  assert.equal(wrong.code, 2);
  await writeFile(rules, RULES);
  const none = await runCli(['alerts', 'test', rules, '--history', 'none.db']);
  assert.equal(none.stderr, 'heapwatch: Cannot open store none.db: there is no such file\n');
  await writeFile(rules, 'alerts: []\n');
  const empty = await runCli(['alerts', 'test', rules, '--history', 'none.db']);
  assert.match(empty.stderr, /it has no rules, add "alerts"/);
  assert.equal(empty.code, 2);
});

test('alerts list, silence and unsilence speak with a collector', async () => {
  const rule = RuleFile.parse({ name: 'Rss', watch: { usage: 'rss' }, when: { above: '1MB' } });
  const options = { logger: new LogLines().logger };
  await using collector = await startCollector({ ...configOf([]), alerts: [rule] }, options);

  const silence = await runCli([
    'alerts',
    'silence',
    collector.url,
    'alertname=R*',
    '--for',
    '2h',
    '--comment',
    'deploy',
  ]);
  const [, id = ''] = /^silence (\S+) until \S+: alertname=R\* \(deploy\)$/m.exec(silence.stdout) ?? [];
  assert.notEqual(id, '', silence.stdout + silence.stderr);
  const list = await runCli(['alerts', 'list', collector.url, '--json']);
  assert.equal(JSON.parse(list.stdout).silences[0].id, id);
  const ended = await runCli(['alerts', 'unsilence', collector.url, id]);
  assert.equal(ended.stdout, 'no silence is left\n');
  const again = await runCli(['alerts', 'unsilence', collector.url, id]);
  assert.match(again.stderr, /^heapwatch: Cannot end silence "/);
  const bad = await runCli(['alerts', 'silence', collector.url, 'nonsense', '--for', '2h', '--comment', 'x']);
  assert.equal(bad.code, 2);
});
