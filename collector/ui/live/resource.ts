/** Something that is asked of the collector and takes a while. */

import { type ReadonlySignal, useComputed, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { reasonOf } from '../../../protocol/reason.ts';

/** `value` of one that failed or loads again is what there was before. */
export type Resource<T> =
  | { readonly state: 'loading'; readonly value?: T }
  | { readonly state: 'ready'; readonly value: T }
  | { readonly state: 'failed'; readonly reason: string; readonly value?: T };

/**
 * Loads whenever one of `inputs` changes; an answer to an older question is dropped.
 * @param load gets a signal that is aborted when its answer is not wanted any more
 */
export function useResource<T>(
  load: (signal: AbortSignal) => Promise<T>,
  inputs: readonly unknown[],
): ReadonlySignal<Resource<T>> {
  const resource = useSignal<Resource<T>>({ state: 'loading' });
  useEffect(() => {
    const stale = new AbortController();
    const before = resource.peek();
    const kept = before.value === undefined ? {} : { value: before.value };
    resource.value = { state: 'loading', ...kept };
    load(stale.signal).then(
      (value) => {
        if (!stale.signal.aborted) resource.value = { state: 'ready', value };
      },
      (error: unknown) => {
        const reason = reasonOf(error);
        if (!stale.signal.aborted) resource.value = { state: 'failed', reason, ...kept };
      },
    );
    return () => stale.abort();
  }, inputs);
  return useComputed(() => resource.value);
}
