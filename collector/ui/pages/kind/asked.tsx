/** An answer that is awaited: what is shown meanwhile, and where none comes. */
import type { ComponentChildren } from 'preact';
import type { Resource } from '../../live/resource.ts';

interface AskedProps<T> {
  readonly answer: Resource<T>;
  readonly children: (value: T) => ComponentChildren;
}

/** What there was before stays while another answer is awaited. */
export function Asked<T>({ answer, children }: AskedProps<T>) {
  if (answer.state === 'failed') return <p class="notice warn">{answer.reason}</p>;
  if (answer.value === undefined) {
    return (
      <p class="hint" role="status">
        Reading the snapshot …
      </p>
    );
  }
  return <div aria-busy={answer.state === 'loading'}>{children(answer.value)}</div>;
}
