/** The probes that people ask one target for, first come first served, until their turn comes. */
import type { Holders, HoldersQuestion } from '../../agent/sets/holders.ts';
import { RequestError } from '../../protocol/requests.ts';
import type { ScheduledProbe } from '../config/config-file.ts';

/** Requests that may wait for one target's turn. */
const MAX_WAITING = 8;

/** A probe that somebody asks for. */
export interface Wish {
  readonly probe: ScheduledProbe;
  readonly isolate: string;
  /** Absent: as the target is configured. */
  readonly by?: readonly string[];
  readonly label?: string;
  /** Of a snapshot: label of the checkpoint that its partitions are relative to. */
  readonly since?: string;
  /** Of a snapshot: label of the checkpoint that it becomes. */
  readonly checkpoint?: string;
  /** Of a snapshot: what keeps a kind alive; relative to a checkpoint, of what was born since. */
  readonly holders?: HoldersQuestion;
  /** Its price is agreed to, whatever the limits say. */
  readonly agreed?: boolean;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

/** What came of a wish. */
export interface Answer {
  /** Ids of its partitions. */
  readonly partitions: readonly string[];
  /** The file that its snapshot is kept as, by name; absent where none is. */
  readonly snapshot?: string;
  /** Absent where it was not asked; null where there is no object of the kinds. */
  readonly holders?: Holders | null;
}

/** A wish whose turn has not come, or that is being fulfilled. */
export interface Waiting {
  readonly wish: Wish;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

export class Wishes {
  readonly #waiting: Waiting[] = [];
  readonly #target: string;
  readonly #onChange: () => void;

  /** @param target its name, for messages. @param onChange called when there is one more, or one less */
  constructor(target: string, onChange: () => void) {
    this.#target = target;
    this.#onChange = onChange;
  }

  /** Joins the line. @throws RequestError */
  add(wish: Wish): Promise<Answer> {
    if (this.#waiting.length >= MAX_WAITING) {
      const reason = `${MAX_WAITING} requests wait for "${this.#target}" already, try again later`;
      return Promise.reject(new RequestError('busy', `Cannot run "${wish.probe}": ${reason}`));
    }
    const onLeft = () => this.#giveUp(wish);
    wish.signal?.addEventListener('abort', onLeft, { once: true });
    const answer = new Promise<Answer>((resolve, reject) => this.#waiting.push({ wish, resolve, reject }));
    this.#onChange();
    return answer.finally(() => wish.signal?.removeEventListener('abort', onLeft));
  }

  some(test: (wish: Wish) => boolean): boolean {
    return this.#waiting.some(({ wish }) => test(wish));
  }

  /** Takes the first that may run out of the line. */
  take(mayRun: (wish: Wish) => boolean): Waiting | undefined {
    const index = this.#waiting.findIndex(({ wish }) => mayRun(wish));
    return index < 0 ? undefined : this.#waiting.splice(index, 1)[0];
  }

  /** Ends the line. */
  reject(error: Error): void {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  /** Nobody waits for it any more; once it runs it runs to its end. */
  #giveUp(wish: Wish): void {
    const waiting = this.take((each) => each === wish);
    if (!waiting) return;
    waiting.reject(new RequestError('busy', `Cannot run "${wish.probe}": nobody waits for it any more`));
    this.#onChange();
  }
}
