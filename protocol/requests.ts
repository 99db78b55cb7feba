/** What a client may ask of a collector: each method's parameters and its result. */
import * as z from 'zod';
import { Alert, RuleState, Silence } from './alert.ts';
import { AuditQuery, AuditResult } from './audit.ts';
import { TargetState } from './events.ts';
import { check } from './explain.ts';
import { Answer, Question } from './explore.ts';
import type { ErrorCode, Request } from './frames.ts';
import { EventsQuery, EventsResult } from './happenings.ts';
import { HistoryQuery, HistoryResult } from './history.ts';
import { limits } from './limits.ts';
import { Operation } from './operations.ts';
import { Partition, Price, Probe } from './partition.ts';
import { PartitionsQuery, PartitionsResult } from './partitions.ts';
import { PauseAccount, ProbePrice } from './prices.ts';
import type { Role } from './role.ts';
import { SnapshotFile } from './snapshots.ts';
import { text } from './text.ts';

const id = text(limits.maxIdLength);
const name = text(limits.maxNameLength);

const classifiers = z.union([name, z.array(name).min(1).max(limits.maxClassifiers)], {
  error: `a classifier or an array of 1 to ${limits.maxClassifiers} of them`,
});

/** Each method with the role that may call it, what it takes and what it gives. */
export const methods = {
  /** The targets that the collector has, and how each is. */
  targets: {
    role: 'viewer',
    params: z.strictObject({}),
    result: z.strictObject({ targets: z.array(TargetState) }),
  },
  /** Runs a probe now. Its events go on the stream as any other's; the result names the partitions it gave. */
  probe: {
    role: 'operator',
    params: z.strictObject({
      target: name,
      probe: Probe,
      /** Absent: `main`. */
      isolate: name.optional(),
      /** Classifiers; absent: those of the target's configuration. */
      by: classifiers.optional(),
      /** A line above each table. */
      label: name.optional(),
      /** Of a snapshot: the label of a checkpoint; the partitions are then of what was born since. */
      since: name.optional(),
      /** Agrees to its price: then only a probe that the target lacks the memory for is refused. */
      yes: z.boolean().optional(),
    }),
    result: z.strictObject({ partitions: z.array(id) }),
  },
  /** Takes a snapshot that later ones are compared with, and holds the isolate's object ids until `release`. */
  checkpoint: {
    role: 'operator',
    params: z.strictObject({
      target: name,
      /** One that has the same label is released. */
      label: name,
      /** Absent: `main`. */
      isolate: name.optional(),
      /** Classifiers that can be compared by; absent: those of the target's configuration. */
      by: classifiers.optional(),
      /** As of `probe`. */
      yes: z.boolean().optional(),
    }),
    result: z.strictObject({
      /** Partitions of the whole heap at the time. */
      partitions: z.array(id),
      takenAt: z.iso.datetime(),
      /** Labels of all that are held of this isolate now, oldest first. */
      held: z.array(name),
    }),
  },
  /** Lets go of a checkpoint, and of the object ids with the last one. */
  release: {
    role: 'operator',
    params: z.strictObject({
      target: name,
      label: name,
      /** Absent: `main`. */
      isolate: name.optional(),
    }),
    result: z.strictObject({ held: z.array(name) }),
  },
  /** Begins a phase of targets: an event of each. */
  mark: {
    role: 'operator',
    params: z.strictObject({
      label: name,
      /** Globs of target names; absent: all. */
      targets: z.array(text(limits.maxGlobLength)).min(1).max(limits.maxGlobs).optional(),
    }),
    result: z.strictObject({
      /** Those that were marked. */
      targets: z.array(name),
      at: z.iso.datetime(),
    }),
  },
  /** The pending and firing alerts, the state of each rule, and the silences. */
  alerts: {
    role: 'viewer',
    params: z.strictObject({}),
    result: z.strictObject({ alerts: z.array(Alert), rules: z.array(RuleState), silences: z.array(Silence) }),
  },
  /** Keeps alerts from notifying anybody for a while. They fire and resolve all the same. */
  silence: {
    role: 'operator',
    params: z.strictObject({
      /** Globs by the name of a label, at least one. */
      matchers: z
        .record(name, text(limits.maxGlobLength))
        .refine((matchers) => Object.keys(matchers).length > 0, 'expected at least one label'),
      /** At most 30 days. */
      forMs: z.number().int().positive().max(2_592_000_000),
      comment: name,
    }),
    result: z.strictObject({ silence: Silence }),
  },
  /** Ends a silence. */
  unsilence: {
    role: 'operator',
    params: z.strictObject({ id }),
    result: z.strictObject({ silences: z.array(Silence) }),
  },
  /** What was stored of a target over a span of time. */
  history: {
    role: 'viewer',
    params: HistoryQuery,
    result: HistoryResult,
  },
  /** The events of a target other than samples over a span of time. */
  events: {
    role: 'viewer',
    params: EventsQuery,
    result: EventsResult,
  },
  /** Which partitions are stored of a target over a span of time. */
  partitions: {
    role: 'viewer',
    params: PartitionsQuery,
    result: PartitionsResult,
  },
  /** One sample, with all the rows that the collector kept of it. */
  partition: {
    role: 'viewer',
    params: z.strictObject({ id }),
    result: z.strictObject({ partition: Partition }),
  },
  /** What each probe of an isolate would cost it now. Costs it no more than a reading of its gauges. */
  prices: {
    role: 'viewer',
    params: z.strictObject({
      target: name,
      /** Absent: `main`. */
      isolate: name.optional(),
    }),
    result: z.strictObject({
      /** The cheapest probe first. */
      prices: z.array(ProbePrice),
      /** What one probe may cost. */
      limits: Price,
      budget: PauseAccount,
    }),
  },
  /** The heap snapshots that are kept, newest first. */
  snapshots: {
    role: 'viewer',
    params: z.strictObject({
      /** Only those of this target. */
      target: name.optional(),
    }),
    result: z.strictObject({ snapshots: z.array(SnapshotFile) }),
  },
  /** Answers a question about a kept snapshot. */
  explore: {
    role: 'operator',
    params: Question,
    result: Answer,
  },
  /** The long work of this collector: what runs, and the last that has ended. */
  operations: {
    role: 'viewer',
    params: z.strictObject({}),
    result: z.strictObject({ operations: z.array(Operation) }),
  },
  /** Cancels an operation, where that is possible. */
  cancel: {
    role: 'operator',
    params: z.strictObject({ id }),
    result: z.strictObject({ operation: Operation }),
  },
  /** What people did by this collector. Asking is an act too. */
  audit: {
    role: 'operator',
    params: AuditQuery,
    result: AuditResult,
  },
} as const;

export type Method = keyof typeof methods;
export type Params<M extends Method> = z.infer<(typeof methods)[M]['params']>;
export type Result<M extends Method> = z.infer<(typeof methods)[M]['result']>;

/** A request whose method exists and whose parameters are what the method takes. */
export type Call = { [M in Method]: { readonly method: M; readonly params: Params<M> } }[Method];

/** A request that fails: the server answers it with this `code` and message, a client gets them so. */
export class RequestError extends Error {
  override name = 'RequestError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Whether a client of `role` may call `method`. */
export function mayCall(role: Role, method: Method): boolean {
  return role === 'operator' || methods[method].role === 'viewer';
}

/** What `request` asks for. @throws RequestError `unknown-method`, `bad-params` */
export function readCall({ method, params = {} }: Pick<Request, 'method' | 'params'>): Call {
  if (!isMethod(method)) {
    const known = Object.keys(methods).join(', ');
    throw new RequestError('unknown-method', `Cannot run ${JSON.stringify(method)}: expected one of ${known}`);
  }
  const schema: z.ZodType<Params<Method>> = methods[method].params;
  const fail = (why: string) => new RequestError('bad-params', `Cannot run "${method}": ${why}`);
  // each method's own schema stands beside its name, which the compiler cannot follow through a union of methods
  return { method, params: check(schema, params, fail) } as Call;
}

/** The `result` that answered a request for `method`, for clients. @throws RequestError `internal` if it is not one. */
export function readResult<M extends Method>(method: M, result: unknown): Result<M> {
  const schema = methods[method].result as unknown as z.ZodType<Result<M>>;
  return check(schema, result, (why) => new RequestError('internal', `Cannot read the result of "${method}": ${why}`));
}

function isMethod(method: string): method is Method {
  return Object.hasOwn(methods, method);
}
