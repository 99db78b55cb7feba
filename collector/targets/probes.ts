/** What the collector asks of an agent: the one place where its loop meets the agent's functions. */
import { type Agent, type AttachOptions, attach, type ProbeContext } from '../../agent/attach/agent.ts';
import { hasEnded } from '../../agent/attach/has-ended.ts';
import { localPid } from '../../agent/attach/local-process.ts';
import { OomPause, type OomPauseListener } from '../../agent/cdp/oom-pause.ts';
import { type MemoryContext, targetMemory } from '../../agent/probe/agent-memory.ts';
import {
  type AgentWalkContext,
  type HoldersContext,
  type WalkedHolders,
  walk,
  walkBy,
  walkHolders,
  walkObstacle,
} from '../../agent/probe/agent-walk.ts';
import { type CensusContext, census } from '../../agent/probe/census.ts';
import { type CheckpointContext, type LiveCheckpoint, takeCheckpoint } from '../../agent/probe/checkpoint.ts';
import { armObstacle, fullRatio } from '../../agent/probe/oom-armament.ts';
import { type Quote, type QuoteQuestion, type QuotesQuestion, quote, quotes } from '../../agent/probe/quote.ts';
import { type PartitionContext, startSampling } from '../../agent/probe/sampling.ts';
import { type SnapshotContext, type SnapshotResult, snapshot } from '../../agent/probe/snapshot.ts';
import { type TypesContext, types } from '../../agent/probe/types.ts';
import { usage } from '../../agent/probe/usage.ts';
import { type DiagnosticFolder, diagnosticFolder } from '../../agent/process/near-limit-files.ts';
import type { TargetMemory } from '../../protocol/memory.ts';
import type { Partition, Usage } from '../../protocol/partition.ts';

/** How long a target has to begin sampling, and to give a profile, which costs it a full garbage collection. */
const START_TIMEOUT_MS = 5_000;
const PROFILE_TIMEOUT_MS = 30_000;

/** A sampling profile that grows in a target; disposing ends it. */
export interface Sampling extends AsyncDisposable {
  /** The partition by allocation site of what lives now of all that was allocated since the start. */
  read(context: PartitionContext): Promise<Partition>;
  /** Settles, never rejects, when nothing is sampled any more. */
  readonly closed: Promise<unknown>;
}

export interface Probes {
  attach(target: string, options?: AttachOptions): Promise<Agent>;
  /** Whether the process behind a connection that has ended is no more; undefined: that cannot be seen from here. */
  hasEnded(agent: Agent): Promise<boolean | undefined>;
  /** Where Node writes heap snapshots by itself; null where that cannot be seen from here. */
  diagnosticFolder(agent: Agent): Promise<DiagnosticFolder | null>;
  quote(agent: Agent, question: QuoteQuestion): Promise<Quote>;
  quotes(agent: Agent, question: QuotesQuestion): Promise<Quote[]>;
  usage(agent: Agent, context: ProbeContext): Promise<Usage>;
  /** Where its memory is; null where that cannot be seen from here. */
  memory(agent: Agent, context: MemoryContext): Promise<TargetMemory | 'busy' | null>;
  startSampling(agent: Agent, isolate: string, samplingIntervalBytes: number): Promise<Sampling>;
  /** How full V8's old space is, by the used heap; 0 where its limit is not known. */
  oomFullRatio(agent: Agent, usage: Usage): Promise<number>;
  /** What stands against V8's pause before it gives up, for people; null: nothing. */
  oomObstacle(agent: Agent, usage: Usage): Promise<string | null>;
  /** What will hold that pause. @throws AttachError */
  openOomPause(agent: Agent, listener: OomPauseListener): Promise<OomPause>;
  /** Why the target cannot be walked; null: it can. */
  walkObstacle(agent: Agent): Promise<string | null>;
  walk(agent: Agent, context: AgentWalkContext): Promise<Partition>;
  /** The same by several classifiers, a partition for each. */
  walkBy(agent: Agent, context: AgentWalkContext & { readonly by: readonly string[] }): Promise<Partition[]>;
  /** The same, and from the graph what keeps kinds alive. */
  walkHolders(agent: Agent, context: HoldersContext): Promise<WalkedHolders>;
  types(agent: Agent, context: TypesContext): Promise<Partition>;
  census(agent: Agent, context: CensusContext): Promise<Partition>;
  snapshot(agent: Agent, context: SnapshotContext): Promise<SnapshotResult>;
  takeCheckpoint(agent: Agent, context: CheckpointContext): Promise<LiveCheckpoint>;
}

export const liveProbes: Probes = {
  attach,
  hasEnded,
  async diagnosticFolder(agent) {
    const pid = await localPid(agent);
    return pid === null ? null : await diagnosticFolder(pid, agent.identity.pid);
  },
  quote,
  quotes,
  usage,
  memory: targetMemory,
  oomFullRatio: fullRatio,
  oomObstacle: armObstacle,
  openOomPause: (agent, listener) => OomPause.open(agent.inspectorUrl, listener),
  walkObstacle,
  walk,
  walkBy,
  walkHolders,
  types,
  census,
  snapshot,
  takeCheckpoint,
  async startSampling(agent, isolate, samplingIntervalBytes) {
    const sampling = await startSampling(agent, isolate, { samplingIntervalBytes, timeoutMs: START_TIMEOUT_MS });
    return {
      read: (context) => sampling.readPartition(context, { timeoutMs: PROFILE_TIMEOUT_MS }),
      closed: sampling.closed,
      [Symbol.asyncDispose]: () => sampling[Symbol.asyncDispose](),
    };
  },
};
