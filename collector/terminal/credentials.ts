/**
 * How a command shows itself to a collector, and whom it believes. A token is never given as an argument, which everybody
 * on the machine can read: it comes from the environment, or from a file that the environment or `--token-file` names.
 */

import type { Argv } from 'yargs';
import { readBoundedSync } from '../../agent/base/bounded-file.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { UsageError } from './exit.ts';

type Environment = Record<string, string | undefined>;

export interface Credentials {
  readonly token?: string;
  /** PEM: authorities whose certificates are believed, instead of the system's. */
  readonly ca?: string;
}

/** Adds `--token-file` and `--ca` to every command. They win over the environment, by being put in its place. */
export function credentialOptions<T>(yargs: Argv<T>, env: Environment): Argv<T> {
  return yargs
    .option('token-file', {
      type: 'string',
      global: true,
      describe: 'a file with the token (or HEAPWATCH_TOKEN, HEAPWATCH_TOKEN_FILE in the environment)',
    })
    .option('ca', {
      type: 'string',
      global: true,
      describe: 'of wss://: a PEM file of its authority (or HEAPWATCH_CA)',
    })
    .group(['token-file', 'ca'], 'To reach a collector:')
    .middleware(({ tokenFile, ca }) => {
      if (tokenFile !== undefined) {
        env.HEAPWATCH_TOKEN_FILE = tokenFile;
        delete env.HEAPWATCH_TOKEN;
      }
      if (ca !== undefined) env.HEAPWATCH_CA = ca;
    });
}

/** @throws UsageError for a file that cannot be read */
export function readCredentials(env: Readonly<Environment>): Credentials {
  const { HEAPWATCH_TOKEN: token, HEAPWATCH_TOKEN_FILE: tokenFile, HEAPWATCH_CA: ca } = env;
  const given = token || (tokenFile ? read('token', tokenFile).trim() : undefined);
  return { ...(given && { token: given }), ...(ca && { ca: read('authority', ca) }) };
}

/** A bundle of all authorities of the web has 200 KB. */
const MAX_BYTES = 4 * 2 ** 20;

function read(what: string, path: string): string {
  try {
    return readBoundedSync(path, MAX_BYTES).toString();
  } catch (cause) {
    const { code = reasonOf(cause) } = cause as NodeJS.ErrnoException;
    throw new UsageError(`Cannot read ${what} from ${path}: ${code}`, { cause });
  }
}
