/** Who may do what, over what, and where that is written down, as a collector runs with it. */
import type { Probe } from '../../protocol/partition.ts';
import type { Role } from '../../protocol/role.ts';
import { type Address, isLoopback } from '../base/address.ts';
import type { AuditFile, OidcFile, ScopeFile, TokenFile } from './access-file.ts';
import type { ConfigFile } from './config-file.ts';
import type { SecretSource } from './secret.ts';
import { parseSyslog, type SyslogAddress } from './syslog-address.ts';

/** Globs of targets, and the probes that may be run there by hand; absent: all. */
export interface ScopeConfig {
  readonly targets?: readonly string[];
  readonly probes?: readonly Probe[];
}

/** A token of a client: where it is, not what it is. */
export interface TokenConfig {
  readonly name: string;
  readonly role: Role;
  readonly source: SecretSource;
  /** What of the targets and probes is for its bearer; absent: all. */
  readonly scope?: ScopeConfig;
  /** Milliseconds since 1970. */
  readonly expiresMs?: number;
  /** The one before, which is valid for a while. */
  readonly previous?: { readonly source: SecretSource; readonly untilMs: number };
}

/** A provider of OpenID Connect, and what its claims give. */
export interface OidcConfig {
  readonly issuer: string;
  readonly audience: string;
  readonly roleClaim: string;
  readonly nameClaim: string;
  readonly operators: readonly string[];
  readonly viewers: readonly string[];
  /** How users of the dashboard sign in by it; absent: they do not. */
  readonly login?: {
    readonly clientId: string;
    readonly clientSecret?: SecretSource;
    readonly scope: string;
    readonly resource?: string;
  };
  /** By a value of the claim of roles; absent: all is for everybody. */
  readonly scopes?: Readonly<Record<string, ScopeConfig>>;
}

export interface AuthConfig {
  /** None: clients on this machine are operators. */
  readonly tokens: readonly TokenConfig[];
  /** Web pages that may reach the collector besides its own. */
  readonly origins: readonly string[];
  readonly oidc?: OidcConfig;
}

/** Paths of PEM files. */
export interface TlsConfig {
  readonly cert: string;
  readonly key: string;
  /** Authorities of the certificates that clients must show. */
  readonly clientCa?: string;
}

/** Where the audit trail is, and for how long. */
export interface AuditConfig {
  /** Absent: in memory. */
  readonly dir?: string;
  readonly keepMs: number;
  /** Of the hashes. */
  readonly key?: SecretSource;
  /** Where a copy goes. */
  readonly syslog?: SyslogAddress;
}

export function authConfig({ tokens, origins, oidc }: ConfigFile['auth']): AuthConfig {
  return { tokens: tokens.map(tokenConfig), origins, ...(oidc && { oidc: oidcConfig(oidc) }) };
}

function oidcConfig({ scopes, login, ...oidc }: OidcFile): OidcConfig {
  const entries = Object.entries(scopes ?? {}).map(([value, scope]) => [value, scopeConfig(scope)] as const);
  return {
    ...oidc,
    ...(login && { login: loginConfig(login) }),
    ...(scopes && { scopes: Object.fromEntries(entries) }),
  };
}

function loginConfig({ clientId, clientSecret, scope, resource }: NonNullable<OidcFile['login']>) {
  return {
    ...{ clientId, scope },
    ...(clientSecret && { clientSecret: sourceOf(clientSecret) }),
    ...(resource !== undefined && { resource }),
  };
}

function scopeConfig({ targets, probes }: ScopeFile): ScopeConfig {
  return { ...(targets && { targets }), ...(probes && { probes }) };
}

function tokenConfig({ name, role, targets, probes, expires: expiresMs, previous, ...where }: TokenFile): TokenConfig {
  const scope = scopeConfig({ targets, probes });
  return {
    name,
    role,
    source: sourceOf(where),
    ...((targets || probes) && { scope }),
    ...(expiresMs !== undefined && { expiresMs }),
    ...(previous && { previous: { source: sourceOf(previous), untilMs: previous.until } }),
  };
}

/** The schema sees to it that one of the two is there. */
function sourceOf({ env, file }: { env?: string | undefined; file?: string | undefined }): SecretSource {
  return env === undefined ? { file: file! } : { env };
}

export function tlsConfig({ cert, key, clientCa }: NonNullable<ConfigFile['tls']>): TlsConfig {
  return { cert, key, ...(clientCa !== undefined && { clientCa }) };
}

export function auditConfig({ dir, keep: keepMs, key, syslog }: AuditFile, store: string | undefined): AuditConfig {
  const folder = dir ?? (store === undefined ? undefined : auditFolder(store));
  const copy = syslog === undefined ? {} : { syslog: parseSyslog(syslog) };
  return { keepMs, ...(folder !== undefined && { dir: folder }), ...(key && { key }), ...copy };
}

/** Where the trail of a store is, unless its configuration says otherwise. */
export function auditFolder(store: string): string {
  return `${store}.audit`;
}

/** What decides who reaches a collector. */
export interface Access {
  readonly listen: Address;
  readonly auth: AuthConfig;
  readonly tls?: TlsConfig;
  /** Listens beyond loopback without TLS. */
  readonly insecure: boolean;
}

/** Why a collector refuses its configured address: any client that reaches it there could probe the targets, or read along. */
export function exposures({ listen: { host }, auth, tls, insecure }: Access) {
  if (isLoopback(host)) return [];
  const problems: string[] = [];
  if (auth.tokens.length === 0 && !auth.oidc) {
    problems.push(
      `cannot listen on "${host}" without tokens: anyone who reaches it could probe the targets; add auth.tokens, ` +
        'or listen on 127.0.0.1 and forward the port over ssh',
    );
  }
  if (!tls && !insecure) {
    problems.push(
      `cannot listen on "${host}" without TLS: others could read tokens on their way; give tls.cert and tls.key, ` +
        'or insecure: true where something else encrypts',
    );
  }
  return problems;
}
