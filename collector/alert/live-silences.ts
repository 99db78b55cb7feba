/** The silences of a collector: added, ended, over by themselves. */
import { randomUUID } from 'node:crypto';
import type { Silence } from '../../protocol/alert.ts';
import type { Params } from '../../protocol/requests.ts';

/** How many ids are remembered of silences that are not known yet. */
const MAX_ENDED = 1_000;

export class LiveSilences {
  #all: readonly Silence[];
  readonly #now: () => number;
  /** Ended before they were known; null once all that were kept are known. */
  #ended: Set<string> | null;

  /** @param now milliseconds since 1970. @param isWhole false where others were kept that `adopt` will bring */
  constructor(kept: readonly Silence[], now: () => number, isWhole = true) {
    this.#all = kept;
    this.#now = now;
    this.#ended = isWhole ? null : new Set();
  }

  /** Those that are not over. */
  get live(): Silence[] {
    const now = new Date(this.#now()).toISOString();
    return this.#all.filter(({ endsAt }) => endsAt > now);
  }

  add({ matchers, forMs, comment }: Params<'silence'>): Silence {
    const nowMs = this.#now();
    const silence: Silence = {
      id: randomUUID(),
      matchers,
      comment,
      startsAt: new Date(nowMs).toISOString(),
      endsAt: new Date(nowMs + forMs).toISOString(),
    };
    this.#all = [...this.live, silence];
    return silence;
  }

  /** Gives whether there is one with this id; while others are to come, one of them may have it and then ends too. */
  end(id: string): boolean {
    const before = this.live;
    this.#all = before.filter((silence) => silence.id !== id);
    if (this.#all.length < before.length) return true;
    if (!this.#ended || this.#ended.size >= MAX_ENDED) return false;
    this.#ended.add(id);
    return true;
  }

  /** Has those too that were kept before this start and were not ended since. */
  adopt(kept: readonly Silence[]): void {
    this.#all = [...kept.filter(({ id }) => !this.#ended?.has(id)), ...this.#all];
    this.#ended = null;
  }
}
