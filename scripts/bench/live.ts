/**
 * A target under the probes: how soon after its last chunk a partition is out, what receiving costs, and what the
 * target's allocation throughput was before, during and after each probe.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { attach } from '../../agent/attach/agent.ts';
import { census } from '../../agent/probe/census.ts';
import { startSampling } from '../../agent/probe/sampling.ts';
import { types } from '../../agent/probe/types.ts';
import { type NodeMajor, nodeBinary } from '../../test/support/node-versions.ts';
import { startTarget, type Target } from '../../test/support/target.ts';
import { median } from './median.ts';
import type { Received } from './receiver.ts';
import { tap } from './tap.ts';
import { type Rate, Throughput } from './throughput.ts';

const CHURN = fileURLToPath(new URL('churn.js', import.meta.url));
/** How often each probe is run. */
const ROUNDS = 3;
const WATCH_MS = 4000;
/** Left out after a probe: V8 runs hot code more slowly for its first 100,000 operations. */
const SETTLE_MS = 1500;
const SAMPLING_INTERVAL_BYTES = 512 * 1024;

/** A probe and the target's throughput beside it, medians over the rounds; the ratios are to just before the probe. */
export interface Effect {
  readonly probe: string;
  readonly beforePerCpuSecond: number;
  /** How far the seconds without a probe lie apart: half of the middle 80 % of them, as a share of their median. */
  readonly noiseRatio: number;
  readonly duringRatio: number;
  readonly afterRatio: number;
}

/** One live snapshot on its way into a partition. */
export interface TimedSnapshot {
  /** From the command to the last chunk: what the target itself takes. */
  readonly snapshotMs: number;
  /** From the last chunk to the partition. */
  readonly lagMs: number;
  /** Of that, until the target had answered, released the ids and closed the connection. */
  readonly partingMs: number;
  readonly transferBytes: number;
  readonly receiverCpuMs: number;
}

export interface LiveResult {
  readonly nodeVersion: string;
  readonly effects: readonly Effect[];
  readonly snapshots: readonly TimedSnapshot[];
}

/** Runs all of it on one target of that Node. */
export async function benchLive(major: NodeMajor): Promise<LiveResult> {
  await using target = await startTarget(CHURN, { nodeBinary: await nodeBinary(major) });
  const throughput = new Throughput();
  const followed = follow(target, throughput);
  await throughput.watch(WATCH_MS);
  const port = String(target.port);
  let nodeVersion = '';
  const attached = await effectOf('attach, detach', throughput, async () => {
    await using agent = await attach(port);
    nodeVersion = agent.identity.nodeVersion;
  });
  const sampled = await effectOf('sample', throughput, () => sample(port, throughput));
  const typed = await effectOf('types', throughput, () => probeOnce(port, types));
  const counted = await effectOf('census', throughput, () => probeOnce(port, census));
  const snapshots: TimedSnapshot[] = [];
  const snapped = await effectOf('heap', throughput, async () => {
    snapshots.push(await receive(target.port));
  });
  target.kill('SIGKILL');
  await followed;
  return { nodeVersion, effects: [attached, sampled, typed, counted, snapped], snapshots };
}

/** Runs a probe some times, watching the target before, during and after. */
async function effectOf(probe: string, throughput: Throughput, work: () => Promise<void>): Promise<Effect> {
  const rounds: { before: Rate; during: Rate; after: Rate }[] = [];
  while (rounds.length < ROUNDS) {
    const before = await throughput.watch(WATCH_MS);
    const beganAtMs = Date.now();
    await work();
    const during = await throughput.between(beganAtMs, Date.now());
    await throughput.watch(SETTLE_MS);
    rounds.push({ before, during, after: await throughput.watch(WATCH_MS) });
  }
  const ratioOf = (span: 'during' | 'after') =>
    median(rounds.map((round) => round[span].perCpuSecond / round.before.perCpuSecond));
  return {
    probe,
    beforePerCpuSecond: median(rounds.map(({ before }) => before.perCpuSecond)),
    noiseRatio: noiseOf(rounds.flatMap(({ before }) => before.windows)),
    duringRatio: ratioOf('during'),
    afterRatio: ratioOf('after'),
  };
}

function noiseOf(rates: readonly number[]): number {
  const sorted = rates.toSorted((a, b) => a - b);
  const spread = sorted[Math.floor(sorted.length * 0.9)] - sorted[Math.floor(sorted.length * 0.1)];
  return spread / 2 / median(rates);
}

/** Samples while the target runs for a while, as `heapwatch sample` does. */
async function sample(target: string, throughput: Throughput): Promise<void> {
  await using agent = await attach(target);
  const sampling = await startSampling(agent, 'main', { samplingIntervalBytes: SAMPLING_INTERVAL_BYTES });
  await throughput.watch(WATCH_MS);
  await sampling.stop();
}

async function probeOnce(target: string, probe: typeof types | typeof census): Promise<void> {
  await using agent = await attach(target);
  await probe(agent, { target, isolate: 'main' });
}

/** Takes a partition in a process of its own, with a tap on its wire. */
async function receive(port: number): Promise<TimedSnapshot> {
  using wire = await tap(port);
  const child = fork(fileURLToPath(new URL('receiver.js', import.meta.url)), [String(wire.port)], { execArgv: [] });
  const exit = once(child, 'exit').then(([code]) => {
    throw new Error(`Cannot bench live: the receiver ended with ${code}`);
  });
  const [received]: Received[] = await Promise.race([once(child, 'message'), exit]);
  exit.catch(() => {}); // it has done its work
  return {
    snapshotMs: wire.lastChunkAtMs - received.beganAtMs,
    lagMs: received.partitionAtMs - wire.lastChunkAtMs,
    partingMs: received.closedAtMs - wire.lastChunkAtMs,
    transferBytes: received.transferBytes,
    receiverCpuMs: received.cpuMs,
  };
}

/** Hands over all lines of the program until it ends. */
async function follow(target: Target, throughput: Throughput): Promise<void> {
  for (;;) {
    const line = await target.line(/./).catch(() => null); // no more lines: it has ended
    if (line === null) return;
    throughput.add(line);
  }
}
