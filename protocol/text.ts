/** Strings as frames carry them: never empty, never longer than said. */
import * as z from 'zod';

/** A schema for strings of 1 to `maxLength` UTF-16 code units. */
export function text(maxLength: number) {
  return z
    .string({ error: 'a non-empty string' })
    .min(1)
    .max(maxLength, { error: `a string of at most ${maxLength} characters` });
}
