/** A target that an agent of the fleet holds, as a collector sees it: its state from the log, all else asked over NATS. */
import type { NatsConnection } from '@nats-io/transport-node';
import type { TargetState } from '../../protocol/events.ts';
import { RequestError, type Result } from '../../protocol/requests.ts';
import type { ScheduledProbe } from '../config/schedule-file.ts';
import { ask } from '../fleet/questions.ts';
import { askSubject } from '../fleet/subjects.ts';
import type { EventLog } from '../log/log.ts';
import type { ProbeOutcome, ProbeRequest } from '../targets/probe-queue.ts';
import type { ProbedTarget } from '../targets/probed-target.ts';
import type { TargetQuestion } from './target-questions.ts';

export interface Remote {
  readonly connection: NatsConnection;
  /** The name of the stream. */
  readonly stream: string;
  readonly log: EventLog;
}

type WithoutTarget<Q> = Q extends unknown ? Omit<Q, 'target'> : never;

export class RemoteTarget implements ProbedTarget {
  readonly #remote: Remote;
  readonly #state: TargetState;

  constructor(remote: Remote, state: TargetState) {
    this.#remote = remote;
    this.#state = state;
  }

  state(): TargetState {
    return this.#state;
  }

  async request({ signal, within = (work) => work(), ...request }: ProbeRequest): Promise<ProbeOutcome> {
    return (await within(() => this.#ask({ do: 'request', request }, signal))) as ProbeOutcome;
  }

  async objection(probe: ScheduledProbe, isolate: string): Promise<string | null> {
    return (await this.#ask({ do: 'objection', probe, isolate })) as string | null;
  }

  /** It is sampled as its agent is configured. @throws RequestError */
  async borrowSampling(): Promise<never> {
    throw new RequestError('refused', `Cannot sample "${this.#state.target}": its agent samples by its schedule only`);
  }

  async prices(isolate: string): Promise<Result<'prices'>> {
    return (await this.#ask({ do: 'prices', isolate })) as Result<'prices'>;
  }

  async release(isolate: string, label: string): Promise<string[]> {
    return (await this.#ask({ do: 'release', isolate, label })) as string[];
  }

  held(isolate: string): { readonly label: string; readonly takenAt: string }[] {
    for (const { head, event } of this.#remote.log.latest()) {
      if (head.target !== this.#state.target || head.isolate !== isolate || event.type !== 'checkpoint') continue;
      return event.held.map((label) => ({ label, takenAt: event.at }));
    }
    return [];
  }

  #ask(question: WithoutTarget<TargetQuestion>, signal?: AbortSignal): Promise<unknown> {
    const { connection, stream } = this.#remote;
    const { target } = this.#state;
    const nobody = new RequestError('not-attached', `Cannot ask "${target}": its agent does not answer`);
    return ask(connection, askSubject(stream, target), { ...question, target }, { nobody, signal });
  }
}
