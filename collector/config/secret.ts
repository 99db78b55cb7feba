/** Secrets that a configuration names: it says where each is, in the environment or in a file, and never holds one itself. */
import { readFileSync } from 'node:fs';

export type SecretSource = { readonly env: string } | { readonly file: string };

export type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Error that says what is missing, to follow the secret's name; the secret itself is in no message */
export function readSecret(source: SecretSource, env: Environment): string {
  if ('env' in source) {
    const secret = env[source.env];
    if (secret === undefined || secret === '') throw new Error(`is not there: set ${source.env} in the environment`);
    return secret;
  }
  try {
    return readFileSync(source.file, 'utf8').trimEnd();
  } catch (cause) {
    const { code = String(cause) } = cause as NodeJS.ErrnoException;
    throw new Error(`cannot be read from ${source.file}: ${code}`, { cause });
  }
}
