/** A process is stopped until it happens in the middle of a collection, on each version of Node. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layoutOf } from '../../../agent/layout/layout.ts';
import { collectingIsolates } from '../../../agent/walk/collecting.ts';
import { pagesOf } from '../../../agent/walk/pages.ts';
import { executableOf, memoryImage } from '../../support/memory-image.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { startTarget } from '../../support/target.ts';

for (const major of TRIED_MAJORS) {
  test(`Node ${major}: a collection that is under way is noticed, and only that`, async () => {
    await using target = await startTarget('walked-churn', { nodeBinary: await nodeBinary(major), inspect: false });
    await target.line(/^churning/);
    const layout = layoutOf(executableOf(target.pid));
    const seen = { collecting: 0, not: 0 };
    for (let i = 0; i < 1_500 && (seen.collecting === 0 || seen.not === 0); i++) {
      process.kill(target.pid, 'SIGSTOP');
      try {
        const image = memoryImage(target.pid);
        const pages = pagesOf(image, layout);
        const isolates = collectingIsolates(image, layout, pages);
        assert.ok(
          isolates.every((isolate) => isolate === 0),
          `isolates ${isolates}`,
        );
        if (isolates.length === 0) {
          seen.not++;
        } else {
          seen.collecting++;
        }
      } finally {
        process.kill(target.pid, 'SIGCONT');
      }
    }
    assert.ok(seen.collecting > 0 && seen.not > 0, JSON.stringify(seen));
  });
}
