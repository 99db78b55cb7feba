/** What attach, the cheap probes and a clean departure rest on, on each Node that can be a target. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';
import { openSession } from '../../../agent/cdp/open-session.ts';
import { startSampling } from '../../../agent/probe/sampling.ts';
import { profilePartition } from '../../../agent/probe/sampling-profile.ts';
import { usage } from '../../../agent/probe/usage.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { startTarget } from '../../support/target.ts';

for (const major of TRIED_MAJORS) {
  test(`Node ${major}: identity, usage, sampling and workers, and an exit that is not held up`, async () => {
    await using target = await startTarget('puppet', { nodeBinary: await nodeBinary(major) });
    await using agent = await attach(`${target.port}`);
    assert.equal(agent.identity.pid, target.pid);
    assert.ok(agent.identity.nodeVersion.startsWith(`v${major}.`));
    target.send('worker\n');
    const isolate = (await target.line(/^worker \d+$/)).replace(' ', ':');
    assert.deepEqual(await agent.isolates(), ['main', isolate]);
    for (const name of ['main', isolate]) {
      const read = await usage(agent, { target: 'api', isolate: name });
      assert.ok(read.heapUsedBytes > 1e6 && read.spaces.length >= 8, JSON.stringify(read));
      const sampling = await startSampling(agent, name, { samplingIntervalBytes: 4096 });
      const session = await agent.isolate(name);
      await session.send('Runtime.evaluate', {
        expression: 'void (globalThis.kept = Array.from({ length: 5e4 }, () => ({})))',
      });
      const partition = profilePartition(await sampling.read(), { target: 'api', isolate: name });
      assert.ok(partition.sizeBytes > 500_000, `${name}: ${partition.sizeBytes}`);
      await sampling.stop();
      await assert.rejects(session.send('HeapProfiler.getSamplingProfile'), /was not started/);
    }
    target.send('exit 3\n');
    assert.equal((await target.exited).code, 3);
    assert.match((await agent.closed).message, /^Detached from /);
  });

  test(`Node ${major}: paused, looping, blocked and running are told apart`, async () => {
    await using target = await startTarget('puppet', { nodeBinary: await nodeBinary(major) });
    await using agent = await attach(`${target.port}`);
    await using debuggers = await openSession(target.wsUrl);
    const paused = new Promise((resolve) => debuggers.on('Debugger.paused', resolve));
    await debuggers.send('Debugger.enable');
    await debuggers.send('Debugger.pause');
    target.send('block 1\n'); // a pause begins with the next JavaScript
    await paused;
    assert.equal(await agent.condition(), 'paused');
    await debuggers.send('Debugger.resume');
    await target.line(/blocks/);
    assert.equal(await agent.condition(150), 'blocked');
    assert.equal(await agent.condition(10_000), 'running');
    target.send('loop\n');
    await target.line(/loops/);
    assert.equal(await agent.condition(150), 'blocked');
  });

  test(`Node ${major}: an inspector is opened by pid, and closed again`, async () => {
    const closed = { nodeBinary: await nodeBinary(major), inspect: false, execArgv: ['--inspect-port=0'] };
    await using target = await startTarget('puppet', closed);
    await target.line(/ready/);
    const agent = await attach(`pid:${target.pid}`);
    await usage(agent, { target: 'api', isolate: 'main' });
    await agent.close();
    await assert.rejects(openSession(agent.inspectorUrl), /: connection refused/);
    target.send('exit 3\n');
    assert.equal((await target.exited).code, 3);
  });
}
