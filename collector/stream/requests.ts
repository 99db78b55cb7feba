/** Answers what clients ask. Names of targets are looked up, never attached to: no address comes from a client. */

import { Either } from '../../agent/base/either.ts';
import { byAge } from '../../agent/classify/age.ts';
import { classifierNamed } from '../../agent/classify/classifiers.ts';
import { PROBE_CLASSIFIERS } from '../../agent/classify/probe-classifiers.ts';
import type { Request } from '../../protocol/frames.ts';
import { matchesGlob } from '../../protocol/glob.ts';
import type { Probe } from '../../protocol/partition.ts';
import { reasonOf } from '../../protocol/reason.ts';
import {
  type Call,
  type Method,
  mayCall,
  type Params,
  RequestError,
  type Result,
  readCall,
} from '../../protocol/requests.ts';
import { operatorWanted } from '../access/access.ts';
import type { Acts, Ending } from '../access/acts.ts';
import type { Caller } from '../access/caller.ts';
import { reaches, type Scope } from '../access/scope.ts';
import type { AlertDesk } from '../alert/alert-desk.ts';
import type { AuditTrail } from '../audit/audit-trail.ts';
import type { History } from '../history/history.ts';
import type { EventLog } from '../log/log.ts';
import type { NewOperation, Operations, RunningOperation } from '../operations/operations.ts';
import type { Explorer } from '../snapshots/explorer.ts';
import type { Snapshots } from '../snapshots/snapshots.ts';
import type { ProbedTarget, TargetList } from '../targets/probed-target.ts';
import { checkScope, type Known, mayTellEntry, withinScope } from './method-scopes.ts';

export interface RequestsOptions {
  readonly log: EventLog;
  readonly runners: TargetList;
  readonly history: History;
  readonly snapshots: Snapshots;
  readonly explorer: Explorer;
  readonly acts: Acts;
  readonly audit: AuditTrail;
  readonly operations: Operations;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Absent: nothing is judged. */
  readonly alerts?: AlertDesk | undefined;
}

export class Requests {
  readonly #log: EventLog;
  readonly #runners: TargetList;
  readonly #history: History;
  readonly #snapshots: Snapshots;
  readonly #explorer: Explorer;
  readonly #acts: Acts;
  readonly #audit: AuditTrail;
  readonly #operations: Operations;
  readonly #now: () => number;
  readonly #alerts: AlertDesk | undefined;
  readonly #known: Known;

  constructor({ log, runners, history, snapshots, explorer, acts, audit, operations, now, alerts }: RequestsOptions) {
    this.#log = log;
    this.#runners = runners;
    this.#history = history;
    this.#snapshots = snapshots;
    this.#explorer = explorer;
    this.#acts = acts;
    this.#audit = audit;
    this.#operations = operations;
    this.#now = now;
    this.#alerts = alerts;
    this.#known = {
      partitionTarget: (id) => log.partition(id)?.head.target,
      operation: (id) => operations.list().find((each) => each.id === id),
      silence: (id) => alerts?.list().silences.find((each) => each.id === id),
      snapshots,
    };
  }

  /** @param signal aborted when the client that asked has left. @throws RequestError */
  async answer(
    request: Pick<Request, 'method' | 'params'>,
    caller: Caller,
    signal: AbortSignal,
  ): Promise<Result<Method>> {
    const call = readCall(request);
    const { visitor } = caller;
    if (!mayCall(visitor.role, call.method)) {
      const reason = `Cannot run "${call.method}": ${operatorWanted(visitor)}`;
      throw this.#refused(call.method, caller, new RequestError('forbidden', reason));
    }
    try {
      checkScope(call, visitor.scope, this.#known);
    } catch (error) {
      throw error instanceof RequestError ? this.#refused(call.method, caller, error) : error;
    }
    const result = await (mayCall('viewer', call.method)
      ? this.#run(call, caller, signal)
      : this.#act(call, caller, signal));
    // the events that it speaks of come before it
    await this.#log.settled();
    return withinScope(call.method, result, visitor.scope, this.#known);
  }

  /** Written down, whatever the client is told. */
  #refused(method: Method, { visitor, address, via }: Caller, error: RequestError): RequestError {
    this.#acts.refused({ code: 'forbidden', reason: error.message, path: method, by: visitor.name, address, via });
    return error;
  }

  /** What takes an operator is written down, with who wanted it. */
  async #act(call: Call, caller: Caller, signal: AbortSignal): Promise<Result<Method>> {
    const { method, params } = call;
    this.#acts.assertRoom();
    const sinceMs = performance.now();
    const told = (ending: Ending) =>
      this.#acts.done(caller, { method, params }, { ...ending, durationMs: performance.now() - sinceMs });
    let result: Result<Method>;
    try {
      result = await this.#run(call, caller, signal);
    } catch (failure) {
      await told({ failure });
      throw failure;
    }
    await told(this.#priceOf(result));
    return result;
  }

  /** What a probe did cost, as its partitions tell it. */
  #priceOf(result: Result<Method>): Ending {
    const [id] = 'partitions' in result ? result.partitions : [];
    const event = typeof id === 'string' ? this.#log.partition(id)?.event : undefined;
    return event?.type === 'partition' && event.cost ? { price: event.cost } : {};
  }

  async #run(call: Call, caller: Caller, signal: AbortSignal): Promise<Result<Method>> {
    switch (call.method) {
      case 'targets':
        return { targets: [...this.#runners.values()].map((runner) => runner.state()) };
      case 'probe':
        return { partitions: await this.#probe(call.params, caller, signal) };
      case 'checkpoint':
        return await this.#checkpoint(call.params, caller, signal);
      case 'release':
        return await this.#release(call.params);
      case 'mark':
        return this.#mark(call.params, caller.visitor.scope);
      case 'history':
        return await this.#history.query(call.params);
      case 'events':
        return await this.#history.events(call.params);
      case 'partitions':
        return await this.#history.partitions(call.params);
      case 'partition':
        return this.#partition(call.params);
      case 'alerts':
        return this.#alerts?.list() ?? { alerts: [], rules: [], silences: [] };
      case 'silence':
        return { silence: await this.#alertDesk().silence(call.params) };
      case 'unsilence':
        return { silences: await this.#alertDesk().unsilence(call.params.id) };
      case 'prices':
        return await this.#prices(call.params);
      case 'snapshots':
        return { snapshots: await this.#snapshots.list(call.params.target) };
      case 'explore':
        return await this.#explore(call.params, caller, signal);
      case 'operations':
        return { operations: this.#operations.list() };
      case 'cancel':
        return { operation: this.#operations.cancel(call.params.id, caller.visitor.name) };
      case 'audit':
        return await this.#audit.query(call.params, (entry) => mayTellEntry(entry, caller.visitor.scope));
    }
  }

  /** As an operation of who asks: aborted when it is cancelled, or when the client has left. */
  async #followed<T>(
    operation: Omit<NewOperation, 'by'>,
    { visitor }: Caller,
    left: AbortSignal,
    work: (running: RunningOperation, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return await this.#operations.during({ ...operation, by: visitor.name }, async (running) => {
      using over = new Either([left, running.signal]);
      return await work(running, over.signal);
    });
  }

  async #explore(params: Params<'explore'>, caller: Caller, left: AbortSignal): Promise<Result<'explore'>> {
    const { question: what } = params;
    const target = 'target' in params ? { target: params.target } : {};
    return await this.#followed({ kind: 'explore', what, ...target }, caller, left, async (running, signal) => {
      running.run('reading');
      return await this.#explorer.answer(params, signal);
    });
  }

  async #probe(params: Params<'probe'>, caller: Caller, left: AbortSignal): Promise<string[]> {
    const { target, probe, isolate = 'main', by, label, since, yes = false } = params;
    const runner = this.#runnerOf(target, `run "${probe}"`);
    if (since !== undefined && probe !== 'snapshot') {
      throw new RequestError('bad-params', `Cannot run "${probe}" since "${since}": only a snapshot can be compared`);
    }
    const request = {
      probe,
      isolate,
      ...classifiersOf(by, probe),
      ...(yes && { agreed: true }),
      ...(label !== undefined && { label }),
      ...(since !== undefined && { since }),
    };
    const operation = { kind: 'probe', what: probe, target, isolate } as const;
    const { partitions } = await this.#followed(operation, caller, left, (running, signal) =>
      runner.request({ ...request, signal, within: (work) => this.#operations.within(running, work) }),
    );
    return [...partitions];
  }

  async #checkpoint(params: Params<'checkpoint'>, caller: Caller, left: AbortSignal): Promise<Result<'checkpoint'>> {
    const { target, label, isolate = 'main', by, yes = false } = params;
    const runner = this.#runnerOf(target, `take checkpoint "${label}"`);
    const request = {
      probe: 'snapshot',
      isolate,
      checkpoint: label,
      agreed: yes,
      ...classifiersOf(by),
    } as const;
    const operation = { kind: 'checkpoint', what: label, target, isolate } as const;
    const { partitions } = await this.#followed(operation, caller, left, (running, signal) =>
      runner.request({ ...request, signal, within: (work) => this.#operations.within(running, work) }),
    );
    const held = runner.held(isolate);
    const taken = held.find((each) => each.label === label);
    if (!taken) throw new RequestError('void', `Cannot take checkpoint "${label}": it is void already`);
    return { partitions: [...partitions], takenAt: taken.takenAt, held: held.map((each) => each.label) };
  }

  async #release({ target, label, isolate = 'main' }: Params<'release'>): Promise<Result<'release'>> {
    return { held: await this.#runnerOf(target, `release "${label}"`).release(isolate, label) };
  }

  async #prices({ target, isolate = 'main' }: Params<'prices'>): Promise<Result<'prices'>> {
    return await this.#runnerOf(target, 'price probes').prices(isolate);
  }

  /** @throws RequestError where no target matches */
  #mark({ label, targets: globs = ['*'] }: Params<'mark'>, scope?: Scope): Result<'mark'> {
    const names = [...this.#runners.keys()].filter((name) => reaches(scope, name));
    const targets = names.filter((name) => globs.some((glob) => matchesGlob(glob, name)));
    if (targets.length === 0) {
      throw new RequestError('unknown-target', `Cannot mark "${label}": no target matches ${globs.join(', ')}`);
    }
    const at = new Date(this.#now()).toISOString();
    for (const target of targets) this.#log.append({ type: 'mark', target, label, at });
    return { targets, at };
  }

  /** @throws RequestError where nothing is judged */
  #alertDesk(): AlertDesk {
    if (this.#alerts) return this.#alerts;
    throw new RequestError('not-found', 'Cannot silence anything: this collector has no alerts');
  }

  /** @throws RequestError */
  #runnerOf(target: string, action: string): ProbedTarget {
    const runner = this.#runners.get(target);
    if (runner) return runner;
    throw new RequestError('unknown-target', `Cannot ${action}: there is no target "${target}"`);
  }

  #partition({ id }: Params<'partition'>): Result<'partition'> {
    const event = this.#log.partition(id)?.event;
    if (event?.type !== 'partition')
      throw new RequestError('not-found', `Cannot find partition "${id}": it is not held (any more)`);
    const { type: _, offset: __, replay: ___, ...partition } = event;
    return { partition };
  }
}

/** Whether there is an age depends on the target's checkpoints, and those are looked at in the request's turn. */
const ANY_AGE = byAge([{ label: '', maxId: 0 }]);

/** @throws RequestError for a classifier that there is not */
function classifiersOf(
  by: string | readonly string[] | undefined,
  probe: Probe = 'snapshot',
): { by?: readonly string[] } {
  if (by === undefined) return {};
  const names = typeof by === 'string' ? [by] : by;
  if (probe !== 'snapshot' && probe !== 'usage') {
    const only = PROBE_CLASSIFIERS[probe];
    const other = names.find((name) => !only.includes(name));
    if (other === undefined) return { by: names };
    throw new RequestError('bad-params', `Cannot run "${probe}" by "${other}": expected ${only.join(' or ')}`);
  }
  try {
    return { by: names.map((name) => classifierNamed(name, [ANY_AGE]).by) };
  } catch (error) {
    throw new RequestError('bad-params', reasonOf(error));
  }
}
