/**
 * One request over HTTP whose body is bytes in memory or a file that streams; what comes back is read to a bound. Nothing of the
 * body is copied, so that a gigabyte takes no more memory than a page. Redirections are not followed.
 */
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** What is read of an answer. */
const MAX_ANSWER_BYTES = 4 * 2 ** 20;
/** How long a server may take nothing and say nothing. */
const SILENT_MS = 60_000;
/** How long an answer may take once it has begun: S3 sends blanks while it puts a large file together. */
const ANSWER_MS = 600_000;

export interface Exchange {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | { readonly stream: Readable; readonly bytes: number };
  readonly signal?: AbortSignal | undefined;
}

export interface ServerAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A request that failed, or was answered with an error; `mayPass`: the same may succeed later. */
export class EgressError extends Error {
  override name = 'EgressError';
  readonly mayPass: boolean;

  constructor(message: string, mayPass: boolean, options?: ErrorOptions) {
    super(message, options);
    this.mayPass = mayPass;
  }
}

/** @throws EgressError where nothing comes back; the reason of the signal */
export async function exchange({ method, url, headers, body, signal }: Exchange): Promise<ServerAnswer> {
  const sent = (url.startsWith('https:') ? secureRequest : plainRequest)(url, {
    method,
    headers: { ...headers, 'Content-Length': lengthOf(body) },
    timeout: SILENT_MS,
    ...(signal && { signal }),
  });
  sent.on('timeout', () => sent.destroy(new Error(`nothing for ${SILENT_MS / 1_000} s`)));
  const answered = new Promise<ServerAnswer>((resolve, reject) => {
    // of an answer that has begun its own end tells
    const closed = () => reject(new Error('the connection was closed'));
    sent.on('close', closed);
    sent.on('response', (response) => {
      sent.off('close', closed);
      answerOf(response).then(resolve, reject);
    });
    sent.on('error', reject);
  });
  // an answer may come before all is sent, and a failure is reported once
  answered.catch(() => {});
  try {
    if (body && 'stream' in body) await pipeline(body.stream, sent);
    else sent.end(body);
    return await answered;
  } catch (cause) {
    signal?.throwIfAborted();
    const early = await settled(answered);
    if (early) return early;
    if (cause instanceof EgressError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new EgressError(`it cannot be reached (${code ?? message})`, true, { cause });
  } finally {
    sent.destroy();
  }
}

/** What the server has said before it hung up, if it did. */
async function settled(answered: Promise<ServerAnswer>): Promise<ServerAnswer | undefined> {
  return await Promise.race([answered, new Promise<undefined>((resolve) => setImmediate(resolve, undefined))]).catch(
    () => undefined,
  );
}

async function answerOf(response: IncomingMessage): Promise<ServerAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const late = () => response.destroy(new Error(`its answer takes longer than ${ANSWER_MS / 60_000} min`));
  const timer = setTimeout(late, ANSWER_MS);
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) {
        throw new EgressError(`its answer is longer than ${MAX_ANSWER_BYTES} bytes`, false);
      }
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(timer);
  }
  return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() };
}

function lengthOf(body: Exchange['body']): number {
  if (body === undefined) return 0;
  return 'stream' in body ? body.bytes : body.length;
}

const NOT_IMPLEMENTED = 501;

/** Whether what was refused with this status may succeed later. */
export function mayPass(status: number): boolean {
  return (status >= 500 && status !== NOT_IMPLEMENTED) || status === 408 || status === 429;
}
