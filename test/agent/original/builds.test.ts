/** Two builds of scripts/source-maps.ts, which has them all. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builds } from '../../../scripts/mapped/builds.ts';
import { outcomeOf } from '../../../scripts/mapped/outcome.ts';

for (const name of ['esbuild cjs minified', 'tsc esm']) {
  test(`what is planted in a program is shown by its name: ${name}`, async () => {
    const build = builds().find((each) => each.name === name)!;
    const { verdict, otherRefused } = await outcomeOf(build, process.execPath);
    assert.deepEqual(verdict.missing, []);
    assert.deepEqual(verdict.wrong, []);
    assert.ok(verdict.shown > 30);
    assert.equal(otherRefused, true);
  });
}
