/** What happened, as the collector's log holds it and the stream sends it: flat, each with its place in the log. */
import * as z from 'zod';
import { Alert } from './alert.ts';
import { Death } from './death.ts';
import { incarnationFields } from './incarnation-fields.ts';
import { limits } from './limits.ts';
import { TargetMemory } from './memory.ts';
import { Cost, Partition, Probe, Usage } from './partition.ts';
import { text } from './text.ts';

const name = text(limits.maxNameLength);

/** The kinds of event that a subscription chooses from. */
export const Topic = z.enum([
  'partition',
  'usage',
  'memory',
  'target',
  'probe',
  'checkpoint',
  'mark',
  'footprint',
  'alert',
]);
export type Topic = z.infer<typeof Topic>;

/** An event's place in the log: 1 for a log's first event, then rising by 1. */
const offset = z.number().int().positive();
/** False for an event that was sent though its collector could not store it: it may be lost with the process. */
const durable = z.literal(false).optional();
/** True for an event that had happened before the subscription which it answers; absent for a live one. */
const replay = z.literal(true).optional();

/** A sample: one partition. Its `id` is the sample's, not a subscription's. */
export const PartitionEvent = z.strictObject({
  type: z.literal('partition'),
  offset,
  durable,
  replay,
  ...Partition.shape,
});
export type PartitionEvent = z.infer<typeof PartitionEvent>;

/** One reading of an isolate's gauges. */
export const UsageEvent = z.strictObject({ type: z.literal('usage'), offset, durable, replay, ...Usage.shape });
export type UsageEvent = z.infer<typeof UsageEvent>;

/** Where the memory of a target is, part by part. */
export const MemoryEvent = z.strictObject({
  type: z.literal('memory'),
  offset,
  durable,
  replay,
  ...TargetMemory.shape,
});
export type MemoryEvent = z.infer<typeof MemoryEvent>;

/**
 * `paused`: stands in a debugger. `blocked`: its event loop does not turn. `silent`: it has answered nothing for 10 seconds.
 * `gone`: nothing is attached to.
 */
export const TargetCondition = z.enum(['attached', 'paused', 'blocked', 'silent', 'gone']);
export type TargetCondition = z.infer<typeof TargetCondition>;

/** A target as its collector sees it; what is not known is absent. */
export const TargetState = z.strictObject({
  target: name,
  state: TargetCondition,
  ...incarnationFields,
  pid: z.number().int().positive().optional(),
  /** `v20.20.2` */
  nodeVersion: z.string().optional(),
  title: z.string().optional(),
  /** Where its inspector is, as configured: `127.0.0.1:9229`. */
  inspect: z.string().optional(),
  /** As its configuration gives them, to group targets by. */
  labels: z.record(z.string(), z.string()).optional(),
  /** Of targets that do the same work, as its configuration says: what grows in them alike is one incident. */
  group: name.optional(),
  /** Why it is in this state, for people. */
  reason: z.string().optional(),
  /** Of a process that has ended: why, and its last figures. */
  death: Death.optional(),
  /** Milliseconds until the next attempt to attach. */
  retryInMs: z.number().nonnegative().optional(),
  /** Since when, ISO 8601, UTC. */
  at: z.iso.datetime(),
});
export type TargetState = z.infer<typeof TargetState>;

/** A target came, went, or changed its state. */
export const TargetEvent = z.strictObject({ type: z.literal('target'), offset, durable, replay, ...TargetState.shape });
export type TargetEvent = z.infer<typeof TargetEvent>;

/**
 * `skipped`: did not run at its time, because the one before it, or another of its target, still ran. `refused`: did not
 * run, because its price is over a limit.
 */
export const ProbePhase = z.enum(['started', 'done', 'failed', 'skipped', 'refused']);
export type ProbePhase = z.infer<typeof ProbePhase>;

/** A probe began or ended. */
export const ProbeEvent = z.strictObject({
  type: z.literal('probe'),
  offset,
  durable,
  replay,
  target: name,
  isolate: name,
  probe: Probe,
  phase: ProbePhase,
  /** The classifiers it was run for. */
  by: z.array(name).optional(),
  /** Ids of the partitions that it gave; they stand in the log before it. */
  partitions: z.array(text(limits.maxIdLength)).optional(),
  /** ISO 8601, UTC. */
  at: z.iso.datetime(),
  cost: Cost.optional(),
  /** Why it failed, was skipped or refused, for people. */
  reason: z.string().optional(),
  /** Of one that was refused: what runs in its place. */
  instead: Probe.optional(),
});
export type ProbeEvent = z.infer<typeof ProbeEvent>;

/** `void`: nothing can be compared with it any more. `released`: on request. */
export const CheckpointPhase = z.enum(['taken', 'void', 'released']);
export type CheckpointPhase = z.infer<typeof CheckpointPhase>;

/** A checkpoint of an isolate began to be held, or ceased. */
export const CheckpointEvent = z.strictObject({
  type: z.literal('checkpoint'),
  offset,
  durable,
  replay,
  target: name,
  isolate: name,
  /** Its label. */
  checkpoint: name,
  phase: CheckpointPhase,
  /** Labels of all that are held of this isolate now, oldest first. */
  held: z.array(name),
  /** ISO 8601, UTC. */
  at: z.iso.datetime(),
  /** Why it is void, for people. */
  reason: z.string().optional(),
});
export type CheckpointEvent = z.infer<typeof CheckpointEvent>;

/** Somebody marked the moment: what happens in the target from here on, until its next mark, is the phase of this label. */
export const MarkEvent = z.strictObject({
  type: z.literal('mark'),
  offset,
  durable,
  replay,
  target: name,
  label: name,
  /** ISO 8601, UTC. */
  at: z.iso.datetime(),
});
export type MarkEvent = z.infer<typeof MarkEvent>;

/** What a probe has done to its target: it is taken off the target's memory and pauses. */
export const FootprintEvent = z.strictObject({
  type: z.literal('footprint'),
  offset,
  durable,
  replay,
  target: name,
  isolate: name,
  /** Which probe it was. */
  cause: Probe,
  /** ISO 8601, UTC: within these, collections, pauses and the rise of RSS are ours. */
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  pauseMs: z.number().nonnegative(),
  /** The highest rise of RSS, and what of it was left at the end, which may stay for good. */
  extraBytes: z.number().int().optional(),
  keptBytes: z.number().int().optional(),
  /** The process ended while the probe ran. */
  fatal: z.literal(true).optional(),
  /** All pauses that probes have caused in this target within the last hour. */
  hourPauseMs: z.number().nonnegative(),
});
export type FootprintEvent = z.infer<typeof FootprintEvent>;

/** An alert came into a state, or its evidence was gathered. */
export const AlertEvent = z.strictObject({ type: z.literal('alert'), offset, durable, replay, ...Alert.shape });
export type AlertEvent = z.infer<typeof AlertEvent>;

export type StreamEvent =
  | PartitionEvent
  | UsageEvent
  | MemoryEvent
  | TargetEvent
  | ProbeEvent
  | CheckpointEvent
  | MarkEvent
  | FootprintEvent
  | AlertEvent;
