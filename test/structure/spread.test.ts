/** What comes from outside has no bound that we set: spread into arguments, a hundred thousand of it overflow the stack. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../support/project.ts';

/** `call(...x)`, `call(a, ...x)`; not `call({ ...x })` and not `function call(...x: T[])`. */
const SPREAD = /([\w$]+)\((?:[^(){}[\]]*, ?)?\.\.\.(?!\w+\??:)/g;

/** Calls whose arguments are of a number that the code or the caller fixes. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  // a library's face: the caller's own arguments, handed on
  'agent/heapy/hpy.ts': ['setOfIds', 'iso', 'firstOf'],
  'agent/sets/paths.ts': ['edgesAt', 'avoided'],
  'agent/sets/relation.ts': ['of'],
  'agent/partition/paths.ts': ['edgesAt'],
  'collector/console/session-face.ts': ['iso', 'findex'],
  // a pair or a triple
  'agent/sets/node-names.ts': ['edge', 'EdgeFinder'],
  'agent/partition/paths.ts ': ['subarray'],
  'collector/stream/server.ts': ['refuse'],
  // columns of a table
  'collector/store/rollup.ts': ['run'],
  'collector/store/stored-partitions.ts': ['get', 'all'],
};

test('nothing is spread into the arguments of a call but what is bounded', () => {
  const found: string[] = [];
  for (const room of ['agent', 'collector', 'protocol']) {
    for (const entry of readdirSync(join(projectRoot, room), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || !/\.tsx?$/.test(entry.name)) continue;
      const path = join(entry.parentPath, entry.name).slice(projectRoot.length + 1);
      const allowed = Object.entries(ALLOWED).flatMap(([file, calls]) => (file.trim() === path ? calls : []));
      for (const [line, text] of readFileSync(join(projectRoot, path), 'utf8').split('\n').entries()) {
        if (/^\s*(?:\/?\*|\/\/)/.test(text)) continue;
        for (const [, call = ''] of text.matchAll(SPREAD)) {
          if (!allowed.includes(call)) found.push(`${path}:${line + 1} ${call}(...)`);
        }
      }
    }
  }
  assert.deepEqual(found, []);
});
