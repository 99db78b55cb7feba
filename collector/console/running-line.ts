/**
 * One line at work, in one state at a time. What is typed meanwhile waits in the terminal.
 *
 *     evaluating ──its value is awaited──> waiting ──question──> asking
 *         │                                 │   ^──── answer ──────┘
 *         └───────────> over <──────────────┘
 *
 *     evaluating   Ctrl-C is a byte that waits: nobody would hear a signal
 *     waiting      Ctrl-C is a signal
 *     asking       the terminal reads the answer
 *     over         the terminal reads the next line
 */
import type { REPLServer } from 'node:repl';
import { untilAborted } from '../../agent/base/waiting.ts';

/** What a person ended who pressed Ctrl-C. */
export class Interruption extends Error {
  override name = 'Interruption';

  constructor() {
    super('interrupted');
  }
}

export class RunningLine {
  /** What the line gave, and its text: worked out where Ctrl-C is heard, since the text of a set may take long. */
  shown: { readonly value: unknown; readonly text: string } | null = null;
  readonly #interruption = new AbortController();
  readonly #server: REPLServer | null;
  readonly #keepAlive = setInterval(() => {}, 2 ** 30);
  #state: 'evaluating' | 'waiting' | 'asking' | 'over' = 'evaluating';
  /** Rejects the evaluation that has not given its value yet. */
  #rejectEvaluation: ((error: unknown) => void) | null = null;

  /** @param server null where nobody types */
  constructor(server: REPLServer | null) {
    this.#server = server;
    server?.pause();
  }

  get signal(): AbortSignal {
    return this.#interruption.signal;
  }

  /** Whether Node has not given the value yet: it waits for the `await` in a line. */
  get isEvaluating(): boolean {
    return this.#rejectEvaluation !== null;
  }

  /** Evaluates; what is thrown into the line meanwhile rejects that too. */
  evaluation<T>(start: (resolve: (value: T) => void, reject: (error: unknown) => void) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#rejectEvaluation = reject;
      start(resolve, reject);
    }).finally(() => {
      this.#rejectEvaluation = null;
    });
  }

  /** Takes an error that Node gives aside from the value; false where the line has given its value. */
  takesError(error: unknown): boolean {
    this.#rejectEvaluation?.(error);
    return this.isEvaluating;
  }

  /** Its code has run; what it gave may be still to come. */
  evaluated(): void {
    if (this.#state === 'evaluating') this.#become('waiting');
  }

  /** Gives what `work` gives, or rejects as soon as it is interrupted. */
  until<T>(work: Promise<T>): Promise<T> {
    return untilAborted(work, this.signal);
  }

  /** A question that is answered by yes or no. */
  async ask(question: string): Promise<boolean> {
    this.#become('asking');
    try {
      const answer = await this.until(
        new Promise<string>((resolve) => {
          this.#server?.question(`${question} [y/N] `, { signal: this.signal }, resolve);
        }),
      );
      return /^\s*y(es)?\s*$/i.test(answer);
    } finally {
      this.#become('waiting');
    }
  }

  interrupt(): void {
    this.#interruption.abort(new Interruption());
  }

  end(): void {
    clearInterval(this.#keepAlive);
    this.#become('over');
  }

  /** A line that is over stays so: an answer that comes then is no use. */
  #become(state: 'waiting' | 'asking' | 'over'): void {
    if (this.#state === 'over') return;
    this.#state = state;
    const reads = state !== 'waiting';
    const server = this.#server;
    if (!server) return;
    (server.input as Partial<NodeJS.ReadStream>).setRawMode?.(reads);
    if (reads) server.resume();
    else server.pause();
  }
}
