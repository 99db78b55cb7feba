/** A short form of scripts/walks.ts: a process that allocates millions of objects a second is walked, also by one that is killed. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SCRIPT = fileURLToPath(new URL('../../../scripts/walks.js', import.meta.url));

test('a process under load is walked right each time, goes on, and is let go by a walker that is killed', async () => {
  const args = [SCRIPT, '--walks', '6', '--running', '2', '--kills', '2', '--majors', '20'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  assert.match(stdout, /^Node 20: 6 walks, \d+ ms of stop each, 0 given up in collections$/m);
  assert.match(stdout, /^Node 20: 2 without a stop: \d exact, at most \d+\.\d\d % off/m);
  assert.match(stdout, /^no fault$/m);
});
