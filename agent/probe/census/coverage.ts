/** The addresses of scripts, out of V8's counts of what has run: where `Debugger` is not enabled it names scripts nowhere else. */
import { z } from 'zod';
import { AnswerError } from '../../base/errors.ts';
import { outsideText, TEXT_LENGTHS } from '../../base/outside-text.ts';

const Coverage = z.object({ result: z.array(z.object({ scriptId: z.string(), url: z.string() })) });

/** By V8's id of a script, those that are wanted; `` for one without. @throws AnswerError */
export function scriptUrls(answer: object, scriptIds: readonly string[]): Map<string, string> {
  const { data, error } = Coverage.safeParse(answer);
  if (error)
    throw new AnswerError(
      `Cannot count objects: the target does not say where its classes are, ${error.issues[0]?.message}`,
    );
  const wanted = new Set(scriptIds);
  return new Map(
    data.result
      .filter(({ scriptId }) => wanted.has(scriptId))
      .map(({ scriptId, url }) => [scriptId, outsideText(url, TEXT_LENGTHS.url)]),
  );
}
