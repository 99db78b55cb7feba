/** A leak and a clean module in each runner; all of them, with many seeds: scripts/leak-tests.ts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RUNNERS, runLeakTests } from '../../support/leak-runners.ts';

for (const runner of RUNNERS) {
  test(`in ${runner} a leak fails with kind and site, and what goes again passes`, async () => {
    for (const only of ['sessions in a Map', 'work that leaves nothing']) {
      const { code, output, tookMs } = await runLeakTests(runner, { seeds: [1], only });
      assert.equal(code, 0, output);
      assert.equal(tookMs.length, 1, output);
    }
  });
}
