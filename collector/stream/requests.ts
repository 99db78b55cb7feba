/** Answers what clients ask. Names of targets are looked up, never attached to: no address comes from a client. */
import { byAge } from '../../agent/classify/age.ts';
import { classifierNamed } from '../../agent/classify/classifiers.ts';
import type { Request } from '../../protocol/frames.ts';
import { matchesGlob } from '../../protocol/glob.ts';
import type { Probe } from '../../protocol/partition.ts';
import {
  type Call,
  type Method,
  mayCall,
  type Params,
  RequestError,
  type Result,
  readCall,
} from '../../protocol/requests.ts';
import type { Role } from '../../protocol/role.ts';
import type { Alerts } from '../alert/alerts.ts';
import type { History } from '../history/history.ts';
import type { EventLog } from '../log/log.ts';
import type { Explorer } from '../snapshots/explorer.ts';
import type { Snapshots } from '../snapshots/snapshots.ts';
import type { Runner } from '../targets/runner.ts';

export interface RequestsOptions {
  readonly log: EventLog;
  readonly runners: ReadonlyMap<string, Runner>;
  readonly history: History;
  readonly snapshots: Snapshots;
  readonly explorer: Explorer;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Absent: nothing is judged. */
  readonly alerts?: Alerts | undefined;
}

export class Requests {
  readonly #log: EventLog;
  readonly #runners: ReadonlyMap<string, Runner>;
  readonly #history: History;
  readonly #snapshots: Snapshots;
  readonly #explorer: Explorer;
  readonly #now: () => number;
  readonly #alerts: Alerts | undefined;

  constructor({ log, runners, history, snapshots, explorer, now, alerts }: RequestsOptions) {
    this.#log = log;
    this.#runners = runners;
    this.#history = history;
    this.#snapshots = snapshots;
    this.#explorer = explorer;
    this.#now = now;
    this.#alerts = alerts;
  }

  /** @param role the client's. @param signal aborted when the client that asked has left. @throws RequestError */
  async answer(request: Pick<Request, 'method' | 'params'>, role: Role, signal: AbortSignal): Promise<Result<Method>> {
    const call = readCall(request);
    if (!mayCall(role, call.method)) {
      throw new RequestError(
        'forbidden',
        `Cannot run "${call.method}": it takes an operator, this token is a ${role}'s`,
      );
    }
    const result = await this.#run(call, signal);
    // the events that it speaks of come before it
    await this.#log.settled();
    return result;
  }

  async #run(call: Call, signal: AbortSignal): Promise<Result<Method>> {
    switch (call.method) {
      case 'targets':
        return { targets: [...this.#runners.values()].map((runner) => runner.state()) };
      case 'probe':
        return { partitions: await this.#probe(call.params, signal) };
      case 'checkpoint':
        return await this.#checkpoint(call.params, signal);
      case 'release':
        return await this.#release(call.params);
      case 'mark':
        return this.#mark(call.params);
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
        return { silence: this.#alertDesk().silence(call.params) };
      case 'unsilence':
        return { silences: this.#alertDesk().unsilence(call.params.id) };
      case 'prices':
        return await this.#prices(call.params);
      case 'snapshots':
        return { snapshots: await this.#snapshots.list(call.params.target) };
      case 'explore':
        return await this.#explorer.answer(call.params, signal);
    }
  }

  async #probe(params: Params<'probe'>, signal: AbortSignal): Promise<string[]> {
    const { target, probe, isolate = 'main', by, label, since, yes = false } = params;
    const runner = this.#runnerOf(target, `run "${probe}"`);
    if (since !== undefined && probe !== 'snapshot') {
      throw new RequestError('bad-params', `Cannot run "${probe}" since "${since}": only a snapshot can be compared`);
    }
    const { partitions } = await runner.request({
      probe,
      isolate,
      signal,
      ...classifiersOf(by, probe),
      ...(yes && { agreed: true }),
      ...(label !== undefined && { label }),
      ...(since !== undefined && { since }),
    });
    return [...partitions];
  }

  async #checkpoint(params: Params<'checkpoint'>, signal: AbortSignal): Promise<Result<'checkpoint'>> {
    const { target, label, isolate = 'main', by, yes = false } = params;
    const runner = this.#runnerOf(target, `take checkpoint "${label}"`);
    const wish = { probe: 'snapshot', isolate, signal, checkpoint: label, agreed: yes, ...classifiersOf(by) } as const;
    const { partitions } = await runner.request(wish);
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
  #mark({ label, targets: globs = ['*'] }: Params<'mark'>): Result<'mark'> {
    const targets = [...this.#runners.keys()].filter((name) => globs.some((glob) => matchesGlob(glob, name)));
    if (targets.length === 0) {
      throw new RequestError('unknown-target', `Cannot mark "${label}": no target matches ${globs.join(', ')}`);
    }
    const at = new Date(this.#now()).toISOString();
    for (const target of targets) this.#log.append({ type: 'mark', target, label, at });
    return { targets, at };
  }

  /** @throws RequestError where nothing is judged */
  #alertDesk(): Alerts {
    if (this.#alerts) return this.#alerts;
    throw new RequestError('not-found', 'Cannot silence anything: nothing is judged here');
  }

  /** @throws RequestError */
  #runnerOf(target: string, action: string): Runner {
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

/** What the partitions of a probe are by, where that is no wish of many. */
const ONLY: Readonly<Partial<Record<Probe, readonly string[]>>> = {
  sampling: ['site'],
  types: ['instanceType', 'kind'],
  census: ['kind'],
};

/** Whether there is an age depends on the target's checkpoints, and those are looked at in the request's turn. */
const ANY_AGE = byAge([{ label: '', maxId: 0 }]);

/** @throws RequestError for a classifier that there is not */
function classifiersOf(
  by: string | readonly string[] | undefined,
  probe: Probe = 'snapshot',
): { by?: readonly string[] } {
  if (by === undefined) return {};
  const names = typeof by === 'string' ? [by] : by;
  const only = ONLY[probe];
  const other = only && names.find((name) => !only.includes(name));
  if (other !== undefined) {
    throw new RequestError('bad-params', `Cannot run "${probe}" by "${other}": expected ${only?.join(' or ')}`);
  }
  if (only) return { by: names };
  try {
    return { by: names.map((name) => classifierNamed(name, [ANY_AGE]).by) };
  } catch (error) {
    throw new RequestError('bad-params', error instanceof Error ? error.message : String(error));
  }
}
