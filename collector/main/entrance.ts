/**
 * The way into a running collector, and what of it another configuration changes: tokens, pages that may come, certificates.
 *
 *     Config ─> renewal: all of it is read and checked ─> in force from the next client on
 *
 * Files are read anew each time: a secret or a certificate is renewed in its place.
 */
import type { Server } from 'node:http';
import { Server as SecureServer } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import type { Access } from '../access/access.ts';
import { certificates } from '../access/certificates.ts';
import { Oidc } from '../access/oidc.ts';
import type { OriginRules } from '../access/origins.ts';
import { readTokens } from '../access/tokens.ts';
import type { Address } from '../base/address.ts';
import { exposures } from '../config/access-config.ts';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/config-error.ts';
import type { Environment } from '../config/secret.ts';

export interface EntranceOptions {
  /** What the collector was started with. */
  readonly config: Config;
  readonly access: Access;
  readonly http: Server;
  /** Where it listens. */
  readonly address: Address;
  readonly env: Environment;
}

export class Entrance {
  readonly access: Access;
  readonly origins: OriginRules;
  readonly #options: EntranceOptions;
  #allowed: readonly string[];
  #tls: ReturnType<typeof certificates> | undefined;

  constructor(options: EntranceOptions) {
    const { config, access, address } = options;
    this.#options = options;
    this.access = access;
    this.#allowed = config.auth.origins;
    this.#tls = config.tls && certificates(config.tls);
    const allowed = () => this.#allowed;
    this.origins = {
      address,
      secure: config.tls !== undefined,
      get allowed() {
        return allowed();
      },
      get wantsTokens() {
        return access.wantsTokens;
      },
    };
  }

  /**
   * Reads what another configuration says. What it gives puts that in force, and names the keys that were other than before.
   * Whether there is TLS, and whether clients show certificates, stays as it was at the start.
   * @throws ConfigError for a secret or a certificate that is not there, or that is none
   */
  renewal(config: Config): () => ('auth' | 'tls')[] {
    const { config: started, http, env } = this.#options;
    const problems = exposures({ ...started, auth: config.auth }).map((message) => ({ where: 'auth', message }));
    if (problems.length > 0) throw new ConfigError(problems);
    const tokens = readTokens(config.auth.tokens, env);
    const tls = config.tls && sameKind(config, started) ? certificates(config.tls) : this.#tls;
    return () => {
      const renewed: ('auth' | 'tls')[] = [];
      const isOther = this.access.renew(tokens, config.auth.oidc && new Oidc(config.auth.oidc));
      if (isOther || !isDeepStrictEqual(config.auth.origins, this.#allowed)) renewed.push('auth');
      this.#allowed = config.auth.origins;
      if (tls && http instanceof SecureServer && !isDeepStrictEqual(tls, this.#tls)) {
        http.setSecureContext(tls);
        this.#tls = tls;
        renewed.push('tls');
      }
      return renewed;
    };
  }
}

/** Whether two configurations differ, as to TLS, in files alone. */
export function sameKind({ tls: one }: Pick<Config, 'tls'>, { tls: other }: Pick<Config, 'tls'>): boolean {
  return (
    (one === undefined) === (other === undefined) && (one?.clientCa === undefined) === (other?.clientCa === undefined)
  );
}
