/** The folders, as docs/architecture.md lists them: the list is whole, and imports go down it. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { folderFaults } from '../../scripts/folders.ts';
import { folder } from '../support/folder.ts';
import { projectRoot } from '../support/project.ts';

test('no file imports from a folder above its own', () => {
  assert.deepEqual(folderFaults(projectRoot), []);
});

test('an import upwards, a circle and a folder that is not listed are named', async () => {
  await using dir = await folder();
  const root = dir.path;
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  write('docs/architecture.md', '## agent\n\n```\ntop   a\nbase  b\n```\n\n## collector\n\n```\nonly  c\n```\n');
  write('agent/top/a.ts', "import { b } from '../base/b.ts';\n");
  write('agent/base/b.ts', "import type { A } from '../top/a.ts';\n");
  write('agent/stray/c.ts', '');
  write('collector/only/d.ts', "import { a } from '../../agent/top/a.ts';\n");
  assert.deepEqual(folderFaults(root), [
    'agent/stray: docs/architecture.md does not list it',
    'agent/base/b.ts: imports agent/top/a.ts, which is above it',
    'agent/base/b.ts, agent/top/a.ts: import each other in a circle',
  ]);
});
