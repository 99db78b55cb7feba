/**
 * The guide of the README, run: from a program that leaks to the variable or function that holds on, in three steps at the
 * prompt: a checkpoint, what was born since, and why it is alive.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startCli } from '../../support/cli.ts';
import { startTarget } from '../../support/target.ts';

const BORN = 30;

/** What `s.rp` and `s.sp` say of Sessions that leak in each of the ways of the fixture. */
const CULPRITS: Readonly<Record<string, { pattern: RegExp; path: RegExp }>> = {
  map: {
    pattern: /context: sessionsByToken in scope of handleRequest /,
    path: /^ 0: module \/.*\/leaks\.mjs: handleRequest → closure handleRequest \(.*:25\): ctx\.sessionsByToken\.get\("token-50"\)$/m,
  },
  listeners: {
    pattern: /30 function: onMessage \(fixtures\/leaks\.mjs:32\)[\s\S]* bus in module fixtures\/leaks\.mjs$/m,
    path: /^ 0: module \/.*\/leaks\.mjs: bus\.on\("message"\)\[50\] → closure onMessage \(.*:32\): ctx\.session$/m,
  },
  timers: {
    pattern: /\[S\] 30 Timeout: refreshSession \(fixtures\/leaks\.mjs:39\)/,
    path: /^ 0: timer refreshSession \(fixtures\/leaks\.mjs:39\): ctx\.session$/m,
  },
  promises: {
    pattern: /30 Generator: waitForever \(fixtures\/leaks\.mjs:44\)/,
    path: /^ 0: module \/.*\/leaks\.mjs: neverSettled\[50\] → promise → await in waitForever \(.*:44\): local$/m,
  },
  array: {
    pattern: /\[S\] 1 context: auditLog in module fixtures\/leaks\.mjs$/m,
    path: /^ 0: module \/.*\/leaks\.mjs: auditLog\[50\]$/m,
  },
  async: {
    pattern: /30 Timeout: heartbeat \(fixtures\/leaks\.mjs:65\)/,
    path: /^ 0: timer heartbeat \(fixtures\/leaks\.mjs:65\)( → AsyncLocalStorage store|\[.*\.get\(AsyncLocalStorage @\d+\))$/m,
  },
  global: {
    pattern: /\[S\] 1 global: @\d+$/m,
    path: /^ 0: global\.sessionCache\["session \d+"\]$/m,
  },
};

describe('in three steps', () => {
  for (const [mode, { pattern, path }] of Object.entries(CULPRITS)) {
    it(`Sessions that leak by way of ${mode} lead to their culprit`, async () => {
      await using target = await startTarget('leaks', { args: [mode, '50'] });
      await target.line(/^ready/);
      const cli = startCli(['console', `${target.port}`]);
      cli.process.stdin.write('hp.setrelheap(), 0\n');
      await cli.said(/object ids of .* are held for it/);
      target.send(`grow ${BORN}\n`);
      await target.line(/^grown/);
      cli.process.stdin.end("h = hp.heap()\ns = h.and(hp.Kind('Session'))\ns.rp\ns.sp\n");
      const { code, stdout, stderr } = await cli.result;
      assert.equal(code, 0, stderr);
      // the first page of what was born since has the kind that grows
      assert.match(stdout, new RegExp(`^ {5}\\d +${BORN} .* Session$`, 'm'));
      assert.match(stdout, pattern);
      assert.match(stdout, path);
    });
  }
});
