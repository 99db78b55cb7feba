/**
 * One entry of `discover`: looks again and again, and knows what is there.
 *
 *     look ─> found ─> wait `every`, or until the source says that something changed ─> look …
 *
 * What is not found any more is kept for `forgetAfter`: a process that is restarted is then attached to, not found anew.
 */
import type { Logger } from 'pino';
import type { DiscoverConfig } from '../config/config.ts';
import { Bell } from '../waiting/bell.ts';
import { type Found, placeOf } from './found.ts';
import { type Source, sourceOf } from './source.ts';

export interface LookoutOptions {
  readonly config: DiscoverConfig;
  /** Told when other targets are there than before. */
  readonly changed: () => void;
  readonly logger: Logger;
}

interface Seen {
  readonly found: Found;
  /** When it was there last, on `performance.now()`'s clock. */
  readonly atMs: number;
}

export class Lookout {
  readonly config: DiscoverConfig;
  /** Resolves after the first look, whatever came of it. */
  readonly looked: Promise<void>;
  readonly #source: Source;
  readonly #changed: () => void;
  readonly #logger: Logger;
  readonly #stop = new AbortController();
  readonly #bell = new Bell();
  readonly #seen = new Map<string, Seen>();
  /** What could not be read when it was tried last: told once. */
  #problems: ReadonlySet<string> = new Set();
  readonly #run: Promise<void>;

  constructor({ config, changed, logger }: LookoutOptions) {
    this.config = config;
    this.#source = sourceOf(config);
    this.#changed = changed;
    this.#logger = logger.child({ discover: this.#source.text });
    // first, so that nothing changes between the first look and the watch
    const unwatch = this.#source.watch?.(() => this.#bell.ring());
    this.looked = this.#look();
    this.#run = this.looked.then(() => this.#goOn()).finally(unwatch);
  }

  /** One for each address. */
  get found(): Found[] {
    return [...this.#seen.values()].map(({ found }) => found);
  }

  /** Resolves when nothing is asked any more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#bell.ring();
    await this.#run;
  }

  async #goOn(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#bell.wait(this.config.everyMs);
      if (!this.#stop.signal.aborted) await this.#look();
    }
  }

  async #look(): Promise<void> {
    const problems = new Set<string>();
    try {
      const found = await this.#source.look(this.#stop.signal, (problem) => problems.add(problem));
      if (this.#take(found)) this.#changed();
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      problems.add(error instanceof Error ? error.message : String(error));
    }
    for (const reason of problems) {
      if (!this.#problems.has(reason)) this.#logger.warn({ reason }, 'targets could not be looked for');
    }
    this.#problems = problems;
  }

  /** Gives whether anything is other than before. */
  #take(found: readonly Found[]): boolean {
    const nowMs = performance.now();
    const before = JSON.stringify(this.found);
    // backwards: of two at one address the first counts
    for (const each of found.toReversed()) this.#seen.set(placeOf(each.address), { found: each, atMs: nowMs });
    const keepMs = this.#source.isFinal ? 0 : this.config.forgetAfterMs;
    for (const [place, { atMs }] of this.#seen) {
      if (atMs < nowMs && nowMs - atMs >= keepMs) this.#seen.delete(place);
    }
    return JSON.stringify(this.found) !== before;
  }
}
