/** Which pages a browser may reach the collector from: our own, and those that its configuration names. */
import { type Address, formatAddress, isLoopback } from '../base/address.ts';

export interface OriginRules {
  /** Where the collector listens. */
  readonly address: Address;
  /** Whether it speaks TLS. */
  readonly secure: boolean;
  /** Other pages that may, as browsers write them: `https://ops.example`. */
  readonly allowed: readonly string[];
  /** Whether clients need a token. */
  readonly wantsTokens: boolean;
}

export interface OriginHeaders {
  readonly origin?: string | undefined;
  readonly host?: string | undefined;
}

/** Whether a request with these headers may be served: it comes from no page at all, or from one that may reach us. */
export function isAllowedOrigin({ origin, host }: OriginHeaders, rules: OriginRules): boolean {
  if (origin === undefined) return true;
  if (rules.allowed.includes(origin) || ownOrigins(rules).includes(origin)) return true;
  // without tokens the Host header says nothing: after DNS rebinding it would be the attacker's own. With them a page
  // that is not ours has no token either
  return rules.wantsTokens && host !== undefined && origin === `${scheme(rules)}://${host}`;
}

/**
 * Whether the name that a client used for us is one that only this machine gives: a page whose own name was made to lead
 * here sends no Origin when it reads, but it does send its name. Where tokens are needed any name will do.
 */
export function isOwnHost(host: string | undefined, { address, wantsTokens }: OriginRules): boolean {
  if (wantsTokens) return true;
  const name = /^(?:\[([^\]]+)\]|([^:]+))(?::\d+)?$/.exec(host ?? '');
  const bare = name?.[1] ?? name?.[2];
  return bare !== undefined && (bare === address.host || isLoopback(bare));
}

function ownOrigins(rules: OriginRules): string[] {
  const { host, port } = rules.address;
  return [host, 'localhost', '127.0.0.1', '::1'].map(
    (name) => `${scheme(rules)}://${formatAddress({ host: name, port })}`,
  );
}

function scheme({ secure }: OriginRules): string {
  return secure ? 'https' : 'http';
}
