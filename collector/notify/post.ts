/** One POST of JSON, and what its answer means for what was sent. */
import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { rootCertificates } from 'node:tls';
import { Timeout } from '../../agent/base/waiting.ts';
import type { Outcome } from './receiver.ts';

export interface Post {
  readonly url: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Certificates (PEM) that the server's own may be signed by, beside those that Node knows. */
  readonly ca?: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Refusals that may end by themselves: the receiver was too slow, or is asked too much. */
const PASSING: ReadonlySet<number> = new Set([408, 429]);

/** Never throws. Redirections are not followed: what is signed for one is for nobody else. */
export async function post(message: Post): Promise<Outcome> {
  const { timeoutMs, signal } = message;
  using limit = new Timeout(timeoutMs, signal);
  try {
    const { statusCode = 0, headers } = await answerTo(message, limit.signal);
    return outcomeOf(statusCode, headers);
  } catch (error) {
    return { type: 'failed', reason: reasonOf(error, limit.signal, timeoutMs) };
  }
}

/** What it says is of no interest, and may have no end: it is let go with its head. */
async function answerTo({ url, body, headers, ca }: Post, signal: AbortSignal): Promise<IncomingMessage> {
  signal.throwIfAborted();
  const options = {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), ...headers },
    agent: false,
    signal,
  } as const;
  const sent = url.startsWith('https:')
    ? httpsRequest(url, { ...options, ...(ca !== undefined && { ca: [...rootCertificates, ca] }) })
    : httpRequest(url, options);
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  // what goes wrong from here on changes nothing
  sent.on('error', () => {});
  response.destroy();
  return response;
}

function outcomeOf(status: number, headers: IncomingHttpHeaders): Outcome {
  if (status >= 200 && status < 300) return { type: 'accepted' };
  const reason = `it answered ${status}`;
  if (status >= 400 && status < 500 && !PASSING.has(status)) return { type: 'refused', reason };
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return { type: 'failed', reason, ...(seconds > 0 && Number.isFinite(seconds) && { retryInMs: seconds * 1000 }) };
}

/** What went wrong, without the address. */
function reasonOf(error: unknown, { reason }: AbortSignal, timeoutMs: number): string {
  if (reason !== undefined) {
    const isLate = reason instanceof DOMException && reason.name === 'TimeoutError';
    return isLate ? `it has not answered within ${timeoutMs} ms` : 'the collector stops';
  }
  return `it cannot be reached (${(error as NodeJS.ErrnoException).code ?? (error as Error).name})`;
}
