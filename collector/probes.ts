/** What the collector asks of an agent: the one place where the collector's loop meets the agent's functions. */
import { type Agent, type AttachOptions, attach, type ProbeContext } from '../agent/agent.ts';
import { limitRows } from '../agent/partition/partition.ts';
import { profilePartition, type Sampling, startSampling } from '../agent/probe/sampling.ts';
import { type SnapshotContext, type SnapshotResult, snapshot } from '../agent/probe/snapshot.ts';
import { usage } from '../agent/probe/usage.ts';
import type { Usage } from '../protocol/partition.ts';
