/**
 * What the probes of one attached target cost, for all who ask: however many they are, they are read once a second
 * at most, and anew after a probe. */

import { DetachedError } from '../../agent/base/errors.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { RequestError, type Result } from '../../protocol/requests.ts';
import type { Guard } from './guard.ts';

/** How long a list is good for. */
const GOOD_FOR_MS = 1_000;

interface Listed {
  readonly list: Promise<Result<'prices'>>;
  readonly readAtMs: number;
}

export class PriceList {
  readonly #target: string;
  readonly #guard: Pick<Guard, 'prices'>;
  readonly #monotonic: () => number;
  readonly #listed = new Map<string, Listed>();

  /** @param target its name, for messages. @param monotonic milliseconds of a clock that never goes back */
  constructor(target: string, guard: Pick<Guard, 'prices'>, monotonic: () => number = () => performance.now()) {
    this.#target = target;
    this.#guard = guard;
    this.#monotonic = monotonic;
  }

  /** @throws RequestError */
  async of(isolate: string): Promise<Result<'prices'>> {
    const nowMs = this.#monotonic();
    const known = this.#listed.get(isolate);
    if (known && nowMs - known.readAtMs < GOOD_FOR_MS) return await known.list;
    for (const [other, { readAtMs }] of this.#listed) if (nowMs - readAtMs >= GOOD_FOR_MS) this.#listed.delete(other);
    const list = this.#guard.prices(isolate).catch((error: unknown) => {
      throw this.#failure(error);
    });
    this.#listed.set(isolate, { list, readAtMs: nowMs });
    return await list;
  }

  /** Something has run that may have changed them. */
  forget(): void {
    this.#listed.clear();
  }

  #failure(error: unknown): RequestError {
    const action = `Cannot price the probes of "${this.#target}"`;
    if (error instanceof DOMException && error.name === 'TimeoutError') {
      return new RequestError(
        'busy',
        `${action}: it does not answer, a probe or a debugger holds it up; try again later`,
      );
    }
    const message = reasonOf(error);
    if (error instanceof RangeError) return new RequestError('not-found', message);
    return new RequestError(error instanceof DetachedError ? 'not-attached' : 'probe-failed', `${action}: ${message}`);
  }
}
