/** A collector of a target that something happens to, `api`, and of one that must not notice, `web`. */
import { attach } from '../../agent/attach/agent.ts';
import type { Probes } from '../../collector/targets/probes.ts';
import type { TargetCondition } from '../../protocol/events.ts';
import { BYSTANDER_EVERY_MS, Bystander } from './bystander.ts';
import { startTestCollector, type TestCollector } from './collector.ts';
import { assertLives } from './lives.ts';
import { connect, type FrameOf, type StreamClient } from './stream-client.ts';
import { startTarget } from './target.ts';

export interface FaultCollector extends TestCollector {
  /** Takes the next state of `api` that is `wanted` and was reported after `offset`. */
  state(wanted: TargetCondition, offset?: number): Promise<FrameOf<'target'>>;
  /** Takes the next reading of `api` that was reported after `offset`. */
  usage(offset?: number): Promise<FrameOf<'usage'>>;
  readonly bystander: Bystander;
  /** Checks all that was reported of both. */
  assertSound(): Promise<void>;
}

export interface FaultCollectorOptions {
  /** Milliseconds from one reading of `api` to the next; absent: it is read when asked for. */
  readonly usage?: number;
  readonly isolates?: 'main' | 'all';
  /** How long `api` may answer nothing; default: as long as any target. */
  readonly giveUpMs?: number;
  /** As Math.random, for how long to wait before an attempt to attach; default 0.2. */
  readonly random?: () => number;
}

/** @param inspect the address of `api`; it may be a proxy's */
export async function startFaultCollector(
  inspect: string,
  { usage, isolates = 'main', giveUpMs, random }: FaultCollectorOptions = {},
): Promise<FaultCollector> {
  const web = await startTarget('puppet');
  const targets = [
    { name: 'api', inspect, isolates, schedule: { ...(usage !== undefined && { usage }) } },
    { name: 'web', inspect: `127.0.0.1:${web.port}`, schedule: { usage: BYSTANDER_EVERY_MS } },
  ];
  const running = await startTestCollector(targets, giveUpMs === undefined ? {} : impatient(giveUpMs), random);
  const { client } = running;
  const bystander = await Bystander.follow(running.url, 'web');
  const witness = await follow(running.url);
  return {
    ...running,
    state: (wanted, after = 0) =>
      client.next('target', ({ target, state, offset }) => target === 'api' && state === wanted && offset > after),
    usage: (after = 0) => client.next('usage', ({ target, offset }) => target === 'api' && offset > after),
    bystander,
    async assertSound() {
      await bystander.reads(1);
      bystander.assertUndisturbed();
      assertLives(witness.drain(), 'api');
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([bystander[Symbol.asyncDispose](), witness.close()]);
      await running[Symbol.asyncDispose]();
      await web[Symbol.asyncDispose]();
    },
  };
}

/** Attaches as the collector does, but gives up sooner. */
function impatient(giveUpMs: number): Pick<Probes, 'attach'> {
  return { attach: (target, options) => attach(target, { ...options, giveUpMs }) };
}

async function follow(url: string): Promise<StreamClient> {
  const witness = await connect(url);
  await witness.hello();
  await witness.subscribe({ topics: ['usage', 'target', 'probe', 'partition'] });
  return witness;
}
