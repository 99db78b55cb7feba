/**
 * A target killed in each phase of each probe. Phases are what passes between collector and target, and they are found on the
 * way: each round kills at the first frame of a sort at which nobody was killed yet, until a probe gets through.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startFaultCollector } from '../../support/fault-collector.ts';
import { startInspectorProxy } from '../../support/inspector-proxy.ts';
import { startTarget, type Target } from '../../support/target.ts';
import { Trigger } from '../../support/trigger.ts';

/** Each probe with how many phases it has at least. */
const PROBES = { usage: 2, sampling: 3, types: 5, census: 10, snapshot: 5 } as const;

/** Programs with something on their heaps, which end with it. */
class Targets implements AsyncDisposable {
  readonly #started: Target[] = [];

  async start(): Promise<Target> {
    const target = await startTarget('allocate');
    this.#started.push(target);
    target.send('grow 2000\n');
    await target.line(/done/);
    return target;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#started.map((target) => target[Symbol.asyncDispose]()));
  }
}

describe('a target killed in each phase of', () => {
  for (const [probe, phases] of Object.entries(PROBES)) {
    it(`${probe} is gone, its successor is read, and others do not notice`, async (t) => {
      await using targets = new Targets();
      let victim = await targets.start();
      const trigger = new Trigger();
      await using proxy = await startInspectorProxy(victim.port, { onFrame: (frame) => trigger.look(frame) });
      await using running = await startFaultCollector(proxy.address, { random: () => 0 });

      for (let { pid } = await running.state('attached'); ; { pid } = await running.state('attached')) {
        assert.equal(pid, victim.pid);
        const successor = await targets.start();
        const condemned = victim;
        trigger.arm(() => {
          condemned.kill('SIGKILL');
          proxy.pointAt(successor.port);
        });
        const answer = await running.client.request('probe', { target: 'api', probe, yes: true });
        if (trigger.disarm()) {
          assert.ok('result' in answer, JSON.stringify(answer));
          break;
        }
        // one that was killed when it had given all may have been answered
        if ('error' in answer) assert.match(answer.error.code, /^(not-attached|probe-failed)$/);
        assert.match((await running.state('gone')).reason ?? '', /^Detached from .*/);
        victim = successor;
      }
      await running.assertSound();
      t.diagnostic(`${trigger.phases.size} phases`);
      assert.ok(trigger.phases.size >= phases, [...trigger.phases].join('\n'));
    });
  }
});
