/** An alert as it crosses the wire: one rule, on one series of one target, in one of its states. */
import * as z from 'zod';
import { incarnationFields } from './incarnation-fields.ts';
import { limits } from './limits.ts';
import { MemoryFound } from './memory.ts';
import { text } from './text.ts';

const name = text(limits.maxNameLength);

/**
 * `pending`: its condition holds, not yet for long enough. `firing`. `resolved`: fired, and has ceased. `inactive`: was
 * pending, and has ceased before it fired.
 */
export const AlertState = z.enum(['pending', 'firing', 'resolved', 'inactive']);
export type AlertState = z.infer<typeof AlertState>;

/** Of figures: `processes` have ended. */
export const AlertUnit = z.enum(['objects', 'bytes', 'processes']);
export type AlertUnit = z.infer<typeof AlertUnit>;

/** What a judgement rests on, in objects or bytes; what does not apply is absent. */
export const AlertFigures = z.strictObject({
  value: z.number(),
  /** The floor at the start of the rule's window. */
  before: z.number().optional(),
  /** The slope, and the ends of its interval. */
  perHour: z.number().optional(),
  lowerPerHour: z.number().optional(),
  upperPerHour: z.number().optional(),
  /** The smallest slope that the window could have shown. */
  smallestPerHour: z.number().optional(),
  /** Of what grows ever more slowly, as a cache that fills: where it ends, and in how many milliseconds it is nearly there. */
  fillsTo: z.number().optional(),
  fillsInMs: z.number().optional(),
  /** Bytes of the limit that the rule names a share of, and whose it is: `memory.max of cgroup /app`. */
  limit: z.number().optional(),
  limitSource: z.string().optional(),
});
export type AlertFigures = z.infer<typeof AlertFigures>;

/** The most alerts of an incident that it lists itself. */
export const MAX_MEMBERS = 20;

/** One alert of an incident, as its incident lists it. */
export const IncidentMember = z.strictObject({
  fingerprint: text(limits.maxIdLength),
  rule: name,
  target: name,
  state: AlertState,
  kind: z.string().optional(),
  gauge: z.string().optional(),
  unit: AlertUnit,
  figures: AlertFigures,
  /** Bytes that die with its objects, where a walk or a snapshot says so. */
  retainedBytes: z.number().nonnegative().optional(),
});
export type IncidentMember = z.infer<typeof IncidentMember>;

const tally = z.strictObject({ count: z.number().int().nonnegative(), sizeBytes: z.number().int().nonnegative() });

/** What speaks for an alert: gathered when it fires, by the cheapest probes first, as far up as its rule and the limits allow. */
export const Evidence = z.strictObject({
  /** `gathering`: probes are under way; another event of the alert follows when they are `done`. */
  state: z.enum(['gathering', 'done']),
  /** The kinds that grew most over the rule's window, then and now. */
  kinds: z.array(z.strictObject({ kind: z.string(), before: tally, now: tally })).optional(),
  /**
   * Allocation sites of what is alive: `handler (src/app.js:12)`. Counts are estimates. First those of which something of every age
   * has stayed, by how much: `survivedBytes`.
   */
  sites: z
    .array(
      z.strictObject({
        site: z.string(),
        count: z.number(),
        sizeBytes: z.number(),
        survivedBytes: z.number().optional(),
        owner: z.string().optional(),
      }),
    )
    .optional(),
  /** Who refers to the kind, as heapy's reference pattern, line by line. */
  pattern: z.array(z.string()).optional(),
  /** Shortest paths from the roots to objects of the kind, the variable and its script first. */
  paths: z.array(z.string()).optional(),
  /** Where two snapshots were taken: `pattern` and `paths` are of these objects, born in the time between and alive after it. */
  born: z
    .strictObject({ kind: z.string(), count: z.number().int().positive(), withinMs: z.number().int().nonnegative() })
    .optional(),
  /** The kind that `pattern` and `paths` are of: of those that grow, the one that holds the others. */
  cause: z.string().optional(),
  /** Who owns it: of CODEOWNERS, several with a blank between them, or a package as `npm:express`. */
  owner: z.string().optional(),
  /** Of the kinds that grow, what dies with those of their objects that are new, by their share. */
  retained: z
    .array(
      z.strictObject({
        kind: z.string(),
        count: z.number().int().nonnegative(),
        retainedBytes: z.number().nonnegative(),
      }),
    )
    .optional(),
  /** Where the target's memory was when that was read last before. */
  memory: MemoryFound.optional(),
  /** Ids of the partitions that were taken for it. */
  partitions: z.array(text(limits.maxIdLength)).optional(),
  /** Names of the files that its snapshots are kept as. */
  snapshots: z.array(z.string()).optional(),
  /** What was not done, and why: a limit, with its numbers. */
  refused: z.array(z.string()).optional(),
});
export type Evidence = z.infer<typeof Evidence>;

export const Alert = z.strictObject({
  /** Of its labels: the same alert has the same, for ever. */
  fingerprint: text(limits.maxIdLength),
  /** The rule's name. */
  rule: name,
  target: name,
  /** `all` where the rule sums them. */
  isolate: name,
  state: AlertState,
  /** What it watches: a kind, or a gauge. */
  kind: z.string().optional(),
  gauge: z.string().optional(),
  unit: AlertUnit,
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
  /** As of `at`. */
  figures: AlertFigures,
  /** As it fired: of an alert that fires, or has. */
  fired: AlertFigures.optional(),
  /** Why it is in this state, for people. */
  reason: z.string(),
  ...incarnationFields,
  evidence: Evidence.optional(),
  /** Of an incident: what grows together, the cause first. `kind`, `figures` and `unit` of the incident are the cause's. */
  members: z.array(IncidentMember).max(MAX_MEMBERS).optional(),
  /** Of an incident: how many alerts it has, listed or not. */
  memberCount: z.number().int().positive().optional(),
  /** The fingerprint of the incident that it belongs to, which notifies in its place. */
  incident: text(limits.maxIdLength).optional(),
  /** Ids of the silences that keep it from being notified. */
  silencedBy: z.array(text(limits.maxIdLength)).optional(),
  /** When its condition began to hold, and when it ceased; ISO 8601, UTC. */
  startsAt: z.iso.datetime(),
  endsAt: z.iso.datetime().optional(),
  /** When it came into this state. */
  at: z.iso.datetime(),
});
export type Alert = z.infer<typeof Alert>;

/** A time in which alerts with these labels notify nobody. */
export const Silence = z.strictObject({
  id: text(limits.maxIdLength),
  /** Globs by the name of a label; an alert has to match all. */
  matchers: z.record(z.string(), text(limits.maxGlobLength)),
  startsAt: z.iso.datetime(),
  endsAt: z.iso.datetime(),
  comment: text(limits.maxNameLength),
});
export type Silence = z.infer<typeof Silence>;

/** The state of a rule on one target: its series by state. */
export const RuleState = z.strictObject({
  rule: name,
  target: name,
  inactive: z.number().int().nonnegative(),
  undecided: z.number().int().nonnegative(),
  pending: z.number().int().nonnegative(),
  firing: z.number().int().nonnegative(),
  /** Of what it watches. */
  unit: AlertUnit,
  /** Of a `trend`: the smallest slope that the quietest and the loudest of its undecided series could have shown. */
  smallestPerHour: z.strictObject({ least: z.number(), most: z.number() }).optional(),
  /** Why its undecided series stay so however long they are watched. */
  why: z.string().optional(),
});
export type RuleState = z.infer<typeof RuleState>;
