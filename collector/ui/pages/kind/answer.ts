/** What the collector answers to a question about a kept snapshot. */
import type { ReadonlySignal } from '@preact/signals';
import type { AnswerTo, Question } from '../../../../protocol/explore.ts';
import { useDashboard } from '../../live/dashboard.ts';
import { type Resource, useResource } from '../../live/resource.ts';
import type { Session } from '../../live/session.ts';

/** Asks again whenever the question is another. */
export function useAnswer<Q extends Question>(question: Q): ReadonlySignal<Resource<AnswerTo<Q['question']>>> {
  const { session } = useDashboard();
  return useResource(() => ask(session, question), [session, JSON.stringify(question)]);
}

/** @throws RequestError, StreamError */
export async function ask<Q extends Question>(session: Session, question: Q): Promise<AnswerTo<Q['question']>> {
  const answer = await session.request('explore', question);
  // the schema of the method's result tells each answer by its question
  return answer as AnswerTo<Q['question']>;
}
