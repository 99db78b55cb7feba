/** What happens to targets beside their end: stopped, replaced on their port, debugged by others, workers that go. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { readResult } from '../../../protocol/requests.ts';
import { startFaultCollector } from '../../support/fault-collector.ts';
import { startInspectorProxy } from '../../support/inspector-proxy.ts';
import { inspectorVisit } from '../../support/inspector-visit.ts';
import { nodeBinary } from '../../support/node-versions.ts';
import { connect } from '../../support/stream-client.ts';
import { startTarget } from '../../support/target.ts';
import { Trigger } from '../../support/trigger.ts';

/** For how many readings of its neighbour, one a second, a target is stopped: STOPPED_READINGS=60 is a minute. */
const STOPPED_READINGS = Number(process.env.STOPPED_READINGS ?? 3);

const EVERY_MS = 100;

describe('a target that is stopped', () => {
  it('is blocked, is asked for nothing dear, and goes on as the same', async () => {
    await using api = await startTarget('puppet');
    await using running = await startFaultCollector(`127.0.0.1:${api.port}`, { usage: EVERY_MS });
    const { incarnation } = await running.state('attached');
    await running.usage();
    api.kill('SIGSTOP');
    const blocked = await running.state('blocked');
    for (const probe of ['types', 'snapshot']) {
      const answer = await running.client.request('probe', { target: 'api', probe, yes: true });
      assert.equal('error' in answer && answer.error.code, 'probe-failed');
    }
    await running.bystander.reads(STOPPED_READINGS);
    api.kill('SIGCONT');
    const back = await running.state('attached', blocked.offset);
    assert.equal(back.incarnation, incarnation);
    await running.usage(back.offset);
    await running.assertSound();
  });

  for (const [probe, call] of [
    ['sampling', 'HeapProfiler.getSamplingProfile'],
    ['types', 'NodeTracing.start'],
    ['census', 'Runtime.queryObjects'],
    ['snapshot', 'HeapProfiler.takeHeapSnapshot'],
  ] as const) {
    it(`in the middle of ${probe} goes on with it, and others do not wait`, async () => {
      await using api = await startTarget('puppet');
      let isArmed = true;
      const onFrame = ({ method }: { readonly method?: string }) => {
        if (method !== call || !isArmed) return;
        isArmed = false;
        api.kill('SIGSTOP');
      };
      await using proxy = await startInspectorProxy(api.port, { onFrame });
      await using running = await startFaultCollector(proxy.address);
      const { incarnation } = await running.state('attached');
      const answered = running.client.request('probe', { target: 'api', probe, yes: true });
      await running.bystander.reads(STOPPED_READINGS);
      assert.equal(isArmed, false);
      api.kill('SIGCONT');
      const answer = await answered;
      // what waited longer than it may is told to have failed
      if ('error' in answer) assert.equal(answer.error.code, 'probe-failed', JSON.stringify(answer));
      const again = await running.client.request('probe', { target: 'api', probe, yes: true });
      assert.ok('result' in again, JSON.stringify(again));
      const [id] = again.result.partitions as string[];
      assert.equal((await running.client.next('partition', (each) => each.id === id)).incarnation, incarnation);
      await running.assertSound();
    });
  }
});

describe('a target that stops in the middle of a snapshot', () => {
  it('is told as silent meanwhile, and as attached when it goes on', async () => {
    await using api = await startTarget('puppet');
    let isArmed = true;
    const onFrame = ({ method }: { readonly method?: string }) => {
      if (method !== 'HeapProfiler.reportHeapSnapshotProgress' || !isArmed) return;
      isArmed = false;
      api.kill('SIGSTOP');
    };
    await using proxy = await startInspectorProxy(api.port, { onFrame });
    await using running = await startFaultCollector(proxy.address);
    const { offset } = await running.state('attached');
    const answered = running.client.request('probe', { target: 'api', probe: 'snapshot', yes: true });
    const silent = await running.state('silent', offset);
    api.kill('SIGCONT');
    const answer = await answered;
    assert.ok('result' in answer, JSON.stringify(answer));
    await running.state('attached', silent.offset);
    await running.assertSound();
  });
});

describe('a port', () => {
  it('that others take over: no inspector is told, another process is another incarnation', async () => {
    await using first = await startTarget('puppet');
    const inspect = `127.0.0.1:${first.port}`;
    await using running = await startFaultCollector(inspect, { usage: EVERY_MS });
    const attached = await running.state('attached');
    const taken = await running.client.request('checkpoint', { target: 'api', label: 'a', yes: true });
    assert.ok('result' in taken, JSON.stringify(taken));
    await running.usage();
    first.kill('SIGKILL');
    await first.exited;
    const gone = await running.state('gone');

    const stranger = createServer((_, response) => response.writeHead(404).end());
    stranger.listen(first.port, '127.0.0.1');
    await once(stranger, 'listening');
    const unknown = await running.client.next(
      'target',
      ({ state, reason, offset }) => state === 'gone' && offset > gone.offset && /HTTP 404/.test(reason ?? ''),
    );
    stranger.closeAllConnections();
    stranger.close();
    await once(stranger, 'close');

    await using second = await startTarget('puppet', { execArgv: [`--inspect=${inspect}`] });
    assert.equal(second.port, first.port);
    const back = await running.state('attached', unknown.offset);
    assert.equal(back.pid, second.pid);
    assert.notEqual(back.incarnation, attached.incarnation);
    const since = await running.client.request('probe', { target: 'api', probe: 'snapshot', since: 'a', yes: true });
    assert.equal('error' in since && since.error.code, 'not-found');
    await running.usage(back.offset);
    // whoever comes now hears of the second alone
    await using late = await connect(running.url);
    await late.hello();
    await late.subscribe({ topics: ['usage', 'target'], targets: ['api'] });
    await late.request('targets');
    const told = late.drain().flatMap((frame) => ('incarnation' in frame ? [frame.incarnation] : []));
    assert.deepEqual([...new Set(told)], [back.incarnation]);
    await running.assertSound();
  });
});

describe('a second debugger', () => {
  it('that comes and leaves while a checkpoint is compared with voids it, and no other target’s', async () => {
    await using api = await startTarget('maker');
    let isArmed = false;
    let visit: Promise<void> | undefined;
    const onFrame = ({ method }: { readonly method?: string }) => {
      if (method !== 'HeapProfiler.takeHeapSnapshot' || !isArmed) return;
      isArmed = false;
      visit = inspectorVisit(api.wsUrl, 'Runtime.getHeapUsage');
    };
    await using proxy = await startInspectorProxy(api.port, { onFrame });
    await using running = await startFaultCollector(proxy.address);
    const { client } = running;
    await running.state('attached');
    await running.bystander.reads(1);
    for (const target of ['web', 'api']) {
      const taken = await client.request('checkpoint', { target, label: 'a', yes: true });
      assert.ok('result' in taken, JSON.stringify(taken));
    }
    isArmed = true;
    const during = await client.request('probe', { target: 'api', probe: 'snapshot', since: 'a', yes: true });
    await visit;
    const lost = await client.next('checkpoint', ({ target, phase }) => target === 'api' && phase === 'void');
    assert.match(lost.reason ?? '', /^Cannot compare with checkpoint "a": object ids of this isolate were reset/);
    // the snapshot was whole before they left, or the answer says that it cannot be compared
    if ('error' in during) assert.deepEqual([during.error.code, during.error.message], ['void', lost.reason]);
    const after = await client.request('probe', { target: 'api', probe: 'snapshot', since: 'a', yes: true });
    assert.equal('error' in after && after.error.code, 'void');
    const other = await client.request('probe', { target: 'web', probe: 'snapshot', since: 'a', yes: true });
    assert.ok('result' in other, JSON.stringify(other));
  });
});

// of Node 24: on 20 V8 itself dies of SIGSEGV in one of some fifty workers that end while a client speaks to them
describe('a worker that ends in each phase of', () => {
  for (const probe of ['usage', 'sampling', 'types', 'census', 'snapshot']) {
    it(`${probe}: the probe fails, its process goes on`, async (t) => {
      await using api = await startTarget('puppet', { nodeBinary: await nodeBinary(24) });
      const trigger = new Trigger();
      await using proxy = await startInspectorProxy(api.port, { onFrame: (frame) => trigger.look(frame) });
      await using running = await startFaultCollector(proxy.address, { isolates: 'all' });
      const attached = await running.state('attached');
      for (;;) {
        api.send('worker\n');
        const threadId = /\d+/.exec(await api.line(/^worker \d+$/))?.[0];
        const isolate = `worker:${threadId}`;
        trigger.arm(() => api.send(`endWorker ${threadId}\n`));
        const answer = await running.client.request('probe', { target: 'api', probe, isolate, yes: true });
        if (trigger.disarm()) {
          assert.ok('result' in answer, JSON.stringify(answer));
          break;
        }
        // it may have given all that was asked for before it ended; its end is noticed, not waited for
        if ('error' in answer) {
          assert.match(answer.error.code, /^(probe-failed|not-found)$/, JSON.stringify(answer));
          assert.doesNotMatch(answer.error.message, /has not started|no answer/);
        }
        await api.line(new RegExp(`^worker ${threadId} ended$`));
        const main = await running.client.request('probe', { target: 'api', probe, yes: true });
        assert.ok('result' in main, JSON.stringify(main));
      }
      const listed = await running.client.request('targets');
      assert.ok('result' in listed);
      const [{ state, incarnation }] = readResult('targets', listed.result).targets;
      assert.deepEqual([state, incarnation], ['attached', attached.incarnation]);
      await running.assertSound();
      t.diagnostic(`${trigger.phases.size} phases`);
    });
  }
});
