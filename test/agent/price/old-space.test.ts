/** How much V8 allows its old space, held against what real versions of Node tell of it. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { heapFlagsIn, oldSpaceLimit } from '../../../agent/price/old-space.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';

const MB = 2 ** 20;

/** Prints V8's limit in bytes, and that of the old space: of a worker, whose limits V8 tells one by one. */
const PROGRAM = `
  const { Worker } = require('node:worker_threads');
  const { heap_size_limit } = require('node:v8').getHeapStatistics();
  const text = 'const { parentPort, resourceLimits } = require("node:worker_threads"); parentPort.postMessage(resourceLimits)';
  new Worker(text, { eval: true }).on('message', (limits) =>
    console.log(JSON.stringify([heap_size_limit, limits.maxOldGenerationSizeMb, process.version])));
`;

/** With one for the old space V8 goes by that, and still tells what a worker would have had without. */
const FLAGS = [[], ['--max-semi-space-size=16'], ['--max-semi-space-size=5']];

for (const major of TRIED_MAJORS) {
  test(`the old space of Node ${major}`, async () => {
    for (const flags of FLAGS) {
      const text = execFileSync(await nodeBinary(major), [...flags, '-e', PROGRAM], { encoding: 'utf8' });
      const [heapLimitBytes, oldMb, version] = JSON.parse(text) as [number, number, string];
      const bytes = oldSpaceLimit(heapLimitBytes, heapFlagsIn(flags), version);
      const told = `${flags.join(' ')}: ${bytes / MB} MB, V8 has ${oldMb}`;
      assert.ok(bytes <= oldMb * MB, told);
      assert.ok(bytes >= oldMb * MB * 0.9, told);
    }
  });
}

test('of flags the last counts, however it is written', () => {
  assert.deepEqual(heapFlagsIn(['--max-old-space-size=10', '--max_old_space_size=20', '--max-semi-space-size=4']), {
    oldSpaceMb: 20,
    semiSpaceMb: 4,
  });
  assert.deepEqual(heapFlagsIn(['--max-heap-size=200', 'app.js']), { isOther: true });
});

test('of a limit that is not explained, the young generation is taken for the largest', () => {
  assert.equal(oldSpaceLimit(200 * MB, { isOther: true }, 'v20.20.2'), 152 * MB);
  // as measured of --max-old-space-size=60, where the flag is not known
  assert.equal(oldSpaceLimit(252 * MB, { isOther: true }, 'v24.21.0'), 60 * MB);
  assert.equal(oldSpaceLimit(156 * MB, { isOther: true }, 'v26.10.0'), 60 * MB);
  assert.equal(oldSpaceLimit(200 * MB, { semiSpaceMb: 5 }, 'v20.20.2'), 176 * MB);
  // measured in a group of 1 GB
  assert.ok(oldSpaceLimit(524 * MB, {}, 'v20.20.2') <= 512 * MB);
  assert.ok(oldSpaceLimit(560 * MB, {}, 'v24.21.0') <= 512 * MB);
  assert.ok(oldSpaceLimit(536 * MB, {}, 'v26.10.0') <= 512 * MB);
});
