/**
 * The lab's clock, which is this process's while it is there: `Date.now` and `performance.now`. It goes as fast as a real one, and
 * stands still while a reading is owed, so that a busy machine sees the same three days as an idle one, only later.
 *
 *     readings of A    x     x           x     x
 *     readings of B     x     x           x     x
 *     clock            ────────·········────────        ··· owed one for longer than `owedMs`
 */

const TICK_MS = 25;
/** A reading that does not come at all, of what was refused or has failed, is waited for no longer, by a real clock. */
const PATIENCE_MS = 15_000;

export class LabClock implements Disposable {
  readonly #wall = Date.now.bind(Date);
  readonly #steady = performance.now.bind(performance);
  readonly #owedMs: number;
  /** By name, when it was read last, by this clock. */
  readonly #readAtMs = new Map<string, number>();
  readonly #awaited: { readonly count: number; readonly resolve: () => void }[] = [];
  readonly #waiting: { readonly atMs: number; readonly resolve: () => void }[] = [];
  readonly #beganWallMs: number;
  readonly #beganSteadyMs: number;
  readonly #timer: NodeJS.Timeout;
  #elapsedMs = 0;
  #tickedMs: number;
  #stoodMs = 0;
  #forgiven = 0;

  /** @param owedMs how long a series may go unread */
  constructor(owedMs: number) {
    this.#owedMs = owedMs;
    this.#beganWallMs = this.#wall();
    this.#beganSteadyMs = this.#steady();
    this.#tickedMs = this.#steady();
    Date.now = () => Math.floor(this.#beganWallMs + this.elapsedMs);
    performance.now = () => this.#beganSteadyMs + this.elapsedMs;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Since it began. */
  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  /** How long it has taken by a real clock. */
  get tookMs(): number {
    return this.#steady() - this.#beganSteadyMs;
  }

  /** How often a reading was waited for in vain. */
  get forgiven(): number {
    return this.#forgiven;
  }

  /** A series has a reading, and is owed the next from now on. */
  read(name: string): void {
    this.#readAtMs.set(name, this.#elapsedMs);
    for (const each of this.#awaited.splice(0)) {
      if (this.#readAtMs.size >= each.count) each.resolve();
      else this.#awaited.push(each);
    }
  }

  /** Resolves when so many series have been read. */
  async begun(count: number): Promise<void> {
    if (this.#readAtMs.size >= count) return;
    await new Promise<void>((resolve) => this.#awaited.push({ count, resolve }));
  }

  /** Resolves when it has come this far. */
  async reached(atMs: number): Promise<void> {
    if (this.#elapsedMs >= atMs) return;
    await new Promise<void>((resolve) => this.#waiting.push({ atMs, resolve }));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    Date.now = this.#wall;
    performance.now = this.#steady;
  }

  #forgive(oldest: number): void {
    for (const [name, atMs] of this.#readAtMs) if (atMs === oldest) this.#readAtMs.set(name, this.#elapsedMs);
    this.#forgiven++;
    this.#stoodMs = 0;
  }

  #tick(): void {
    const nowMs = this.#steady();
    const passedMs = Math.min(nowMs - this.#tickedMs, 4 * TICK_MS);
    this.#tickedMs = nowMs;
    const oldest = [...this.#readAtMs.values()].reduce(
      (least, each) => Math.min(least, each),
      Number.POSITIVE_INFINITY,
    );
    const toMs = Math.min(this.#elapsedMs + passedMs, oldest + this.#owedMs);
    this.#stoodMs = toMs > this.#elapsedMs ? 0 : this.#stoodMs + passedMs;
    this.#elapsedMs = Math.max(this.#elapsedMs, toMs);
    if (this.#stoodMs > PATIENCE_MS) this.#forgive(oldest);
    for (const each of this.#waiting.splice(0)) {
      if (each.atMs <= this.#elapsedMs) each.resolve();
      else this.#waiting.push(each);
    }
  }
}
