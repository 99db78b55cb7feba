/** The object ids of an isolate between the two snapshots of an alert's evidence: released whatever becomes of the second. */
import type { Inquiry } from './inquiry.ts';

export interface HeldIdsOptions {
  readonly inquiry: Inquiry;
  /** Of the checkpoint that the first snapshot becomes. */
  readonly label: string;
  /** How long to wait for the second. */
  readonly waitMs: number;
  /** Isolates whose ids are held for some alert; this one among them until they are released. */
  readonly held: Set<string>;
  readonly key: string;
}

export class HeldIds implements AsyncDisposable {
  readonly label: string;
  readonly waitMs: number;
  readonly #options: HeldIdsOptions;
  #released: Promise<void> | undefined;

  constructor(options: HeldIdsOptions) {
    this.label = options.label;
    this.waitMs = options.waitMs;
    this.#options = options;
    options.held.add(options.key);
  }

  /** A snapshot that is under way when nobody waits any more has its ids released when it has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#released ??= this.#release();
    if (!this.#options.inquiry.isOver) await this.#released;
  }

  async #release(): Promise<void> {
    const { inquiry, label, held, key } = this.#options;
    await inquiry.letGo((target) => target.release(inquiry.isolate, label));
    held.delete(key);
  }
}
