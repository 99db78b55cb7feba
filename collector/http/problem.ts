/** What a request over HTTP is answered with when it fails: `{ "error": { "code", "message" } }`, codes as on the stream. */
import { z } from 'zod';
import type { ErrorCode } from '../../protocol/frames.ts';
import { RequestError } from '../../protocol/requests.ts';
import { AccessError } from '../access/access.ts';

/** The codes, with the status of each. Those of the stream's responses, and those that a stream tells by closing. */
export const STATUS_BY_CODE = {
  'bad-params': 400,
  unauthorized: 401,
  forbidden: 403,
  'unknown-target': 404,
  'unknown-method': 404,
  'not-found': 404,
  'method-not-allowed': 405,
  'not-attached': 409,
  busy: 409,
  void: 409,
  refused: 409,
  'too-large': 413,
  'not-json': 415,
  unreadable: 422,
  'too-many': 429,
  internal: 500,
  'probe-failed': 502,
  'not-ready': 503,
  stopping: 503,
} as const satisfies Record<ErrorCode, number> & Record<string, number>;
export type ProblemCode = keyof typeof STATUS_BY_CODE;

const codes = Object.keys(STATUS_BY_CODE) as [ProblemCode, ...ProblemCode[]];

/** The body of every answer that is not a success. */
export const Problem = z.strictObject({
  error: z.strictObject({
    code: z.enum(codes).meta({ description: 'For programs.' }),
    message: z.string().meta({ description: 'For people.' }),
  }),
});
export type Problem = z.infer<typeof Problem>;

/** A request that fails: it is answered with this. */
export class HttpError extends Error {
  override name = 'HttpError';
  readonly code: ProblemCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.code = code;
    this.headers = headers;
  }

  get status(): number {
    return STATUS_BY_CODE[this.code];
  }

  get body(): Problem {
    return { error: { code: this.code, message: this.message } };
  }
}

/** What `error` is answered with; undefined for one that nobody foresaw. */
export function httpError(error: unknown): HttpError | undefined {
  if (error instanceof HttpError) return error;
  if (error instanceof RequestError) return new HttpError(error.code, error.message);
  if (!(error instanceof AccessError)) return undefined;
  if (error.code === 'unauthorized') return new HttpError(error.code, error.message, { 'WWW-Authenticate': 'Bearer' });
  const { retryInMs } = error;
  const retry = retryInMs === undefined ? {} : { 'Retry-After': String(Math.ceil(retryInMs / 1000)) };
  return new HttpError(error.code, error.message, retry);
}
