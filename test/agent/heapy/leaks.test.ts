/** Real leaks: of each the pattern and the path name the variable or function that holds on, and its script. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';
import { ColumnsParser } from '../../../agent/parse/parser.ts';
import { snapshot } from '../../../agent/probe/snapshot.ts';
import { type HeapSet, wholeHeap } from '../../../agent/sets/heap-set.ts';
import { relation } from '../../../agent/sets/relation.ts';
import { HeapView } from '../../../agent/sets/view.ts';
import { folder } from '../../support/folder.ts';
import { type NodeMajor, nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { startTarget } from '../../support/target.ts';

/** The Sessions in the heap of a program that leaks them in that way. */
async function leaked(mode: string, major: NodeMajor): Promise<HeapSet> {
  await using dir = await folder();
  const output = dir.join('leak.heapsnapshot');
  await using target = await startTarget('leaks', { nodeBinary: await nodeBinary(major), args: [mode] });
  await target.line(/ready/);
  await using agent = await attach(target.wsUrl);
  await snapshot(agent, { target: mode, isolate: 'main', by: [], output });
  const parser = new ColumnsParser();
  parser.write(await readFile(output));
  const sessions = wholeHeap(new HeapView(parser.end())).and(relation('kind').of('Session'));
  // the prototype is named as its instances are
  return sessions.sub(
    sessions.byvia.parts.find((part) => part.byvia.stat.rows[0]?.kind.includes('.__proto__')) ?? sessions.sub(sessions),
  );
}

interface Culprit {
  /** What the pattern's text shows. */
  readonly pattern: RegExp;
  /** What the first path reads like. */
  readonly path: RegExp;
}

const CULPRITS: Readonly<Record<string, Culprit>> = {
  map: {
    pattern: /context: sessionsByToken in scope of handleRequest [\s\S]*handleRequest in module fixtures\/leaks\.mjs$/m,
    path: /^module \/.*\/leaks\.mjs: handleRequest → closure handleRequest \(fixtures\/leaks\.mjs:\d+\): ctx\.sessionsByToken\.get\("token-\d+"\)$/,
  },
  listeners: {
    pattern: /50 function: onMessage \(fixtures\/leaks\.mjs:\d+\)[\s\S]*bus in module fixtures\/leaks\.mjs$/m,
    path: /^module \/.*\/leaks\.mjs: bus\.on\("message"\)\[\d+\] → closure onMessage \(fixtures\/leaks\.mjs:\d+\): ctx\.session$/,
  },
  timers: {
    pattern: /\[S\] 50 Timeout: refreshSession \(fixtures\/leaks\.mjs:\d+\)/,
    path: /^timer refreshSession \(fixtures\/leaks\.mjs:\d+\): ctx\.session$/,
  },
  promises: {
    pattern: /50 Generator: waitForever \(fixtures\/leaks\.mjs:\d+\)/,
    path: /^module \/.*\/leaks\.mjs: neverSettled\[\d+\] → promise → await in waitForever \(fixtures\/leaks\.mjs:\d+\): local$/,
  },
  array: {
    pattern: /\[S\] 1 context: auditLog in module fixtures\/leaks\.mjs$/m,
    path: /^module \/.*\/leaks\.mjs: auditLog\[\d+\]$/,
  },
  async: {
    pattern: /50 Timeout: heartbeat \(fixtures\/leaks\.mjs:\d+\)/,
    path: /^timer heartbeat \(fixtures\/leaks\.mjs:\d+\)( → AsyncLocalStorage store|\[k\w+\]\.get\(AsyncLocalStorage @\d+\))$/,
  },
  global: {
    pattern: /\[S\] 1 global: @\d+$/m,
    path: /^global\.sessionCache\["session \d+"\]$/,
  },
};

for (const major of TRIED_MAJORS) {
  describe(`on Node ${major}`, () => {
    for (const [mode, { pattern, path }] of Object.entries(CULPRITS)) {
      it(`Sessions that leak by way of ${mode} lead to their culprit`, async () => {
        const sessions = await leaked(mode, major);
        assert.equal(sessions.count, 50);
        assert.match(String(sessions.rp), pattern);
        assert.match(String(sessions.sp[0]), path);
      });
    }
  });
}
