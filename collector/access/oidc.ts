/**
 * Tokens of a provider of OpenID Connect: found by discovery, held against the provider's keys, their claims made into a visitor.
 *
 *     token ─> issuer/.well-known/openid-configuration ─> jwks_uri ─> signature, issuer, audience, expiry ─> name, role
 *
 * Only signatures by a key pair are believed: what is signed by a shared secret, or not at all, is no token. Keys are fetched anew
 * when a token names one that is not known, but not oftener than every half minute.
 */
import { createHash } from 'node:crypto';
import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Role } from '../../protocol/role.ts';
import { isLoopback } from '../base/address.ts';
import type { OidcConfig } from '../config/access-config.ts';
import type { Scope } from './scope.ts';

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const TIMEOUT_MS = 5_000;
const COOLDOWN_MS = 30_000;
/** Of a provider's description, and of its keys: some thousand are usual. */
const MAX_ANSWER_BYTES = 2 ** 20;
/** How long a provider that could not be asked is left alone, at most. */
const AWAY_MS = 5_000;
/** By which clocks may differ. */
const TOLERANCE_S = 30;
/** How long a token that was believed is, without another look. */
const BELIEVED_MS = 60_000;
const MAX_BELIEVED = 1_000;
/** Of a name, as the audit trail shows it. */
const MAX_NAME = 128;
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

export interface OidcVisitor {
  readonly name: string;
  readonly role: Role;
  /** Absent: all targets. */
  readonly scope?: Scope;
  /** Milliseconds since 1970. */
  readonly untilMs: number;
}

/** `passing`: the provider could not be asked. */
export class OidcError extends Error {
  override name = 'OidcError';
  readonly passing: boolean;

  constructor(message: string, passing: boolean, options?: ErrorOptions) {
    super(message, options);
    this.passing = passing;
  }
}

/** Places of a provider, as its description gives them; absent: it has none, or one that anybody on the way could be. */
export interface Endpoints {
  readonly authorizationEndpoint?: string;
  readonly tokenEndpoint?: string;
  readonly endSessionEndpoint?: string;
}

interface Provider {
  readonly keys: ReturnType<typeof createRemoteJWKSet>;
  readonly endpoints: Endpoints;
}

export class Oidc {
  readonly config: OidcConfig;
  readonly #now: () => number;
  #provider: Promise<Provider> | undefined;
  readonly #believed = new Map<string, { visitor: OidcVisitor; untilMs: number }>();

  readonly #cooldownMs: number;
  /** Why the provider could not be asked last, and until when it is not asked again. */
  #failed: { error: unknown; untilMs: number } | undefined;

  /** @param now milliseconds since 1970. @param cooldownMs between two times that keys are fetched */
  constructor(config: OidcConfig, now: () => number = Date.now, cooldownMs = COOLDOWN_MS) {
    this.config = config;
    this.#now = now;
    this.#cooldownMs = cooldownMs;
  }

  /** Whether it could be a token of a provider. */
  static isLike(token: string): boolean {
    return JWT.test(token);
  }

  /** @throws OidcError that does not show the token */
  async visitorOf(token: string): Promise<OidcVisitor> {
    const hash = createHash('sha256').update(token).digest('base64');
    const believed = this.#believed.get(hash);
    if (believed && believed.untilMs > this.#now()) return believed.visitor;
    this.#believed.delete(hash);
    const visitor = this.#visitor(await this.claimsOf(token));
    this.#believe(hash, visitor);
    return visitor;
  }

  #believe(hash: string, visitor: OidcVisitor): void {
    this.#believed.set(hash, { visitor, untilMs: Math.min(visitor.untilMs, this.#now() + BELIEVED_MS) });
    if (this.#believed.size > MAX_BELIEVED) this.#believed.delete(this.#believed.keys().next().value!);
  }

  /** @throws OidcError */
  async endpoints(): Promise<Endpoints> {
    return (await this.#described()).endpoints;
  }

  /** Sends a form to an endpoint; gives its answer, which may be a refusal. @throws OidcError where there is none */
  async post(
    endpoint: string,
    body: URLSearchParams,
    headers: Record<string, string>,
  ): Promise<Record<string, unknown>> {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await fetchBounded(endpoint, { method: 'POST', body, headers, redirect: 'error', signal });
      const answer = (await response.json()) as unknown;
      return typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {};
    } catch (cause) {
      throw new OidcError(`${this.config.issuer} does not answer`, true, { cause });
    }
  }

  /** The claims of a token that is to be believed. @param audience whom it has to be for @throws OidcError */
  async claimsOf(token: string, audience: string = this.config.audience): Promise<JWTPayload> {
    const { issuer } = this.config;
    const { keys } = await this.#described();
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        clockTolerance: TOLERANCE_S,
        currentDate: new Date(this.#now()),
        requiredClaims: ['exp', 'sub'],
      });
      return payload;
    } catch (cause) {
      if (cause instanceof errors.JWKSTimeout || !(cause instanceof errors.JOSEError)) throw unreachable(issuer, cause);
      throw new OidcError(`its token is not to be believed (${cause.code})`, false, { cause });
    }
  }

  /** Asked once, and again a while after it could not be: a client may bring many tokens. */
  async #described(): Promise<Provider> {
    if (this.#failed && this.#failed.untilMs > this.#now()) throw this.#failed.error;
    this.#provider ??= this.#discover();
    try {
      return await this.#provider;
    } catch (error) {
      this.#provider = undefined;
      this.#failed = { error, untilMs: this.#now() + Math.min(this.#cooldownMs, AWAY_MS) };
      throw error;
    }
  }

  async #discover(): Promise<Provider> {
    const { issuer } = this.config;
    let found: Readonly<Record<string, unknown>>;
    try {
      const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
      const response = await fetchBounded(url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
      found = (await response.json()) as typeof found;
    } catch (cause) {
      throw unreachable(issuer, cause);
    }
    if (found.issuer !== issuer || typeof found.jwks_uri !== 'string') {
      throw new OidcError(`${issuer} does not say of itself that it is this issuer`, true);
    }
    const options = { timeoutDuration: TIMEOUT_MS, cooldownDuration: this.#cooldownMs, [customFetch]: fetchBounded };
    return { keys: createRemoteJWKSet(new URL(found.jwks_uri), options), endpoints: endpointsOf(found) };
  }

  #visitor(claims: JWTPayload): OidcVisitor {
    const { nameClaim, roleClaim, operators, viewers, scopes } = this.config;
    const given = textsOf(valueAt(claims, roleClaim));
    const has = (wanted: readonly string[]) => wanted.some((each) => given.includes(each));
    const role = has(operators) ? 'operator' : has(viewers) ? 'viewer' : undefined;
    const [name = String(claims.sub)] = textsOf(valueAt(claims, nameClaim));
    if (role === undefined) throw new OidcError(`${roleClaim} of its token gives no role here`, false);
    const untilMs = (claims.exp! + TOLERANCE_S) * 1_000;
    return { name: name.slice(0, MAX_NAME), role, untilMs, ...(scopes && { scope: this.#scope(scopes, given) }) };
  }

  /** Where scopes are given, nobody is without one: who is taken out of a group is not to see more than before. */
  #scope(scopes: NonNullable<OidcConfig['scopes']>, given: readonly string[]): Scope {
    const scope = given.flatMap((value) => (Object.hasOwn(scopes, value) ? [scopes[value]!] : []));
    if (scope.length > 0) return scope;
    throw new OidcError(`${this.config.roleClaim} of its token gives no targets here`, false);
  }
}

function endpointsOf(found: Readonly<Record<string, unknown>>): Endpoints {
  const [authorizationEndpoint, tokenEndpoint, endSessionEndpoint] = [
    ...['authorization_endpoint', 'token_endpoint', 'end_session_endpoint'],
  ].map((name) => safeUrl(found[name]));
  return {
    ...(authorizationEndpoint !== undefined && { authorizationEndpoint }),
    ...(tokenEndpoint !== undefined && { tokenEndpoint }),
    ...(endSessionEndpoint !== undefined && { endSessionEndpoint }),
  };
}

function safeUrl(value: unknown): string | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
  const { protocol, hostname } = new URL(value);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname)) ? value : undefined;
}

/** As `fetch`, of an answer that is not too long. */
async function fetchBounded(url: string, init: RequestInit): Promise<Response> {
  const response = await fetch(url, init);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error(`its answer is longer than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks), { status: response.status, headers: response.headers });
}

function unreachable(issuer: string, cause: unknown): OidcError {
  return new OidcError(`${issuer} cannot be asked for its keys`, true, { cause });
}

/** `realm_access.roles`; a claim whose own name has dots, as addresses do, wins. */
function valueAt(claims: JWTPayload, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  return path.split('.').reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    return (value as Record<string, unknown>)[key];
  }, claims);
}

/** A claim that is a text, or a list of them. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string' && value !== '') return [value];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
