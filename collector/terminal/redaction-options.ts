/** How a command is asked to replace the contents of strings in a snapshot. */
import type { Argv } from 'yargs';
import { readBoundedSync } from '../../agent/base/bounded-file.ts';
import { fileError } from '../../agent/base/file-error.ts';
import { freshRedaction, keyOf, type Redaction } from '../../agent/redact/redaction.ts';

export interface RedactionArguments {
  keep: readonly string[] | undefined;
  hide: readonly string[] | undefined;
  numbers: boolean;
  keyFile: string | undefined;
}

export function redactionOptions<Args>(yargs: Argv<Args>): Argv<Args & RedactionArguments> {
  return yargs
    .option('keep', { type: 'string', array: true, describe: 'names that stay whatever they look like; globs' })
    .option('hide', { type: 'string', array: true, describe: 'names that go whatever they are used for; globs' })
    .option('numbers', { type: 'boolean', default: false, describe: 'replace the values of numbers too' })
    .option('key-file', {
      type: 'string',
      describe: 'a secret: files redacted with the same one can be compared by content; default: one that nobody knows',
    }) as Argv<unknown> as Argv<Args & RedactionArguments>;
}

/** @throws Error of one line for a key that cannot be read */
export function redactionOf({ keep, hide, numbers, keyFile }: RedactionArguments): Redaction {
  const rules = { ...(keep && { keep }), ...(hide && { hide }), numbers };
  return keyFile === undefined ? freshRedaction(rules) : { ...rules, key: keyOf(keyIn(keyFile)) };
}

const MAX_KEY_BYTES = 2 ** 20;

function keyIn(path: string): string {
  try {
    return readBoundedSync(path, MAX_KEY_BYTES).toString().trimEnd();
  } catch (cause) {
    throw fileError('read', path, cause as NodeJS.ErrnoException);
  }
}
