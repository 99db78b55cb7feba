/** What networks do between collector and target. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startFaultCollector } from '../../support/fault-collector.ts';
import { startInspectorProxy } from '../../support/inspector-proxy.ts';
import { startProxy } from '../../support/proxy.ts';
import { startTarget } from '../../support/target.ts';

const EVERY_MS = 100;
/** Every so many frames takes so long: longer than the collector waits for gauges. */
const DELAYED = { each: 100, ms: 2_500 };

describe('a network', () => {
  it('that is cut: the target is gone, its checkpoint void, and the same incarnation comes back', async () => {
    await using api = await startTarget('puppet');
    await using proxy = await startProxy(api.port);
    await using running = await startFaultCollector(`127.0.0.1:${proxy.port}`, { usage: EVERY_MS });
    const { client } = running;
    const { incarnation } = await running.state('attached');
    for (let cut = 0; cut < 3; cut++) {
      const taken = await client.request('checkpoint', { target: 'api', label: 'a', yes: true });
      assert.ok('result' in taken, JSON.stringify(taken));
      proxy.cut();
      const lost = await client.next('checkpoint', ({ phase }) => phase === 'void');
      assert.match(lost.reason ?? '', /^Checkpoint "a" is void: Detached from /);
      const gone = await running.state('gone');
      assert.match(gone.reason ?? '', /^Detached from /);
      const back = await running.state('attached');
      assert.equal(back.incarnation, incarnation);
      await running.usage(back.offset);
    }
    await running.assertSound();
  });

  it('that lets nothing through: the target is blocked, and runs again', async () => {
    await using api = await startTarget('puppet');
    await using proxy = await startProxy(api.port);
    await using running = await startFaultCollector(`127.0.0.1:${proxy.port}`, { usage: EVERY_MS });
    const { client, bystander } = running;
    const { incarnation } = await running.state('attached');
    await running.usage();
    proxy.hold();
    const blocked = await running.state('blocked');
    const refused = await client.request('probe', { target: 'api', probe: 'types' });
    assert.ok('error' in refused && refused.error.code === 'probe-failed', JSON.stringify(refused));
    await bystander.reads(2);
    proxy.release();
    const back = await running.state('attached', blocked.offset);
    assert.equal(back.incarnation, incarnation);
    const answer = await client.request('probe', { target: 'api', probe: 'types' });
    assert.ok('result' in answer, JSON.stringify(answer));
    await running.assertSound();
  });

  it('that is half open: the target is silent, is given up, and attached to anew', async () => {
    await using api = await startTarget('puppet');
    await using proxy = await startProxy(api.port);
    await using running = await startFaultCollector(`127.0.0.1:${proxy.port}`, { giveUpMs: 8_000 });
    const { incarnation } = await running.state('attached');
    proxy.hold();
    const silent = await running.state('silent');
    assert.match(
      silent.reason ?? '',
      /^it has answered nothing for \d+ s: its process is stopped, or the connection is down$/,
    );
    const gone = await running.state('gone', silent.offset);
    assert.match(gone.reason ?? '', /^Detached from .*: it has answered nothing for \d+ s, and was given up$/);
    proxy.release();
    assert.equal((await running.state('attached', gone.offset)).incarnation, incarnation);
    await running.assertSound();
  });

  it('that delays one frame in a hundred by seconds: what is late is told, and never taken for something else', async () => {
    await using api = await startTarget('puppet');
    const delayMs = (frame: number) => (frame % DELAYED.each === 0 ? DELAYED.ms : 0);
    await using proxy = await startInspectorProxy(api.port, { delayMs });
    await using running = await startFaultCollector(proxy.address, { usage: EVERY_MS });
    const { client } = running;
    const { incarnation } = await running.state('attached');
    for (const probe of ['sampling', 'types', 'census', 'snapshot']) {
      const late = await client.next('probe', ({ target, phase }) => target === 'api' && phase === 'failed');
      assert.match(late.reason ?? '', /no answer|timeout|timed out/i);
      // what is asked for by hand comes, or is told to have failed
      const answer = await client.request('probe', { target: 'api', probe, yes: true });
      if ('error' in answer) assert.match(answer.error.code, /^(probe-failed|not-attached)$/, JSON.stringify(answer));
      else assert.notEqual((answer.result.partitions as string[]).length, 0);
      const read = await running.usage(late.offset);
      assert.equal(read.incarnation, incarnation);
    }
    await running.assertSound();
  });
});
