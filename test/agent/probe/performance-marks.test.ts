/** The program's own marks, on each Node that can be a target. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';
import { performanceMarks } from '../../../agent/probe/performance-marks.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { startTarget } from '../../support/target.ts';

for (const major of TRIED_MAJORS) {
  test(`Node ${major}: marks since an instant, oldest first`, async () => {
    await using target = await startTarget('phases', { nodeBinary: await nodeBinary(major) });
    await target.line(/ready/);
    await using agent = await attach(`${target.port}`);
    const first = await performanceMarks(agent, 'main', Number.MAX_VALUE);
    assert.deepEqual(first.marks, []);
    assert.equal(first.kept, 1);
    for (const name of ['load', 'drain']) {
      target.send(`${name}\n`);
      await target.line(/marked/);
    }
    const { marks, originMs } = await performanceMarks(agent, 'main', first.nowMs);
    assert.deepEqual(
      marks.map(({ name }) => name),
      ['load', 'drain'],
    );
    const [load] = marks;
    assert.ok(load!.startMs > first.nowMs);
    assert.ok(Math.abs(originMs + first.nowMs - Date.now()) < 60_000, 'the clock of the isolate is that of the system');
    const later = await performanceMarks(agent, 'main', load!.startMs);
    assert.deepEqual(
      later.marks.map(({ name }) => name),
      ['drain'],
    );
  });
}
