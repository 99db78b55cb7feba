/** Errors on their way between threads: they keep their class as far as somebody may catch it by its class. */
import { AttachError, DetachedError, EpochError, ProtocolError } from '../base/errors.ts';
import { SnapshotSyntaxError } from '../base/syntax-error.ts';

/** An error without its class, which does not cross between threads. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  readonly byteOffset?: number;
  readonly method?: string;
  readonly code?: number;
}

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  const failure: Failure = { name, message, ...(stack !== undefined && { stack }) };
  if (error instanceof SnapshotSyntaxError) return { ...failure, byteOffset: error.byteOffset };
  if (error instanceof ProtocolError) return { ...failure, method: error.method, code: error.code };
  return failure;
}

export function revived(failure: Failure): Error {
  const error = blank(failure);
  for (const key of ['message', 'stack'] as const) {
    Object.defineProperty(error, key, { value: failure[key], configurable: true, writable: true });
  }
  return error;
}

function blank({ name, message, byteOffset = 0, method = '', code = 0 }: Failure): Error {
  switch (name) {
    case 'AttachError':
      return new AttachError(message);
    case 'DetachedError':
      return new DetachedError(message);
    case 'EpochError':
      return new EpochError(message);
    case 'ProtocolError':
      return new ProtocolError(method, code, message);
    case 'SnapshotSyntaxError':
      return new SnapshotSyntaxError(message, byteOffset);
    case 'RangeError':
      return new RangeError(message);
    case 'TimeoutError':
      return new DOMException(message, name);
    default:
      // its exit code goes by its name
      return Object.defineProperty(new Error(message), 'name', { value: name, configurable: true, writable: true });
  }
}
