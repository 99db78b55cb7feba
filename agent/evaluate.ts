/** Evaluates a fixed source text in the target and checks what comes back: a target may answer anything. */
import type { z } from 'zod';
import type { SendOptions, Session } from './session.ts';

/** The target evaluated, but to something else than was asked for: it is no Node.js, or its globals are replaced. */
export class AnswerError extends Error {
  override name = 'AnswerError';
}

export interface EvaluateOptions extends SendOptions {
  /** Wait for the promise that the expression gives; not answered while the event loop stands. */
  awaitPromise?: boolean;
  /** V8 refuses the evaluation if it could change anything in the target. */
  pure?: boolean;
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
  { pure = false, withRequire = false, awaitPromise = false, ...options }: EvaluateOptions = {},
): Promise<T> {
  const answer = await session.send(
    'Runtime.evaluate',
    {
      expression,
      awaitPromise,
      returnByValue: true,
      silent: true,
      throwOnSideEffect: pure,
      includeCommandLineAPI: withRequire,
    },
    options,
  );
  if (answer.exceptionDetails) {
    const { exception, text } = answer.exceptionDetails;
    throw new AnswerError(`Cannot read ${what}: the target threw ${firstLine(exception?.description ?? text)}`);
  }
  const parsed = shape.safeParse(answer.result?.value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AnswerError(`Cannot read ${what}: unexpected answer, ${issue.path.join('.') || 'value'}: ${issue.message}`);
}

function firstLine(text: unknown): string {
  return String(text).split('\n', 1)[0].slice(0, 200);
}
