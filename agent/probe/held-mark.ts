/** The mark of a sampling (sampling-owner.ts) in its target: made there, and held by the sampling's own session until that ends. */
import { z } from 'zod';
import { ProtocolError, type SendOptions, type Session } from '../cdp/session.ts';
import { type Mark, newMark } from './sampling-owner.ts';

export interface HeldMark extends Mark {
  /** V8's handle: where the session or the page's context ends, the mark goes. */
  readonly objectId: string;
}

const Made = z.object({ result: z.object({ objectId: z.string() }) });

/** Null where the target refuses to evaluate, or the interval is too wide. */
export async function holdMark(
  session: Session,
  intervalBytes: number,
  options: SendOptions,
): Promise<HeldMark | null> {
  const mark = newMark(intervalBytes);
  if (!mark) return null;
  const answer = await unlessRefused(
    session.send('Runtime.evaluate', { expression: mark.expression, silent: true }, options),
  );
  const made = Made.safeParse(answer);
  return made.success ? { ...mark, objectId: made.data.result.objectId } : null;
}

/** Whether the mark is there to be sampled: a page lets go of what was made for it when it goes to another. */
export async function isMarkHeld(session: Session, { objectId }: HeldMark, options: SendOptions): Promise<boolean> {
  const answer = await unlessRefused(
    session.send('Runtime.getProperties', { objectId, ownProperties: true, generatePreview: false }, options),
  );
  return answer !== null;
}

/** Lets go of it while the session goes on. */
export async function dropMark(session: Session, { objectId }: HeldMark, options: SendOptions): Promise<void> {
  await unlessRefused(session.send('Runtime.releaseObject', { objectId }, options));
}

async function unlessRefused<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ProtocolError) return null;
    throw error;
  }
}
