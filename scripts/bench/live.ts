/**
 * A target under the probes: how soon after its last chunk a partition is out, what receiving costs, and what the
 * target's allocation throughput was before, during and after each probe.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { attach } from '../../agent/agent.ts';
import { startSampling } from '../../agent/probe/sampling.ts';
import { type NodeMajor, nodeBinary } from '../../test/support/node-versions.ts';
import { startTarget, type Target } from '../../test/support/target.ts';
import type { Received } from './receiver.ts';
import { tap } from './tap.ts';
import { type Rate, Throughput } from './throughput.ts';

const CHURN = fileURLToPath(new URL('churn.js', import.meta.url));
const WATCH_MS = 4000;
/** Left out after a probe: V8 runs hot code more slowly for its first 100,000 operations. */
const SETTLE_MS = 1500;
const SAMPLING_INTERVAL_BYTES = 512 * 1024;

/** A probe and the target's throughput beside it; the ratios are to `before`. */
export interface Effect {
  readonly probe: string;
  readonly before: Rate;
  readonly duringRatio: number;
  readonly afterRatio: number;
}

export interface LiveResult {
  readonly nodeVersion: string;
  readonly effects: readonly Effect[];
  /** From the command to the last chunk: what the target itself takes. */
  readonly snapshotMs: number;
  readonly lagMs: number;
  readonly transferBytes: number;
  readonly receiverCpuMs: number;
}

/** Runs all of it on one target of that Node. */
export async function benchLive(major: NodeMajor): Promise<LiveResult> {
  await using target = await startTarget(CHURN, { nodeBinary: await nodeBinary(major) });
  const { port } = target;
  const throughput = new Throughput();
  const followed = follow(target, throughput);
  let nodeVersion = '';
  await throughput.watch(WATCH_MS);
  const attached = await effectOf('attach, detach', throughput, async () => {
    await using agent = await attach(String(port));
    nodeVersion = agent.identity.nodeVersion;
  });
  const sampled = await effectOf('sample', throughput, () => sample(String(port), throughput));
  using wire = await tap(port);
  let received: Received | undefined;
  const snapped = await effectOf('heap', throughput, async () => {
    received = await receive(wire.port);
  });
  if (!received) throw new Error('Cannot bench live: the receiver gave no figures');
  target.kill('SIGKILL');
  await followed;
  return {
    nodeVersion,
    effects: [attached, sampled, snapped],
    snapshotMs: wire.lastChunkAtMs - received.beganAtMs,
    lagMs: received.partitionAtMs - wire.lastChunkAtMs,
    transferBytes: received.transferBytes,
    receiverCpuMs: received.cpuMs,
  };
}

async function effectOf(probe: string, throughput: Throughput, work: () => Promise<void>): Promise<Effect> {
  const before = await throughput.watch(WATCH_MS);
  const beganAtMs = Date.now();
  await work();
  const during = await throughput.overall(beganAtMs, Date.now());
  await throughput.watch(SETTLE_MS);
  const after = await throughput.watch(WATCH_MS);
  return {
    probe,
    before,
    duringRatio: during / before.perCpuSecond,
    afterRatio: after.perCpuSecond / before.perCpuSecond,
  };
}

/** Samples while the target runs for a while, as `heapwatch sample` does. */
async function sample(target: string, throughput: Throughput): Promise<void> {
  await using agent = await attach(target);
  const sampling = await startSampling(agent, 'main', { samplingIntervalBytes: SAMPLING_INTERVAL_BYTES });
  await throughput.watch(WATCH_MS);
  await sampling.stop();
}

async function receive(port: number): Promise<Received> {
  const child = fork(fileURLToPath(new URL('receiver.js', import.meta.url)), [String(port)], { execArgv: [] });
  const message = once(child, 'message');
  const exit = once(child, 'exit').then(([code]) => {
    throw new Error(`Cannot bench live: the receiver ended with ${code}`);
  });
  const [received]: Received[] = await Promise.race([message, exit]);
  return received;
}

/** Hands over all lines of the program until it ends. */
async function follow(target: Target, throughput: Throughput): Promise<void> {
  for (;;) {
    const line = await target.line(/./).catch(() => null); // no more lines: it has ended
    if (line === null) return;
    throughput.add(line);
  }
}
