/** Answers what clients ask. Names of targets are looked up, never attached to: no address comes from a client. */
import { classifierNamed } from '../../agent/classify/classifiers.ts';
import type { Request } from '../../protocol/frames.ts';
import { type Params, RequestError, type Result, readCall } from '../../protocol/requests.ts';
import { SCHEDULED_PROBES } from '../config-file.ts';
import type { EventLog } from '../log.ts';
import type { Runner } from '../runner.ts';

export class Requests {
  readonly #log: EventLog;
  readonly #runners: ReadonlyMap<string, Runner>;

  constructor(log: EventLog, runners: ReadonlyMap<string, Runner>) {
    this.#log = log;
    this.#runners = runners;
  }

  /** @param signal aborted when the client that asked has left. @throws RequestError */
  async answer(request: Request, signal: AbortSignal): Promise<Result<'targets' | 'probe' | 'partition'>> {
    const call = readCall(request);
    switch (call.method) {
      case 'targets':
        return { targets: [...this.#runners.values()].map((runner) => runner.state()) };
      case 'probe':
        return { partitions: await this.#probe(call.params, signal) };
      case 'partition':
        return this.#partition(call.params);
    }
  }

  #probe({ target, probe, isolate = 'main', by, label }: Params<'probe'>, signal: AbortSignal): Promise<string[]> {
    const runner = this.#runners.get(target);
    if (!runner) throw new RequestError('unknown-target', `Cannot run "${probe}": there is no target "${target}"`);
    const known = SCHEDULED_PROBES.find((name) => name === probe);
    if (!known) {
      const expected = SCHEDULED_PROBES.join(', ');
      throw new RequestError('bad-params', `Cannot run "${probe}": not supported yet, expected one of ${expected}`);
    }
    const classifiers = by === undefined ? undefined : checked(typeof by === 'string' ? [by] : by);
    return runner.request({
      probe: known,
      isolate,
      signal,
      ...(classifiers && { by: classifiers }),
      ...(label !== undefined && { label }),
    });
  }

  #partition({ id }: Params<'partition'>): Result<'partition'> {
    const event = this.#log.partition(id)?.event;
    if (event?.type !== 'partition')
      throw new RequestError('not-found', `Cannot find partition "${id}": it is not held (any more)`);
    const { type: _, offset: __, replay: ___, ...partition } = event;
    return { partition };
  }
}

/** @throws RequestError for a classifier that there is not */
function checked(by: readonly string[]): readonly string[] {
  try {
    for (const name of by) classifierNamed(name);
  } catch (error) {
    throw new RequestError('bad-params', error instanceof Error ? error.message : String(error));
  }
  return by;
}
