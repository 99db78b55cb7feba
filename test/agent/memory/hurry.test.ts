/** Priority while a process stands still: taken where the system gives it, and nothing is lost where it does not. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { hurried } from '../../../agent/memory/hurry.ts';
import { projectRoot } from '../../support/project.ts';

const NOBODY = 65_534;

test('work is done, and the priority is as before', () => {
  const before = getPriority();
  assert.equal(
    hurried(() => 7),
    7,
  );
  assert.equal(getPriority(), before);
});

test('an ordinary user, who is given none, works without', () => {
  const module = join(projectRoot, 'dist/agent/memory/hurry.js');
  // another user once the code is loaded: the folder may be its owner's alone
  const program = `
    const { hurried } = await import(${JSON.stringify(module)});
    if (process.getuid() === 0) process.setuid(${NOBODY});
    process.stdout.write(String(hurried(() => 7)));
  `;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  assert.equal(stdout, '7', stderr);
});
