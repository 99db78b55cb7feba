/**
 * One entry of `discover`: looks again and again, and knows what is there.
 *
 *     look ─> found ─> wait `every`, or until the source says that something changed ─> look …
 *
 * What is not found any more is kept for `forgetAfter`: a process that is restarted is then attached to, not found anew.
 */
import type { Logger } from 'pino';
import { Timeout, untilAborted } from '../../agent/base/waiting.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { WakeUp } from '../base/wake-up.ts';
import type { DiscoverConfig } from '../config/discover-config.ts';
import { addressKey, type DiscoveredTarget } from './discovered-target.ts';
import { type Source, sourceOf } from './source.ts';

/** How long any look may take: one port after the other may be a thousand times a second. */
const MAX_LOOK_MS = 30 * 60_000;

export interface LookoutOptions {
  readonly config: DiscoverConfig;
  /** Told when other targets are there than before. */
  readonly changed: () => void;
  readonly logger: Logger;
}

interface Seen {
  readonly found: DiscoveredTarget;
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
  readonly #wakeUp = new WakeUp();
  readonly #seen = new Map<string, Seen>();
  /** What could not be read when it was tried last: reported once. */
  #problems: ReadonlySet<string> = new Set();
  /** A look that is under way. */
  #asking: Promise<unknown> | undefined;
  readonly #run: Promise<void>;

  constructor({ config, changed, logger }: LookoutOptions) {
    this.config = config;
    this.#source = sourceOf(config);
    this.#changed = changed;
    this.#logger = logger.child({ discover: this.#source.text });
    // first, so that nothing changes between the first look and the watch
    const unwatch = this.#source.watch?.(() => this.#wakeUp.wake());
    this.looked = this.#look();
    this.#run = this.looked.then(() => this.#goOn()).finally(unwatch);
  }

  /** One for each address. */
  get found(): DiscoveredTarget[] {
    return [...this.#seen.values()].map(({ found }) => found);
  }

  /** Resolves when nothing is asked any more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wakeUp.wake();
    await this.#run;
  }

  async #goOn(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#wakeUp.wait(this.config.everyMs);
      if (!this.#stop.signal.aborted) await this.#look();
    }
  }

  async #look(): Promise<void> {
    const problems = new Set<string>();
    try {
      const found = await this.#ask((problem) => problems.add(problem));
      const { limit } = this.config;
      if (found.length > limit) problems.add(`more than ${limit} targets: the others are left out, raise "limit"`);
      if (this.#take(found.slice(0, limit))) this.#changed();
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      problems.add(reasonOf(error));
    }
    for (const reason of problems) {
      if (!this.#problems.has(reason)) this.#logger.warn({ reason }, 'discovery failed');
    }
    this.#problems = problems;
  }

  /** Asks the source, which is not asked again before it has answered. @throws Error where it has nothing to tell, or not in time */
  async #ask(warn: (problem: string) => void): Promise<readonly DiscoveredTarget[]> {
    if (this.#asking !== undefined) throw new Error('what was asked before has not been answered yet');
    const asking = this.#source.look(this.#stop.signal, warn);
    this.#asking = asking;
    const settled = () => {
      this.#asking = undefined;
    };
    void asking.then(settled, settled);
    using limit = new Timeout(this.#source.lookMs ?? MAX_LOOK_MS, this.#stop.signal);
    return await untilAborted(asking, limit.signal);
  }

  /** Gives whether anything is other than before. */
  #take(found: readonly DiscoveredTarget[]): boolean {
    const nowMs = performance.now();
    const before = JSON.stringify(this.found);
    // backwards: of two at one address the first counts
    for (const each of found.toReversed()) this.#seen.set(addressKey(each.address), { found: each, atMs: nowMs });
    const keepMs = this.#source.isFinal ? 0 : this.config.forgetAfterMs;
    for (const [place, { atMs }] of this.#seen) {
      if (atMs < nowMs && nowMs - atMs >= keepMs) this.#seen.delete(place);
    }
    return JSON.stringify(this.found) !== before;
  }
}
