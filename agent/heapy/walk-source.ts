/** Heaps of a process of this machine, or of a core file, read from outside by a walk: no inspector, no object ids of V8's. */
import type { Usage } from '../../protocol/partition.ts';
import { unpacked } from '../parse/packed.ts';
import type { Quote } from '../probe/quote.ts';
import { type WalkedMemory, Walker } from '../probe/walk.ts';
import { ObjectView } from './object-view.ts';
import type { Source, Taken, TakeOptions } from './source.ts';

export interface WalkSourceOptions {
  readonly place: WalkedMemory;
  /** As its user named it. */
  readonly target: string;
  readonly isolate: string;
  /** Names of the isolates, where an inspector has said them. */
  readonly isolates?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

export class WalkSource implements Source {
  readonly target: string;
  readonly description: string;
  readonly ended: Promise<Error>;
  readonly #walker: Walker;
  readonly #isolate: string;
  readonly #isolates: readonly string[] | undefined;
  #settleEnded!: (error: Error) => void;

  private constructor({ target, isolate, isolates }: WalkSourceOptions, walker: Walker) {
    this.target = target;
    this.#isolate = isolate;
    this.#isolates = isolates;
    this.#walker = walker;
    const { pid, v8 } = walker.opened;
    this.description = `${pid === undefined ? 'core file' : `pid ${pid}`}, V8 ${v8}, walked from outside`;
    this.ended = new Promise((resolve) => {
      this.#settleEnded = resolve;
    });
  }

  /** @throws as `Walker.open` */
  static async open(options: WalkSourceOptions): Promise<WalkSource> {
    return new WalkSource(options, await Walker.open(options.place, options.signal));
  }

  async take({ signal }: TakeOptions): Promise<Taken> {
    const isolates = this.#isolates;
    const options = { target: this.target, ...(isolates && { isolates }), ...(signal && { signal }) };
    const { columns, takenAtMs, cost } = await this.#walker.graph(this.#isolate, { columns: true }, options);
    const { pid, v8 } = this.#walker.opened;
    return {
      columns: unpacked(columns!),
      origin: {
        target: this.target,
        ...(pid !== undefined && { pid }),
        v8Version: v8,
        takenAt: new Date(takenAtMs).toISOString(),
      },
      cost,
      ownIds: [],
    };
  }

  takeSince(): Promise<never> {
    return this.mark();
  }

  async mark(): Promise<never> {
    throw new TypeError(
      `Cannot set a checkpoint on ${this.target}: a walk knows no object ids, open it by its inspector for that`,
    );
  }

  async release(): Promise<void> {}

  async distrust(): Promise<void> {}

  /** A walk costs no memory and a stop that the command has asked for. */
  async quote(): Promise<Quote | null> {
    return null;
  }

  async usage(): Promise<Usage> {
    throw new TypeError(`Cannot read the usage of ${this.target}: a walk reads its heap only, ask its inspector`);
  }

  look(_id: number, text: string): ObjectView {
    return new ObjectView(text);
  }

  async close(): Promise<void> {
    await this.#walker[Symbol.asyncDispose]();
    this.#settleEnded(new Error('the session was closed here'));
  }
}
