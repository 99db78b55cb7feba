/** The gate of a group whose targets are with several agents: one snapshot at a time in all of them. */

import { sleep } from '../../agent/base/waiting.ts';
import type { Claim, Claims } from '../fleet/claims.ts';
import { token } from '../fleet/subjects.ts';
import { Gate, type Ticket } from '../targets/gate.ts';

const AGAIN_AFTER_MS = 1_000;

export class SharedGate extends Gate {
  readonly #claims: Pick<Claims, 'claim' | 'free'>;
  readonly #key: string;

  constructor(claims: Pick<Claims, 'claim' | 'free'>, group: string) {
    super();
    this.#claims = claims;
    this.#key = `snapshot.${token(group)}`;
  }

  /** The turn among the own targets first, then that among the agents. */
  override enter(onGranted: () => void): Ticket {
    const left = new AbortController();
    let claim: Claim | undefined;
    const take = async () => {
      claim = await this.#claimed(left.signal);
      if (claim) onGranted();
    };
    const own = super.enter(() => void take());
    if (own.granted) void take();
    return {
      get granted() {
        return claim !== undefined;
      },
      release: () => {
        left.abort();
        // the next of the own targets asks for it anew
        void (claim?.release() ?? Promise.resolve()).then(() => own.release());
        claim = undefined;
      },
    };
  }

  /** Undefined when it is not wanted any more. */
  async #claimed(signal: AbortSignal): Promise<Claim | undefined> {
    while (!signal.aborted) {
      try {
        const claim = await this.#claims.claim(this.#key, signal);
        if (claim && !signal.aborted) return claim;
        if (claim) await claim.release();
        else await this.#claims.free(this.#key, signal);
      } catch {
        // NATS is away: nobody has a turn
        await sleep(AGAIN_AFTER_MS, signal);
      }
    }
    return undefined;
  }
}
