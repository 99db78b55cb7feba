/** `oomPause`: what was in the heap when V8 gave up is counted, and the autopsy is certain of the cause. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestCollector } from '../../support/collector.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { startTarget, type Target } from '../../support/target.ts';

const FIXTURE = { args: ['objects', '8'], execArgv: ['--max-old-space-size=150'] };

/** Nearly full at once, then so slowly that a busy machine reads it often enough. */
async function fill(target: Target): Promise<void> {
  for (let step = 0; step < 13; step++) {
    target.send('more\n');
    await target.line(/more/);
  }
  target.send('grow\n');
}

for (const major of TRIED_MAJORS) {
  test(`Node ${major}: counted in its pause, and certain`, async () => {
    await using target = await startTarget('deaths', { ...FIXTURE, nodeBinary: await nodeBinary(major) });
    await target.line(/ready/);
    const inspect = `127.0.0.1:${target.port}`;
    await using running = await startTestCollector([
      { name: 'api', inspect, oomPause: true, schedule: { usage: 100 } },
    ]);
    const { client, logs } = running;
    const gone = client.next('target', ({ state }) => state === 'gone');
    const partition = client.next('partition');
    const footprint = client.next('footprint');
    await fill(target);
    await logs.next('pause before out-of-memory armed');
    const { probe, label, rows } = await partition;
    assert.deepEqual([probe, label], ['walk', "before V8's out-of-memory"]);
    const sessions = rows.find(({ kind }) => kind === 'Session');
    assert.ok(sessions && sessions.count > 50_000, JSON.stringify(rows.slice(0, 3)));
    const { cause, pauseMs } = await footprint;
    assert.equal(cause, 'walk');
    assert.ok(pauseMs < 2_000, `${pauseMs}`);
    const { death } = await gone;
    assert.deepEqual([death?.cause, death?.certainty], ['v8Limit', 'certain'], JSON.stringify(death));
    assert.match(death!.text, /^V8 ran out of its heap: it paused for that .+ before the end$/);
    assert.equal((await target.exited).signal, 'SIGABRT');
  });
}

test('refused where Node writes snapshots itself, in one line', async () => {
  const execArgv = [...FIXTURE.execArgv, '--heapsnapshot-near-heap-limit=1'];
  await using target = await startTarget('deaths', { ...FIXTURE, execArgv });
  await target.line(/ready/);
  const inspect = `127.0.0.1:${target.port}`;
  await using running = await startTestCollector([{ name: 'api', inspect, oomPause: true, schedule: { usage: 100 } }]);
  await fill(target);
  const line = await running.logs.next('pause before out-of-memory not armed');
  assert.match(JSON.stringify(line), /Node writes a heap snapshot there by itself \(--heapsnapshot-near-heap-limit\)/);
});
