/** What a hostile target, snapshot or collector says reaches a terminal as text, and as nothing else. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { RuleFile } from '../../../collector/config/rule-file.ts';
import { startCollector } from '../../../collector/main/collector.ts';
import { terminalText } from '../../../protocol/printable.ts';
import { type CliResult, mainPath, runCli, startCli } from '../../support/cli.ts';
import { configOf } from '../../support/collector.ts';
import { startFakeInspector } from '../../support/fake-inspector.ts';
import { folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';
import { projectRoot } from '../../support/project.ts';
import { hasPty, startPty } from '../../support/pty.ts';
import { startTarget } from '../../support/target.ts';

const HOSTILE = '\x1b]0;PWN\x07\x1b[31m\u202e\u009b5A\r\nFAKE LINE';
const STEERS = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029\u206a-\u206f\ufeff]/u;

function assertSafe({ stdout, stderr }: CliResult): void {
  for (const text of [stdout, stderr]) {
    assert.ok(!STEERS.test(text), JSON.stringify(text));
    assert.ok(!/^FAKE LINE/m.test(text), text);
  }
}

test('ls, heap and the log of a collector show a hostile process as text', async () => {
  const self = { nodeVersion: `v20.20.2${HOSTILE}`, title: HOSTILE, v8Version: HOSTILE };
  await using fake = await startFakeInspector({ version: `node.js/v20.20.2${HOSTILE}`, self });
  const port = String(fake.port);
  for (const args of [
    ['ls', '--ports', port],
    ['ls', '--ports', port, '--json'],
    ['ls', '--ports', port, '--heap'],
    ['heap', port, '--probe', 'types'],
    ['tail', `x${HOSTILE}`],
  ]) {
    const result = await runCli(args);
    assertSafe(result);
    if (args[0] === 'ls') assert.match(result.stdout, /v20\.20\.2\\+x1b\]0;PWN/);
    if (args.includes('--json')) for (const line of result.stdout.trimEnd().split('\n')) JSON.parse(line);
  }
  const collect = startCli(['collect', '--target', `t=${port}`, '--listen', '127.0.0.1:0']);
  await collect.said(/target attached/);
  collect.process.kill('SIGTERM');
  assertSafe(await collect.result);
});

test('names in a program are shown as text by tables, paths, patterns and objects', async () => {
  await using dir = await folder();
  const script = dir.join('hostile.mjs');
  const file = dir.join('hostile.heapsnapshot');
  await writeFile(
    script,
    `const key = ${JSON.stringify(HOSTILE)};
    class Session { constructor() { this[key] = {}; } }
    globalThis.store = new Map(); globalThis[key + 'global'] = {};
    for (let i = 0; i < 20; i++) { globalThis.store.set(key + i, new Session()); globalThis[key + 'global'][key + i] = new Session(); }
    const C = { [key]: class { constructor() { this.of = new Session(); } } }[key];
    globalThis.list = Array.from({ length: 20 }, () => new C());
    setInterval(() => {}, 1000); console.log('ready');`,
  );
  await using target = await startTarget(script);
  await target.line(/^ready/);
  assertSafe(await runCli(['snapshot', `${target.port}`, '-o', file, '--yes']));
  for (const args of [
    ['heap', file, '--all'],
    ['heap', file, '--all', '--json'],
    ['heap', file, '--by', 'via', '--all'],
    ['path', file, 'Session', '--rows', '20'],
    ['path', file, 'Session', '--json'],
    ['path', file, HOSTILE],
  ]) {
    assertSafe(await runCli(args));
  }
  const lines = [
    `h = hp.load(${JSON.stringify(file)})`,
    "s = h.and(hp.Class('Session'))",
    's.sp',
    's.sp.all',
    's.rp',
    's.rp.all',
    's.byid[0].theone',
    's.byvia.all',
    's.referrers.bykind.all',
    's.referrers.byid.all',
    's.referrers.referrers.byvia.all',
    'h.bykind.all',
    '[s.sp, s.rp, s.referrers]',
  ];
  const console = startCli(['console', file]);
  console.process.stdin.end(lines.join('\n'));
  const result = await console.result;
  assertSafe(result);
  assert.match(result.stdout, /PWN/);
});

test('what a person writes at the prompt is shown as text too', async () => {
  await using dir = await folder();
  await writeFile(dir.join('empty.mjs'), 'setInterval(() => {}, 1000);');
  await using target = await startTarget(dir.join('empty.mjs'));
  const text = JSON.stringify(HOSTILE);
  const console = startCli(['console', `${target.port}`]);
  console.process.stdin.end(`${text}\nSymbol(${text})\n[new Error(${text})]\nthrow new Error(${text})\n`);
  const { stdout, stderr } = await console.result;
  for (const shown of [stdout, stderr]) assert.ok(!STEERS.test(shown), JSON.stringify(shown));
  assert.match(stdout, /PWN/);
});

test('the prompt shows them as text too, and colours none but its own', {
  skip: !hasPty && 'no script(1)',
}, async () => {
  await using dir = await folder();
  const script = dir.join(`${'long'.repeat(20)}.mjs`);
  await writeFile(
    script,
    `process.title = ${JSON.stringify(HOSTILE)}; setInterval(() => {}, 1000); console.log('ready');`,
  );
  await using target = await startTarget(script);
  await target.line(/^ready/);
  await using pty = startPty(`${process.execPath} ${mainPath} console ${target.port}`);
  await pty.shows(/Ctrl-D leaves/);
  const typed = terminalText(JSON.stringify(HOSTILE));
  pty.type(`${typed}; Symbol(${typed})\r`);
  await pty.shows(/\nFAKE LINE\)/);
  pty.type('.exit\r');
  await pty.ended;
  assert.ok(!pty.text.includes('\x1b]0;PWN') && !/[\u202e\u0080-\u009f]/.test(pty.text), JSON.stringify(pty.text));
});

test('a list of alerts has the lines that it was given, and no more', async () => {
  const { logger } = new LogLines();
  const rule = RuleFile.parse({ name: 'Leak', watch: { kind: '*' }, when: { growth: 1, within: '10m' } });
  await using collector = await startCollector({ ...configOf([]), alerts: [rule] }, { logger });
  const url = collector.url;
  const silenced = await runCli(['alerts', 'silence', url, `kind=${HOSTILE}`, '--for', '1h', '--comment', HOSTILE]);
  assertSafe(silenced);
  const listed = await runCli(['alerts', 'list', url]);
  assertSafe(listed);
  assert.match(listed.stdout, /^silence .*FAKE LINE.*$/m);
});

test('nothing writes to a terminal beside its exits', () => {
  const exits = new Set([
    'collector/terminal/io.ts',
    'collector/cli/heapwatch.ts',
    'collector/cli/main.ts',
    'collector/console/console.ts',
    'collector/tail/run-tail.ts',
    // the log, whose lines are made safe where they are formed, and a snapshot on standard output, which is a file
    'collector/terminal/log-writer.ts',
    'collector/terminal/stdout-file.ts',
    'collector/terminal/leave.ts',
    // programs of ours whose output is a pipe to us
    'agent/memory/guard-program.ts',
    'agent/process/custodian-process.ts',
  ]);
  const writers = ['agent', 'collector', 'protocol']
    .flatMap((room) =>
      readdirSync(join(projectRoot, room), { recursive: true, encoding: 'utf8' }).map((name) => `${room}/${name}`),
    )
    .filter((path) => path.endsWith('.ts') && !path.startsWith('collector/ui/'))
    .filter((path) =>
      /^(?!\s*\*).*(?:process\.std(?:out|err)\b|\bconsole\.(?:log|error|warn|info)\()/m.test(
        readFileSync(join(projectRoot, path), 'utf8'),
      ),
    );
  assert.deepEqual(
    writers.filter((path) => !exits.has(path)),
    [],
  );
});
