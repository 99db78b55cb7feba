/** AbortSignal.any leaks what listens to it for as long as one of its sources lives: Either is disposed. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../support/project.ts';

test('signals are joined by Either', () => {
  const found = ['agent', 'collector'].flatMap((room) =>
    readdirSync(join(projectRoot, room), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => readFileSync(path, 'utf8').includes('AbortSignal.any(')),
  );
  assert.deepEqual(found, []);
});
