/** docs/configuration.md is written from the schema of configuration files (UPDATE_GOLDEN=1 writes it anew). */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { configurationReference } from '../../scripts/configuration.ts';
import { projectRoot } from '../support/project.ts';

test('docs/configuration.md is what the schema says', () => {
  const path = join(projectRoot, 'docs', 'configuration.md');
  const text = configurationReference();
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, text);
  assert.equal(readFileSync(path, 'utf8'), text);
});
