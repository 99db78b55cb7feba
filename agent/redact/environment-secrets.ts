/**
 * Which values of an environment are secrets that a heap may hold. `production`, `1`, a path or a port are none: what counts looks
 * like a secret, or its variable says that it is one and it is no plain word, or it is mixed as passwords are. Pure.
 */
import { secretKind } from './secret-formats.ts';

/** A text that must not be where it is looked for. */
export interface KnownSecret {
  /** As an audit names it. */
  readonly name: string;
  readonly text: string;
}

/** Variables that are looked for. */
const MAX_KNOWN = 1_000;
/** Units of a value below which it is in any heap by chance. */
const SHORTEST = 8;
/** Of one that nothing but its letters tells. */
const SHORTEST_MIXED = 10;
const MAX_NAME = 100;

const SECRET_WORD =
  /PASS|PWD$|SECRET|TOKEN|CREDENTIAL|PRIVATE|SALT|DSN|APIKEY|(?:^|_)(?:KEY|PW|PIN|AUTH|CERT|JWT)(?:_|$)/i;
/** Paths, and lists of them. */
const PATH = /^(?:\.{0,2}|~|unix:[\w=]*)\//;
/** Words such as `production`, `en_US.UTF-8`, `x86_64-linux-gnu`; numbers and versions. */
const PLAIN = /^(?:[A-Z]?[a-z]+|[A-Z]+|[\d.:,-]+|v?\d[\w.+-]*|[a-z]{2,3}_[A-Z]{2}[\w.@-]*)$/;
/** Of one that its variable calls a secret: a longer one is a pass phrase. */
const PLAIN_LONGEST = 14;
/** What a machine or a pod is called: others know it, however random. */
const HOST = /HOST(?:NAME)?$/i;

export function environmentSecrets(environment: ReadonlyMap<string, string>): KnownSecret[] {
  const known: KnownSecret[] = [];
  for (const [variable, value] of environment) {
    const name = `value of ${variable.slice(0, MAX_NAME)}`;
    if (isSecret(variable, value)) known.push({ name, text: value });
    const password = passwordIn(value);
    if (password !== undefined) known.push({ name: `password in ${variable.slice(0, MAX_NAME)}`, text: password });
  }
  return known.slice(0, MAX_KNOWN);
}

function isSecret(variable: string, value: string): boolean {
  if (value.length < SHORTEST || PATH.test(value) || HOST.test(variable)) return false;
  if (secretKind(value) !== undefined) return true;
  return (SECRET_WORD.test(variable) || isMixed(value)) && !isPlain(value);
}

function isPlain(value: string): boolean {
  return value.length <= PLAIN_LONGEST && PLAIN.test(value);
}

/** A word of letters of both cases, digits and signs, at least three of the four. */
function isMixed(value: string): boolean {
  if (value.length < SHORTEST_MIXED || !/^[\x21-\x7e]+$/.test(value) || /[/:=]/.test(value)) return false;
  return [/[a-z]/, /[A-Z]/, /\d/, /[^\w.-]/].filter((sort) => sort.test(value)).length >= 3;
}

/** Clients keep the password of an address by itself. */
function passwordIn(value: string): string | undefined {
  if (!value.includes('://') || !URL.canParse(value)) return undefined;
  const { password } = new URL(value);
  const text = decoded(password);
  return text.length >= SHORTEST && !isPlain(text) ? text : undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
