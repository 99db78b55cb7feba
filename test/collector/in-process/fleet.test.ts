/** A program with our agent in it, no port open, in a fleet: from its start to the answer of a probe that a collector is asked for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCollector } from '../../../collector/main/collector.ts';
import { fleetConfig } from '../../support/fleet.ts';
import { LogLines } from '../../support/log-lines.ts';
import { hasNats, startNats } from '../../support/nats.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { projectRoot } from '../../support/project.ts';
import { connect } from '../../support/stream-client.ts';
import { startTarget } from '../../support/target.ts';

const skip = hasNats ? false : 'no nats-server here';

for (const major of TRIED_MAJORS.filter((each) => each >= 20)) {
  test(`a program on Node ${major} dials out to its fleet, and is probed there`, { skip }, async () => {
    await using nats = await startNats();
    await nats.kill();
    await using target = await startTarget('puppet', {
      nodeBinary: await nodeBinary(major),
      inspect: false,
      execArgv: ['--import', 'heapwatch/agent'],
      cwd: projectRoot,
      env: {
        HEAPWATCH_NATS: nats.url,
        HEAPWATCH_NAME: 'shop',
        HEAPWATCH_FLEET_NAME: 'pod',
        HEAPWATCH_LOG: 'stderr',
        HEAPWATCH_EVERY: 'usage=250ms',
      },
    });
    // the program was there first
    await target.errorLine(/the fleet cannot be joined/);
    await nats.restart();
    await using collector = await startCollector(fleetConfig(nats.url, 'a'), { logger: new LogLines().logger });
    await using client = await connect(collector.url);
    await client.hello();
    await client.subscribe({ topics: ['usage', 'target'] });
    const name = `shop@pod-${target.pid}`;
    const usage = await client.next('usage', (event) => event.target === name);
    assert.equal(usage.process?.pid, target.pid);
    const response = await client.request('probe', { target: name, probe: 'types' });
    assert.ok('result' in response, JSON.stringify(response));
    target.send('exit 6\n');
    assert.equal((await target.exited).code, 6);
  });
}
