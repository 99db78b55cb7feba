/** Something that somebody has the collector do, from the press of a button to its end. */

import { type ReadonlySignal, useSignal } from '@preact/signals';
import { reasonOf } from '../../../protocol/reason.ts';

export type Action =
  | { readonly state: 'idle' }
  | { readonly state: 'running'; readonly sinceMs: number }
  | { readonly state: 'done'; readonly words: string }
  | { readonly state: 'failed'; readonly reason: string };

/** Its state, and a way to do one; while one runs another is not begun. `work` gives the words that say what came of it. */
export function useAction(): [ReadonlySignal<Action>, (work: () => Promise<string>) => void] {
  const action = useSignal<Action>({ state: 'idle' });
  const act = (work: () => Promise<string>) => {
    if (action.peek().state === 'running') return;
    action.value = { state: 'running', sinceMs: Date.now() };
    work().then(
      (words) => {
        action.value = { state: 'done', words };
      },
      (error: unknown) => {
        action.value = { state: 'failed', reason: reasonOf(error) };
      },
    );
  };
  return [action, act];
}
