/** Texts that people read, checked against files of test/golden/. `UPDATE_GOLDEN=1 npm test` writes them anew: read the diff. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectRoot } from './project.ts';

/** The text of test/golden/`name`. */
export function readGolden(name: string): string {
  return readFileSync(goldenPath(name), 'utf8');
}

/**
 * Asserts that `actual` is what test/golden/`name` holds; a newline at its end is added where there is none.
 * Values that change from run to run (pids, ports, times) are for the caller to replace before.
 */
export function assertGolden(actual: string, name: string): void {
  const text = actual.endsWith('\n') ? actual : `${actual}\n`;
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(goldenPath(name)), { recursive: true });
    writeFileSync(goldenPath(name), text);
  }
  assert.equal(text, readGolden(name));
}

function goldenPath(name: string): string {
  return join(projectRoot, 'test', 'golden', name);
}
