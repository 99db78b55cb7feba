/** A target that the kernel kills for memory: whoever was attached is told so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';
import { DetachedError } from '../../../agent/base/errors.ts';
import { snapshot } from '../../../agent/probe/snapshot.ts';
import { startFaultCollector } from '../../support/fault-collector.ts';
import { MemoryGroup, startContained } from '../../support/namespaces.ts';

/** A heap of 50 MB, of which a snapshot needs several times as much. */
const PROGRAM =
  'globalThis.kept = Array.from({ length: 700_000 }, (_, n) => ({ n: n + 0.5 })); setInterval(() => {}, 1_000)';
const MB = 2 ** 20;

const group = MemoryGroup.make(`heapwatch-kills-${process.pid}`, 190 * MB);
const skip = group === null ? 'no control group can be made here' : false;
test.after(() => group?.[Symbol.dispose]());

const TOLD = /; memory ran out: the kernel has killed a process of its cgroup \S*\/heapwatch-kills-\d+ meanwhile/;

test('is told to whoever probes it, and to whoever is attached', { skip }, async () => {
  await using target = await startContained({}, group!, [process.execPath, '--inspect=127.0.0.1:0', '-e', PROGRAM]);
  await using agent = await attach(`${target.port}`);
  await using running = await startFaultCollector(`127.0.0.1:${target.port}`, { usage: 1_000 });
  await running.state('attached');
  await assert.rejects(snapshot(agent, { target: 'it', isolate: 'main', by: ['kind'] }), (error) => {
    assert.ok(error instanceof DetachedError);
    assert.match(error.message, TOLD);
    return true;
  });
  assert.match((await agent.closed).message, TOLD);
  assert.match((await running.state('gone')).reason ?? '', TOLD);
});
