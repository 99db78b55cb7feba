/**
 * Who may do what. A token names its bearer and gives a role; where there are none, clients on this machine are operators.
 *
 *     token ─> SHA-256 ─> compared with each configured one, all of them, in constant time ─> Visitor { name, role }
 *
 * Tokens are kept as their hashes only, and never appear in a log, an error or a URL.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Role } from '../../protocol/role.ts';
import { isLoopback } from '../address.ts';
import { Failures, network } from './failures.ts';
import type { Token } from './tokens.ts';

/** Wrong tokens that an address may offer within a minute. */
const FAILURE_LIMITS = { max: 10, withinMs: 60_000, addresses: 10_000 };

/** Somebody who was let in. */
export interface Visitor {
  /** The name of the token, or `local` where there are none. */
  readonly name: string;
  readonly role: Role;
}

/** Somebody is not let in: `unauthorized`: no token or a wrong one; `too-many`: after too many; `forbidden`: not from there. */
export class AccessError extends Error {
  override name = 'AccessError';
  readonly code: 'unauthorized' | 'too-many' | 'forbidden';
  /** After which it may be tried again, where that is known. */
  readonly retryInMs: number | undefined;

  constructor(code: AccessError['code'], message: string, retryInMs?: number) {
    super(message);
    this.code = code;
    this.retryInMs = retryInMs;
  }
}

interface Bearer {
  readonly hash: Buffer;
  readonly visitor: Visitor;
}

const LOCAL: Visitor = { name: 'local', role: 'operator' };

export class Access {
  #bearers: readonly Bearer[] = [];
  readonly #failures = new Failures(FAILURE_LIMITS);
  readonly #now: () => number;
  #refusals = 0;

  /** @param now milliseconds of a clock that never goes back. */
  constructor(tokens: readonly Token[], now: () => number = () => performance.now()) {
    this.#now = now;
    this.renew(tokens);
  }

  /** From now on these are the tokens. Whether they are other than before. */
  renew(tokens: readonly Token[]): boolean {
    const before = this.#bearers;
    this.#bearers = tokens.map(({ name, role, secret }) => {
      const bearer: Bearer = { hash: hashOf(secret), visitor: { name, role } };
      return before.find((known) => isDeepStrictEqual(known, bearer)) ?? bearer;
    });
    return !isDeepStrictEqual(before, this.#bearers);
  }

  /** Whether somebody who was let in before would be let in now. */
  knows(visitor: Visitor): boolean {
    return this.wantsTokens ? this.#bearers.some((bearer) => bearer.visitor === visitor) : visitor === LOCAL;
  }

  /** Whether clients need a token. */
  get wantsTokens(): boolean {
    return this.#bearers.length > 0;
  }

  /** How often somebody was not let in. */
  get refusals(): number {
    return this.#refusals;
  }

  /**
   * Who comes from `address` with `token`. A wrong token counts against the address; one too many and it is not listened to
   * for a minute, whatever it offers. @throws AccessError
   */
  admit(token: string | undefined, address: string): Visitor {
    try {
      return this.wantsTokens ? this.#bearer(token, address) : this.#local(address);
    } catch (error) {
      this.#refusals++;
      throw error;
    }
  }

  #local(address: string): Visitor {
    if (isLoopback(network(address)) || address === '::1') return LOCAL;
    throw new AccessError(
      'forbidden',
      'Cannot let in: this collector has no tokens and takes clients of its own machine',
    );
  }

  #bearer(token: string | undefined, address: string): Visitor {
    const blockedMs = this.#failures.blockedMs(address, this.#now());
    if (blockedMs > 0) {
      const seconds = Math.ceil(blockedMs / 1000);
      const message = `Cannot let in: too many wrong tokens from this address, try again in ${seconds} s`;
      throw new AccessError('too-many', message, blockedMs);
    }
    if (token === undefined) throw new AccessError('unauthorized', 'Cannot let in: expected a token, got none');
    const visitor = this.#visitorOf(token);
    if (visitor) return visitor;
    this.#failures.add(address, this.#now());
    throw new AccessError('unauthorized', 'Cannot let in: expected a token that this collector knows, got another');
  }

  /** Compares with every token, so that the time tells neither whether one fits nor which. */
  #visitorOf(token: string): Visitor | undefined {
    const hash = hashOf(token);
    let found: Visitor | undefined;
    for (const bearer of this.#bearers) if (timingSafeEqual(bearer.hash, hash)) found = bearer.visitor;
    return found;
  }
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
