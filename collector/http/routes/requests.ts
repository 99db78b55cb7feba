/** The methods of the stream, over HTTP: the same parameters, the same results, the same roles. */
import { z } from 'zod';
import { type Method, methods, type Params } from '../../../protocol/requests.ts';
import type { EventLog } from '../../log/log.ts';
import type { Requests } from '../../stream/requests.ts';
import { newestPartitions, PartitionList, PartitionQuery } from '../partition-list.ts';
import type { ProblemCode } from '../problem.ts';
import { type Call, del, get, jsonOf, post, type Route } from '../route.ts';

const none = z.strictObject({});
/** As the method's, with numbers that come as text. */
const { shape: history } = methods.history.params;
const HistoryParams = methods.history.params.extend({
  stepMs: z.coerce.number().pipe(history.stepMs.unwrap()).optional(),
  steps: z.coerce.number().pipe(history.steps.unwrap()).optional(),
  limit: z.coerce.number().pipe(history.limit.unwrap()).optional(),
  skip: z.coerce.number().pipe(history.skip.unwrap()).optional(),
  lines: z.stringbool({ truthy: ['true'], falsy: ['false'] }).optional(),
});

const EventsParams = methods.events.params.extend({
  limit: z.coerce.number().pipe(methods.events.params.shape.limit.unwrap()).optional(),
});
const PartitionsParams = methods.partitions.params.extend({
  limit: z.coerce.number().pipe(methods.partitions.params.shape.limit.unwrap()).optional(),
});

const { shape: audit } = methods.audit.params;
const AuditParams = methods.audit.params.extend({
  before: z.coerce.number().pipe(audit.before.unwrap()).optional(),
  limit: z.coerce.number().pipe(audit.limit.unwrap()).optional(),
});

export function requestRoutes(requests: Requests, log: EventLog): Route[] {
  const ask = async <M extends Method>(method: M, params: Params<M>, { caller, signal }: Call<unknown, unknown>) => ({
    json: await requests.answer({ method, params }, caller, signal),
  });
  const act = <M extends 'probe' | 'checkpoint' | 'release' | 'mark' | 'explore'>(
    method: M,
    summary: string,
    problems: readonly ProblemCode[] = [
      'unknown-target',
      'not-found',
      'not-attached',
      'busy',
      'void',
      'refused',
      'probe-failed',
    ],
  ) =>
    post(
      `/v1/${method}`,
      {
        role: methods[method].role,
        scope: 'method',
        summary,
        params: none,
        // each method's own schema, which the compiler cannot follow through a union of methods
        body: methods[method].params as unknown as z.ZodType<Params<M>>,
        answer: jsonOf(methods[method].result, 'The result.'),
        problems,
      },
      (call) => ask(method, call.body, call),
    );
  return [
    get(
      '/v1/targets',
      {
        role: methods.targets.role,
        scope: 'method',
        summary: 'The targets that the collector has, with the state of each.',
        params: none,
        answer: jsonOf(methods.targets.result, 'The targets.'),
        problems: [],
      },
      (call) => ask('targets', {}, call),
    ),
    get(
      '/v1/partitions',
      {
        role: 'viewer',
        scope: 'filtered',
        summary: 'The newest partition of each sort (target, isolate, probe and classifier), without its rows.',
        params: PartitionQuery,
        answer: jsonOf(PartitionList, 'The partitions, oldest first.'),
        problems: [],
      },
      ({ params, caller }) => ({ json: { partitions: newestPartitions(log, params, caller.visitor.scope) } }),
    ),
    get(
      '/v1/partitions/{id}',
      {
        role: methods.partition.role,
        scope: 'method',
        summary: 'One partition, with all the rows that the collector keeps of it.',
        params: methods.partition.params,
        answer: jsonOf(methods.partition.result, 'The partition.'),
        problems: ['not-found'],
      },
      (call) => ask('partition', call.params, call),
    ),
    get(
      '/v1/targets/{target}/events',
      {
        role: methods.events.role,
        scope: 'method',
        summary: 'The events of a target other than samples over a span of time.',
        params: EventsParams,
        answer: jsonOf(methods.events.result, 'The events, each sort in the order of the log.'),
        problems: ['not-found', 'refused'],
      },
      (call) => ask('events', call.params, call),
    ),
    get(
      '/v1/targets/{target}/partitions',
      {
        role: methods.partitions.role,
        scope: 'method',
        summary: 'The partitions that are stored of a target over a span of time, without their rows.',
        params: PartitionsParams,
        answer: jsonOf(methods.partitions.result, 'The partitions, newest first.'),
        problems: ['not-found', 'refused'],
      },
      (call) => ask('partitions', call.params, call),
    ),
    get(
      '/v1/history',
      {
        role: methods.history.role,
        scope: 'method',
        summary: 'What was stored of a target over a span of time, a point for each step of it.',
        params: HistoryParams,
        answer: jsonOf(methods.history.result, 'The history.'),
        problems: ['unknown-target', 'not-found', 'refused'],
      },
      (call) => ask('history', call.params, call),
    ),
    get(
      '/v1/alerts',
      {
        role: methods.alerts.role,
        scope: 'method',
        summary: 'The pending and firing alerts, the state of each rule, and the silences.',
        params: none,
        answer: jsonOf(methods.alerts.result, 'The alerts.'),
        problems: [],
      },
      (call) => ask('alerts', {}, call),
    ),
    get(
      '/v1/prices',
      {
        role: methods.prices.role,
        scope: 'method',
        summary: 'What each probe of an isolate would cost it now, and whether it may run.',
        params: methods.prices.params,
        answer: jsonOf(methods.prices.result, 'The prices, the cheapest probe first.'),
        problems: ['unknown-target', 'not-found', 'not-attached', 'busy', 'probe-failed'],
      },
      (call) => ask('prices', call.params, call),
    ),
    get(
      '/v1/snapshots',
      {
        role: methods.snapshots.role,
        scope: 'method',
        summary: 'The heap snapshots that the collector keeps, of one target or all.',
        params: methods.snapshots.params,
        answer: jsonOf(methods.snapshots.result, 'The snapshots, newest first.'),
        problems: [],
      },
      (call) => ask('snapshots', call.params, call),
    ),
    get(
      '/v1/operations',
      {
        role: methods.operations.role,
        scope: 'method',
        summary:
          'The long work of the collector: what runs, who asked for it, how far it is, and the last that has ended.',
        params: none,
        answer: jsonOf(methods.operations.result, 'The operations: those that run, then those that have ended.'),
        problems: [],
      },
      (call) => ask('operations', {}, call),
    ),
    del(
      '/v1/operations/{id}',
      {
        role: methods.cancel.role,
        scope: 'method',
        summary: 'Cancels an operation; what V8 has begun cannot be, and the answer says so.',
        params: methods.cancel.params,
        answer: jsonOf(methods.cancel.result, 'The operation.'),
        problems: ['not-found', 'refused'],
      },
      (call) => ask('cancel', call.params, call),
    ),
    get(
      '/v1/audit',
      {
        role: methods.audit.role,
        scope: 'method',
        summary:
          'What people did by this collector: probes, downloads, silences, logins, refusals. Asking is an act too.',
        params: AuditParams,
        answer: jsonOf(methods.audit.result, 'The entries, newest first.'),
        problems: ['refused'],
      },
      (call) => ask('audit', call.params, call),
    ),
    act('explore', 'Answers a question about the objects in a snapshot that is kept; contents of strings are hidden.', [
      'not-found',
      'busy',
      'refused',
      'unreadable',
    ]),
    act('probe', 'Runs a probe now, and waits for its end; the result names its partitions.'),
    act(
      'checkpoint',
      'Takes a checkpoint, which later snapshots are compared with; holds object ids until its release.',
    ),
    act('release', 'Releases a checkpoint.'),
    act('mark', 'Marks a moment of some targets with a label.'),
    post(
      '/v1/silences',
      {
        role: methods.silence.role,
        scope: 'method',
        summary: 'Keeps alerts with these labels from notifying for a while.',
        params: none,
        body: methods.silence.params,
        answer: jsonOf(methods.silence.result, 'The silence.'),
        problems: ['not-found'],
      },
      (call) => ask('silence', call.body, call),
    ),
    del(
      '/v1/silences/{id}',
      {
        role: methods.unsilence.role,
        scope: 'method',
        summary: 'Ends a silence.',
        params: methods.unsilence.params,
        answer: jsonOf(methods.unsilence.result, 'The silences that are left.'),
        problems: ['not-found'],
      },
      (call) => ask('unsilence', call.params, call),
    ),
  ];
}
