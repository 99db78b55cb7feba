/** What the collector asks of an agent: the one place where its loop meets the agent's functions. */
import { type Agent, type AttachOptions, attach, type ProbeContext } from '../agent/agent.ts';
import { type SnapshotContext, type SnapshotResult, snapshot } from '../agent/probe/snapshot.ts';
import { usage } from '../agent/probe/usage.ts';
import type { Partition, Usage } from '../protocol/partition.ts';

/** A sampling profile that grows in a target. */
export interface Sampling extends AsyncDisposable {
  /** The partition by allocation site of what lives now. */
  read(context: ProbeContext): Promise<Partition>;
  /** Settles, never rejects, when nothing is sampled any more. */
  readonly closed: Promise<unknown>;
}

export interface Probes {
  attach(target: string, options?: AttachOptions): Promise<Agent>;
  usage(agent: Agent, context: ProbeContext): Promise<Usage>;
  startSampling(agent: Agent, isolate: string, samplingIntervalBytes: number): Promise<Sampling>;
  snapshot(agent: Agent, context: SnapshotContext): Promise<SnapshotResult>;
}

export const liveProbes: Probes = {
  attach,
  usage,
  snapshot,
  startSampling: () => Promise.reject(new Error('Cannot begin sampling: not built yet')),
};
