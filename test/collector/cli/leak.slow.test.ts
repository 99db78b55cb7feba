/** `heapwatch leak` on real programs: what leaks, by which variable, and that a program that does not is not said to. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { leakBySnapshots } from '../../../collector/leak/by-snapshots.ts';
import { findingText } from '../../../collector/leak/text.ts';
import type { Io } from '../../../collector/terminal/io.ts';
import { runCli } from '../../support/cli.ts';
import { startTarget } from '../../support/target.ts';

/** What is run while the target of a mode grows by so many objects every so often. */
async function leakOf(mode: string, args: readonly string[]) {
  await using target = await startTarget('leaks', { args: [mode] });
  await target.line(/ready/);
  const growing = setInterval(() => target.send('grow 20\n'), 100);
  try {
    return await runCli(['leak', `${target.port}`, '--for', '4s', ...args]);
  } finally {
    clearInterval(growing);
  }
}

const HELD_BY: Readonly<Record<string, RegExp>> = {
  map: /handleRequest → closure handleRequest \(fixtures\/leaks\.mjs:\d+\): ctx\.sessionsByToken\.get\(/,
  listeners: /bus\.on\(.*\)\[\d+\] → closure onMessage \(fixtures\/leaks\.mjs:\d+\): ctx\.session$/m,
  timers: /timer refreshSession \(fixtures\/leaks\.mjs:\d+\)/,
};

describe('leak', () => {
  for (const [mode, path] of Object.entries(HELD_BY)) {
    it(`names the class and the variable of ${mode}, by readings from outside, and exits with 6`, async () => {
      const { stdout, stderr, code } = await leakOf(mode, []);
      // a timer holds its Session
      assert.match(stdout, /^(?:Session|Timeout) leaks: \+[\d,]+ objects .* % sure by \d+ readings$/m, stdout);
      assert.match(stdout, path);
      assert.match(stdout, /^ {2}advice {3}\w/m);
      assert.match(stderr, /heapwatch: \w+ leaks/);
      assert.equal(code, 6);
    });
  }

  it('says so where nothing does, and exits with 0', async () => {
    await using target = await startTarget('leaks', { args: ['map'] });
    await target.line(/ready/);
    const { stdout, code } = await runCli(['leak', `${target.port}`, '--for', '2s', '--json']);
    assert.equal(code, 0, stdout);
    const { leaks, probe, readings } = JSON.parse(stdout);
    assert.deepEqual([leaks, probe], [[], 'walk']);
    assert.ok(readings >= 6);
  });

  it('tells of a process by two snapshots too, without a confidence', async () => {
    await using target = await startTarget('leaks', { args: ['map'] });
    await target.line(/ready/);
    const growing = setInterval(() => target.send('grow 20\n'), 100);
    const said: string[] = [];
    const io: Io = {
      signal: new AbortController().signal,
      say: (text) => said.push(text),
      print: () => {},
      progress: () => {},
      printed: async () => {},
      ask: async () => null,
      onInterrupt: () => () => {},
      onHangup: () => () => {},
      leaveInterrupts: async (work) => work(),
    };
    const consent = { yes: true, guard: true };
    const about = { isolate: 'main', forMs: 1_000, confidence: 0.99, strings: false, consent };
    const finding = await leakBySnapshots({ target: `${target.port}`, ...about }, io);
    clearInterval(growing);
    assert.deepEqual([finding.leaks[0]?.kind, finding.leaks[0]?.confidence], ['Session', undefined]);
    assert.match(findingText(finding), /^Session leaks: .*; two readings cannot tell a leak from a cache that fills$/m);
    assert.match(finding.heldBy[0] ?? '', /sessionsByToken\.get\(\{\*\}\)$/);
    assert.match(said[0] ?? '', /2 snapshots of/);
  });

  it('asks for a duration and a confidence', async () => {
    assert.equal((await runCli(['leak', '9229', '--for', 'soon'])).code, 2);
    assert.equal((await runCli(['leak', '9229', '--confidence', '2'])).code, 2);
  });
});
