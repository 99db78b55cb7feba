/** Reads files of /proc and /sys as a target sees them: in its container, on its machine. */

import { z } from 'zod';
import { AnswerError } from '../base/errors.ts';
import { BUILTIN } from '../cdp/builtin.ts';
import { evaluate } from '../cdp/evaluate.ts';
import type { SendOptions, Session } from '../cdp/session.ts';

/** Characters of one file that are read: a mountinfo of a machine with many containers has some 100 KB. */
const MAX_FILE = 2 ** 18;

/**
 * The texts of files, in their order; null for one that is empty, not there or not for the target (its permission model), or
 * where the target knows no files at all. Each is read at once, under a millisecond in all, and nothing stays.
 */
export async function filesOf(
  session: Session,
  paths: readonly string[],
  options: SendOptions = {},
): Promise<(string | null)[]> {
  const Texts = z.string().max(paths.length * (MAX_FILE + 1));
  try {
    const answer = await evaluate(session, 'limits', source(paths), Texts, { ...options, withRequire: true });
    const texts = answer.split('\0');
    return paths.map((_, at) => texts[at] || null);
  } catch (error) {
    if (error instanceof AnswerError) return paths.map(() => null);
    throw error;
  }
}

// text, since an object would leave a hidden class behind; `fs` is loaded in every Node
function source(paths: readonly string[]): string {
  return `((read) => {
  const paths = ${JSON.stringify(paths)};
  let texts = '';
  for (let at = 0; at < paths.length; at++) {
    if (at > 0) texts += '\\0';
    try { texts += read(paths[at], 'latin1').slice(0, ${MAX_FILE}); } catch {}
  }
  return texts;
})(${BUILTIN}('node:fs').readFileSync)`;
}
