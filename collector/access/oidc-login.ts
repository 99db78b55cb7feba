/**
 * Signing in by a provider of OpenID Connect: the authorization code flow with PKCE. The page leads there and back; the code is
 * exchanged here, so that the page speaks to nobody but its collector.
 *
 *     page: state, nonce, verifier ─> provider's page ─> page?code&state ─> code, verifier, nonce ─> here ─> token endpoint
 *                                                                               token, its end <─ checked by signature and nonce
 */
import { timingSafeEqual } from 'node:crypto';
import type { LoginCode, LoginWay } from '../../protocol/login.ts';
import type { OidcConfig } from '../config/access-config.ts';
import { type Environment, readSecret } from '../config/secret.ts';
import { type Oidc, OidcError, type OidcVisitor } from './oidc.ts';

/** Exchanges that are under way at a time: anybody may ask for one. */
const MAX_EXCHANGES = 16;

export interface Login {
  readonly token: string;
  readonly visitor: OidcVisitor;
}

export class OidcLogin {
  readonly #oidc: () => Oidc | undefined;
  readonly #env: Environment;
  #exchanges = 0;

  /** @param oidc the provider as it is configured now */
  constructor(oidc: () => Oidc | undefined, env: Environment) {
    this.#oidc = oidc;
    this.#env = env;
  }

  /** Undefined where nobody signs in by a provider. @throws OidcError */
  async way(): Promise<LoginWay | undefined> {
    const oidc = this.#oidc();
    const login = oidc?.config.login;
    if (!oidc || !login) return undefined;
    const { authorizationEndpoint, endSessionEndpoint } = await oidc.endpoints();
    if (authorizationEndpoint === undefined) throw new OidcError(`${oidc.config.issuer} has no page to sign in`, true);
    const { clientId, scope, resource } = login;
    return {
      ...{ issuer: oidc.config.issuer, clientId, scope, authorizationEndpoint },
      ...(resource !== undefined && { resource }),
      ...(endSessionEndpoint !== undefined && { endSessionEndpoint }),
    };
  }

  /** @throws OidcError that shows neither the code nor a token */
  async exchange(code: LoginCode): Promise<Login> {
    const oidc = this.#oidc();
    const login = oidc?.config.login;
    if (!oidc || !login) throw new OidcError('nobody signs in by a provider here', false);
    if (this.#exchanges >= MAX_EXCHANGES) throw new OidcError('too many sign in just now, try again', true);
    this.#exchanges++;
    try {
      const { idToken, accessToken } = await this.#tokens(oidc, login, code);
      const { nonce } = await oidc.claimsOf(idToken, login.clientId);
      if (typeof nonce !== 'string' || !isSame(nonce, code.nonce)) {
        throw new OidcError('its answer is to another sign-in (nonce)', false);
      }
      return await believed(oidc, [accessToken, idToken]);
    } finally {
      this.#exchanges--;
    }
  }

  async #tokens(
    oidc: Oidc,
    { clientId, clientSecret, resource }: NonNullable<OidcConfig['login']>,
    { code, verifier, redirectUri }: LoginCode,
  ): Promise<{ idToken: string; accessToken: string | undefined }> {
    const { tokenEndpoint } = await oidc.endpoints();
    if (tokenEndpoint === undefined) throw new OidcError(`${oidc.config.issuer} gives no tokens`, true);
    const body = new URLSearchParams({
      ...{ grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirectUri },
      ...(clientSecret ? {} : { client_id: clientId }),
      ...(resource !== undefined && { resource }),
    });
    const headers = clientSecret ? { Authorization: basic(clientId, readSecret(clientSecret, this.#env)) } : {};
    const answer = await oidc.post(tokenEndpoint, body, headers);
    const { id_token: idToken, access_token: accessToken } = answer;
    if (typeof idToken !== 'string') throw new OidcError('the provider did not take the code', false);
    return { idToken, accessToken: typeof accessToken === 'string' ? accessToken : undefined };
  }
}

/** The first of the tokens that lets its bearer in: providers whose access tokens are for themselves have the other. @throws OidcError */
async function believed(oidc: Oidc, tokens: readonly (string | undefined)[]): Promise<Login> {
  let why: unknown;
  for (const token of tokens) {
    if (token === undefined) continue;
    try {
      return { token, visitor: await oidc.visitorOf(token) };
    } catch (error) {
      why ??= error;
    }
  }
  throw why;
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** RFC 6749, 2.3.1. */
function basic(id: string, secret: string): string {
  const escaped = [id, secret].map((part) => new URLSearchParams({ '': part }).toString().slice(1)).join(':');
  return `Basic ${Buffer.from(escaped).toString('base64')}`;
}
