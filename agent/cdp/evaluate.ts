/** Evaluates a fixed source text in the target and checks what comes back: a target may answer anything. */

import type { z } from 'zod';
import { AnswerError } from '../base/errors.ts';
import { outsideText, TEXT_LENGTHS } from '../base/outside-text.ts';
import type { SendOptions, Session } from './session.ts';

export interface EvaluateOptions extends SendOptions {
  /** Wait for the promise that the expression gives; not answered while the event loop is blocked. */
  awaitPromise?: boolean;
  /** Gives the text a `require` that works in CommonJS and in modules; only while it is evaluated. */
  withRequire?: boolean;
}

/**
 * The value of an expression, by value: no handle stays behind. `what` names it in errors: `Cannot read ${what}: …`.
 * @throws AnswerError if it throws in the target or gives something that `shape` does not take.
 */
export async function evaluate<T>(
  session: Session,
  what: string,
  expression: string,
  shape: z.ZodType<T>,
  { withRequire = false, awaitPromise = false, ...options }: EvaluateOptions = {},
): Promise<T> {
  const answer = await session.send(
    'Runtime.evaluate',
    {
      expression,
      awaitPromise,
      returnByValue: true,
      silent: true,
      includeCommandLineAPI: withRequire,
    },
    options,
  );
  if (answer.exceptionDetails) {
    const { exception, text } = answer.exceptionDetails;
    throw new AnswerError(`Cannot read ${what}: the target threw ${thrownText(exception?.description ?? text)}`);
  }
  const parsed = shape.safeParse(answer.result?.value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  // it has keys of what was answered
  const why = outsideText(`${issue.path.join('.') || 'value'}: ${issue.message}`, TEXT_LENGTHS.message);
  throw new AnswerError(`Cannot read ${what}: unexpected answer, ${why}`);
}

/** The first line of what an evaluation threw. */
export function thrownText(text: unknown): string {
  return outsideText(String(text).split('\n', 1)[0], TEXT_LENGTHS.message);
}
