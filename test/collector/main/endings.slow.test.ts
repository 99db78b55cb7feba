/** A collector that ends, however it does, while its target sends a snapshot. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endInSnapshots, WAYS } from '../../support/endings.ts';
import { folder } from '../../support/folder.ts';
import { nodeBinary } from '../../support/node-versions.ts';

// scripts/endings.ts does it a hundred times each
for (const way of WAYS) {
  test(`${way} in the middle of a snapshot: the target lives, and no file is half-written`, async () => {
    await using dir = await folder();
    const nodes = [await nodeBinary(18), await nodeBinary(20)];
    assert.deepEqual(await endInSnapshots({ dir, way, endings: 2, nodes }), []);
  });
}
