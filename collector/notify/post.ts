/** One POST of JSON, and what its answer means for what was sent. */
import { TimeLimit } from '../waiting/time-limit.ts';
import type { Outcome } from './receiver.ts';

export interface Post {
  readonly url: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Refusals that may end by themselves: the receiver was too slow, or is asked too much. */
const PASSING: ReadonlySet<number> = new Set([408, 429]);

/** Never throws. Redirections are not followed: what is signed for one is for nobody else. */
export async function post({ url, body, headers, timeoutMs, signal }: Post): Promise<Outcome> {
  using limit = new TimeLimit(timeoutMs, signal);
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers: { 'Content-Type': 'application/json', ...headers },
      redirect: 'manual',
      signal: limit.signal,
    });
    // what it says is of no interest, and may have no end
    await response.body?.cancel();
    return outcomeOf(response);
  } catch (error) {
    return { type: 'failed', reason: reasonOf(error, timeoutMs) };
  }
}

function outcomeOf({ ok, status, headers }: Response): Outcome {
  if (ok) return { type: 'accepted' };
  const reason = `it answered ${status}`;
  if (status >= 400 && status < 500 && !PASSING.has(status)) return { type: 'refused', reason };
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return { type: 'failed', reason, ...(seconds > 0 && Number.isFinite(seconds) && { retryInMs: seconds * 1000 }) };
}

/** What went wrong, without the address. */
function reasonOf(error: unknown, timeoutMs: number): string {
  if (error instanceof DOMException) {
    return error.name === 'TimeoutError' ? `it has not answered within ${timeoutMs} ms` : 'the collector stops';
  }
  const { cause } = error as { cause?: NodeJS.ErrnoException };
  return `it cannot be reached (${cause?.code ?? (error as Error).name})`;
}
