/**
 * Who may do what. A token names its bearer and gives a role. Where there are none, the collector's own user and root are operators,
 * if they ask from this machine and not through a proxy; nobody else is let in.
 *
 *     token ─> SHA-256 ─> compared with each configured one, all of them, in constant time ─> Visitor { name, role }
 *          └─> it fits none: counted against its address, too many and what is wrong is answered no more (what is right is)
 *
 * Tokens are kept as their hashes only, and never appear in a log, an error or a URL.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Role } from '../../protocol/role.ts';
import { isLoopback } from '../base/address.ts';
import { Failures, network } from './failures.ts';
import { Oidc, OidcError } from './oidc.ts';
import type { Peer } from './peer.ts';
import type { Scope } from './scope.ts';
import type { Token } from './tokens.ts';

/** Wrong tokens that an address may offer within a minute. */
const FAILURE_LIMITS = { max: 10, withinMs: 60_000, addresses: 10_000 };

/** Somebody who was let in. */
export interface Visitor {
  /** The name of the token, or `local` where there are none. */
  readonly name: string;
  readonly role: Role;
  /** What of the targets and probes is for him; absent: all. */
  readonly scope?: Scope;
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
  /** Milliseconds since 1970. */
  readonly untilMs: number;
}

export interface AccessOptions {
  /** Whose tokens are believed beside the configured ones. */
  readonly oidc?: Oidc | undefined;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
}

const LOCAL: Visitor = { name: 'local', role: 'operator' };
/** Somebody of this machine on a system that does not tell whom. */
const LOCAL_VIEWER: Visitor = { name: 'local', role: 'viewer' };

const ROOT = 0;

/** Why a visitor may not do what takes an operator. */
export function operatorWanted(visitor: Visitor): string {
  if (visitor !== LOCAL_VIEWER) return `it is for operators, this token is a ${visitor.role}'s`;
  return 'it is for operators, and this system does not name the user of a connection: set auth.tokens';
}

export class Access {
  #bearers: readonly Bearer[] = [];
  readonly #failures = new Failures(FAILURE_LIMITS);
  readonly #now: () => number;
  readonly #clock: () => number;
  #oidc: Oidc | undefined;
  /** When those end who came by a provider, and by which: as it was configured then. */
  readonly #known = new WeakMap<Visitor, { readonly untilMs: number; readonly by: Oidc }>();
  /** User ids of this process. */
  readonly #owners: readonly number[];
  #refusals = 0;

  /** @param now milliseconds of a clock that never goes back. @param owners user ids that are let in without a token; default: this process's */
  constructor(
    tokens: readonly Token[],
    now: () => number = () => performance.now(),
    owners: readonly number[] = ownUsers(),
    { oidc, clock = Date.now }: AccessOptions = {},
  ) {
    this.#now = now;
    this.#owners = owners;
    this.#clock = clock;
    this.renew(tokens, oidc);
  }

  /** From now on these are the tokens, and this the provider. Whether they are other than before. */
  renew(tokens: readonly Token[], oidc?: Oidc): boolean {
    const isSame = isDeepStrictEqual(this.#oidc?.config, oidc?.config);
    if (!isSame) this.#oidc = oidc;
    return this.#renewTokens(tokens) || !isSame;
  }

  #renewTokens(tokens: readonly Token[]): boolean {
    const before = this.#bearers;
    this.#bearers = tokens.map(({ name, role, scope, secret, untilMs = Number.POSITIVE_INFINITY }) => {
      const visitor: Visitor = { name, role, ...(scope && { scope }) };
      const bearer: Bearer = { hash: hashOf(secret), visitor, untilMs };
      return before.find((known) => isDeepStrictEqual(known, bearer)) ?? bearer;
    });
    return !isDeepStrictEqual(before, this.#bearers);
  }

  /** Whether somebody who was let in before would be let in now. */
  knows(visitor: Visitor): boolean {
    const nowMs = this.#clock();
    const known = this.#known.get(visitor);
    if (known) return known.by === this.#oidc && known.untilMs > nowMs;
    if (this.wantsTokens) return this.#bearers.some((bearer) => bearer.visitor === visitor && bearer.untilMs > nowMs);
    return visitor === LOCAL || visitor === LOCAL_VIEWER;
  }

  /** The provider whose tokens are believed, as it is configured now. */
  get oidc(): Oidc | undefined {
    return this.#oidc;
  }

  /** Whether clients need a token. */
  get wantsTokens(): boolean {
    return this.#bearers.length > 0 || this.#oidc !== undefined;
  }

  /** How often somebody was not let in. */
  get refusals(): number {
    return this.#refusals;
  }

  /**
   * Who comes with `token`. A wrong one counts against its address; after too many, wrong ones are refused without a word about
   * them for a minute. Whoever has a right one is let in all the same: behind a proxy all have one address. @throws AccessError
   */
  admit(token: string | undefined, peer: Peer): Visitor {
    try {
      return this.wantsTokens ? this.#bearer(token, peer.address) : this.#local(peer);
    } catch (error) {
      this.#refusals++;
      throw error;
    }
  }

  /** Whether `token` has to be taken to the provider: then `admitByProvider` says who comes. */
  isForProvider(token: string | undefined): token is string {
    if (this.#oidc === undefined || token === undefined || !Oidc.isLike(token)) return false;
    return this.#visitorOf(token) === undefined;
  }

  /** The same as `admit`, of a token for the provider. @throws AccessError */
  async admitByProvider(token: string, { address }: Peer): Promise<Visitor> {
    try {
      const by = this.#oidc!;
      const { untilMs, name, role, scope } = await by.visitorOf(token);
      const visitor: Visitor = { name, role, ...(scope && { scope }) };
      this.#known.set(visitor, { untilMs, by });
      return visitor;
    } catch (error) {
      this.#refusals++;
      if (!(error instanceof OidcError)) throw error;
      if (error.passing) throw new AccessError('unauthorized', `Cannot let in: ${error.message}`);
      throw this.#wrongToken(address, error.message);
    }
  }

  #local({ address, user, forwardedBy }: Peer): Visitor {
    const refused = (why: string) => new AccessError('forbidden', `Cannot let in: ${why}`);
    if (!isLoopback(network(address)) && address !== '::1') {
      throw refused('this collector has no tokens and takes clients of its own machine');
    }
    if (forwardedBy !== undefined)
      throw refused(`without auth.tokens no client may come through a proxy (${forwardedBy})`);
    if (user === 'unknown') return LOCAL_VIEWER;
    if (user === ROOT || this.#owners.includes(user as number)) return LOCAL;
    const who = user === 'gone' ? 'the user of this connection is unknown' : `this is uid ${user}`;
    throw refused(`without auth.tokens only uid ${this.#owners[0]} and root may ask, ${who}`);
  }

  #bearer(token: string | undefined, address: string): Visitor {
    if (token === undefined) throw new AccessError('unauthorized', 'Cannot let in: expected a token, got none');
    const visitor = this.#visitorOf(token);
    if (visitor) return visitor;
    throw this.#wrongToken(address, 'expected a token that this collector knows, got another');
  }

  /** Counted against its address; after too many nothing more is said about them. */
  #wrongToken(address: string, why: string): AccessError {
    const blockedMs = this.#failures.blockedMs(address, this.#now());
    if (blockedMs > 0) {
      const seconds = Math.ceil(blockedMs / 1000);
      const message = `Cannot let in: too many wrong tokens from this address, try again in ${seconds} s`;
      return new AccessError('too-many', message, blockedMs);
    }
    this.#failures.add(address, this.#now());
    return new AccessError('unauthorized', `Cannot let in: ${why}`);
  }

  /** Compares with every token, so that the time tells neither whether one fits nor which. */
  #visitorOf(token: string): Visitor | undefined {
    const hash = hashOf(token);
    let found: Visitor | undefined;
    const nowMs = this.#clock();
    for (const bearer of this.#bearers) {
      if (timingSafeEqual(bearer.hash, hash) && bearer.untilMs > nowMs) found = bearer.visitor;
    }
    return found;
  }
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function ownUsers(): number[] {
  return [process.geteuid?.(), process.getuid?.()].filter((uid) => uid !== undefined);
}
