/** Secrets that a configuration names: it says where each is, in the environment or in a file, and never holds one itself. */
import { readBoundedSync } from '../../agent/base/bounded-file.ts';
import { reasonOf } from '../../protocol/reason.ts';

export type SecretSource = { readonly env: string } | { readonly file: string };

/** Certificates are named so too. */
const MAX_BYTES = 4 * 2 ** 20;

export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Error that says what is missing, to follow the secret's name; the secret itself is in no message */
export function readSecret(source: SecretSource, env: Environment): string {
  if ('env' in source) {
    const secret = env[source.env];
    if (secret === undefined || secret === '') throw new Error(`is not there: set ${source.env} in the environment`);
    return secret;
  }
  try {
    return readBoundedSync(source.file, MAX_BYTES).toString().trimEnd();
  } catch (cause) {
    const { code = reasonOf(cause) } = cause as NodeJS.ErrnoException;
    throw new Error(`cannot be read from ${source.file}: ${code}`, { cause });
  }
}
