/** Gates: what an interval decides, what is written for whom, and a real server under real load. */

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gateAnnotation, gateJunit, gateMarkdown, gateText } from '../../../collector/gate/gate-text.ts';
import { judgeGate } from '../../../collector/gate/judge.ts';
import type { GateReport } from '../../../collector/gate/report.ts';
import type { Interval } from '../../../collector/testing/report.ts';
import { runCli } from '../../support/cli.ts';
import { freePort } from '../../support/free-port.ts';
import { projectRoot } from '../../support/project.ts';

const interval = (estimate: number, half: number): Interval => ({
  estimate,
  lower: estimate - half,
  upper: estimate + half,
});
const measured = (bytes: Interval) => ({ bytes, kinds: [], rounds: 8 });

test('an interval above, under or around the limit decides', () => {
  assert.equal(judgeGate(measured(interval(100, 20)), 50, 0.99).state, 'above');
  assert.equal(judgeGate(measured(interval(10, 20)), 50, 0.99).state, 'under');
  const { state, moreRounds } = judgeGate(measured(interval(30, 40)), 50, 0.99);
  assert.equal(state, 'undecided');
  assert.equal(moreRounds, 24, 'twice the distance takes four times the rounds');
  assert.equal(judgeGate(measured(interval(50, 1)), 50, 0.99).moreRounds, undefined);
});

test('beside a baseline only what is more than it counts', () => {
  const baseline = { bytes: interval(100, 3), kinds: [] };
  assert.equal(judgeGate(measured(interval(102, 4)), 16, 0.99, baseline).state, 'under');
  const { state, judged } = judgeGate(measured(interval(180, 4)), 16, 0.99, baseline);
  assert.equal(state, 'above');
  assert.equal(judged.estimate, 80);
  assert.equal(judged.upper, 85);
});

test('objects above the limit are enough, where the table that holds them grows by leaps', () => {
  const leaping = { ...measured(interval(80, 200)), objects: interval(64, 4) };
  assert.deepEqual(judgeGate(leaping, 50, 0.99), { state: 'above', judged: interval(64, 4) });
  assert.equal(judgeGate({ ...leaping, objects: interval(40, 4) }, 50, 0.99).state, 'undecided');
  const baseline = { bytes: interval(70, 3), kinds: [] };
  assert.equal(judgeGate(leaping, 50, 0.99, baseline).state, 'undecided', 'it did not tell of objects');
  assert.equal(judgeGate(leaping, 50, 0.99, { ...baseline, objects: interval(4, 1) }).state, 'above');
});

test('one kind above the limit is enough, where others hide it in the sum', () => {
  const kind = { kind: 'Session', objects: interval(1, 0.1), bytes: interval(90, 10), p: 1e-6 };
  const kinds = [{ ...kind, born: 800, bornBytes: 72_000, now: 800 }];
  assert.equal(judgeGate({ ...measured(interval(10, 200)), kinds }, 50, 0.99).state, 'above');
});

test('reports escape what kinds and paths may hold', () => {
  const report: GateReport = {
    ...{ state: 'above', judged: interval(100, 20), bytes: interval(100, 20), maxBytes: 50, confidence: 0.99 },
    ...{ target: 'node "a&b".js', requests: 8_000, rounds: 8, tookMs: 1_500, heldBy: ['kept.get("<x>`|")'] },
    kinds: [{ kind: 'A|`<B>', objects: interval(1, 0.1), bytes: interval(90, 9) }],
  };
  assert.match(
    gateText(report),
    /^above 50 B a request: 100 B a request \(80 B to 120 B\), 99 % sure by 8,000 requests/,
  );
  assert.match(gateMarkdown(report), /\| `A\\\|'<B>` \| 90 B \| 81 B to 99 B \| 1 \|/);
  const junit = gateJunit(report);
  assert.match(junit, /classname="node &quot;a&amp;b&quot;\.js"/);
  assert.match(junit, /kept\.get\(&quot;&lt;x&gt;`\|&quot;\)/);
  assert.match(String(gateAnnotation(report)), /^::error title=heapwatch gate::above [^\n]+%0A/);
  assert.equal(gateAnnotation({ ...report, state: 'under' }), undefined);
});

test('a server that leaves 100 B a request is above 50 B, one that leaves nothing is under it', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'heapwatch-gate-'));
  t.after(() => rm(folder, { recursive: true }));
  const junit = join(folder, 'gate.xml');
  const fixture = (name: string) => join(projectRoot, 'test/fixtures', name);
  const gate = async (leak: string, requests: number) => {
    const port = String(await freePort());
    const load = `"${process.execPath}" "${fixture('gate-load.mjs')}" ${port} ${requests}`;
    const ours = ['--load', load, '--max', '50B/req', '--rounds', '6', '--settle', '1ms', '--junit', junit, '--json'];
    const env = { PORT: port, LEAK: leak, GITHUB_ACTIONS: '', GITHUB_STEP_SUMMARY: join(folder, 'summary.md') };
    return await runCli(['gate', '--', process.execPath, fixture('gate-server.mjs'), ...ours], env);
  };
  const leaking = await gate('100', 200);
  assert.equal(leaking.code, 6, leaking.stderr);
  const report = JSON.parse(leaking.stdout) as GateReport;
  assert.equal(report.requests, 200 * 12);
  assert.match(report.heldBy.join(), /kept/);
  assert.match(await readFile(junit, 'utf8'), /failures="1"/);
  assert.match(await readFile(join(folder, 'summary.md'), 'utf8'), /above/);
  const clean = await gate('0', 200);
  assert.equal(clean.code, 0, clean.stdout + clean.stderr);
});

test('a server that ends, or a load that fails, is said in one line', async () => {
  const ended = await runCli(['gate', '--load', 'true', '--', process.execPath, '-e', 'process.exit(3)']);
  assert.equal(ended.code, 3);
  assert.match(ended.stderr, /it ended before it listened \(code 3\)/);
  const server = 'require("http").createServer().listen(0, "127.0.0.1")';
  const failed = await runCli(['gate', '--load', 'exit 9', '--', process.execPath, '-e', server]);
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /"exit 9" ended with code 9/);
});
