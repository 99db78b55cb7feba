/** The tokens that a configuration names: it says where each is, in the environment or in a file, and never holds one itself. */

import { limits } from '../../protocol/limits.ts';
import { reasonOf } from '../../protocol/reason.ts';
import type { Role } from '../../protocol/role.ts';
import type { TokenConfig } from '../config/access-config.ts';
import { ConfigError, type Problem } from '../config/config-error.ts';
import { type Environment, readSecret } from '../config/secret.ts';
import type { Scope } from './scope.ts';

/** Shorter ones could be guessed. */
const MIN_LENGTH = 16;
const TOKEN = new RegExp(`^[\\x21-\\x7e]{${MIN_LENGTH},${limits.maxTokenLength}}$`);

export interface Token {
  readonly name: string;
  readonly role: Role;
  /** What of the targets and probes is for its bearer; absent: all. */
  readonly scope?: Scope;
  readonly secret: string;
  /** Milliseconds since 1970; absent: for ever. */
  readonly untilMs?: number;
}

/** @throws ConfigError that names each token which is missing, too short, or given twice; none is shown */
export function readTokens(configs: readonly TokenConfig[], env: Environment): Token[] {
  const problems: Problem[] = [];
  const tokens: Token[] = [];
  for (const config of configs) {
    try {
      for (const token of tokensOf(config, env)) tokens.push(token);
    } catch (error) {
      problems.push(problem(config.name, reasonOf(error)));
    }
  }
  for (const [index, { name, secret }] of tokens.entries()) {
    const first = tokens.findIndex((token) => token.secret === secret);
    if (first < index) problems.push(problem(name, `is the same as "${tokens[first]!.name}"; give each its own`));
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return tokens;
}

/** The token and, after it, the one that it replaces. */
function tokensOf({ name, role, source, scope, expiresMs, previous }: TokenConfig, env: Environment): Token[] {
  const bearer = { name, role, ...(scope && { scope: [scope] }) };
  const token = { ...bearer, secret: checked(readSecret(source, env)) };
  const before = previous && {
    ...bearer,
    secret: checked(readSecret(previous.source, env)),
    untilMs: previous.untilMs,
  };
  return [{ ...token, ...(expiresMs !== undefined && { untilMs: expiresMs }) }, ...(before ? [before] : [])];
}

function problem(name: string, message: string): Problem {
  return { where: 'auth.tokens', message: `token "${name}" ${message}` };
}

function checked(secret: string): string {
  if (TOKEN.test(secret)) return secret;
  throw new Error(
    `is no token: expected ${MIN_LENGTH} to ${limits.maxTokenLength} printable ASCII characters without spaces, ` +
      'such as openssl rand -hex 32 gives',
  );
}
