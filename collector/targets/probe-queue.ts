/** The probes that people ask one target for, first come first served, until their turn comes. */
import type { Holders, HoldersQuestion } from '../../agent/sets/holders.ts';
import { RequestError } from '../../protocol/requests.ts';
import type { ScheduledProbe } from '../config/schedule-file.ts';

/** Requests that may wait for one target's turn. */
const MAX_WAITING = 8;

/** A probe that somebody asks for. */
export interface ProbeRequest {
  readonly probe: ScheduledProbe;
  readonly isolate: string;
  /** Absent: as the target is configured. */
  readonly by?: readonly string[];
  readonly label?: string;
  /** Of a snapshot: label of the checkpoint that its partitions are relative to. */
  readonly since?: string;
  /** Of a snapshot: label of the checkpoint that it becomes. */
  readonly checkpoint?: string;
  /** Of a walk or snapshot: what keeps a kind alive; relative to a checkpoint, of what was born since. */
  readonly holders?: HoldersQuestion;
  /** Its price is agreed to, whatever the limits say. */
  readonly agreed?: boolean;
  /** Aborted when no client waits for the answer any more. */
  readonly signal?: AbortSignal;
  /** Does what is read of the target as a part of what was asked, for those that follow that. */
  within?<T>(work: () => T): T;
}

/** What came of a request. */
export interface ProbeOutcome {
  /** Ids of its partitions. */
  readonly partitions: readonly string[];
  /** The file that its snapshot is kept as, by name; absent where none is. */
  readonly snapshot?: string;
  /** Absent where it was not asked; null where there is no object of the kinds. */
  readonly holders?: Holders | null;
}

/** A request that waits for its turn, or that is being carried out. */
export interface QueuedRequest {
  readonly request: ProbeRequest;
  readonly resolve: (outcome: ProbeOutcome) => void;
  readonly reject: (error: Error) => void;
}

export class ProbeQueue {
  readonly #waiting: QueuedRequest[] = [];
  readonly #target: string;
  readonly #onChange: () => void;

  /** @param target its name, for messages. @param onChange called when there is one more, or one less */
  constructor(target: string, onChange: () => void) {
    this.#target = target;
    this.#onChange = onChange;
  }

  /** Joins the line. @throws RequestError */
  add(request: ProbeRequest): Promise<ProbeOutcome> {
    if (this.#waiting.length >= MAX_WAITING) {
      const reason = `${MAX_WAITING} requests wait for "${this.#target}" already, try again later`;
      return Promise.reject(new RequestError('busy', `Cannot run "${request.probe}": ${reason}`));
    }
    const onLeft = () => this.#giveUp(request);
    request.signal?.addEventListener('abort', onLeft, { once: true });
    const outcome = new Promise<ProbeOutcome>((resolve, reject) => this.#waiting.push({ request, resolve, reject }));
    this.#onChange();
    return outcome.finally(() => request.signal?.removeEventListener('abort', onLeft));
  }

  some(test: (request: ProbeRequest) => boolean): boolean {
    return this.#waiting.some(({ request }) => test(request));
  }

  /** Takes the first that may run out of the line. */
  take(mayRun: (request: ProbeRequest) => boolean): QueuedRequest | undefined {
    const index = this.#waiting.findIndex(({ request }) => mayRun(request));
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0];
  }

  /** Ends the line. */
  reject(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  /** Nobody waits for it any more; once it runs it runs to its end. */
  #giveUp(request: ProbeRequest): void {
    const waiting = this.take((each) => each === request);
    if (!waiting) return;
    const { reason } = request.signal ?? {};
    const left = new RequestError('busy', `Cannot run "${request.probe}": no client waits for it any more`);
    waiting.reject(reason instanceof RequestError ? reason : left);
    this.#onChange();
  }
}
