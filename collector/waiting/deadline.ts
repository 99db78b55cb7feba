/** Bounds the wait for an answer that might never come. */
import { formatDuration } from '../units.ts';

/** @throws DOMException `TimeoutError` if `promise` has not settled after `timeoutMs`; it is then waited for no more. */
export function within<T>(timeoutMs: number, what: string, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(timeoutError(what, timeoutMs)), timeoutMs);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function timeoutError(what: string, timeoutMs: number): DOMException {
  return new DOMException(`Cannot ${what}: no answer within ${formatDuration(timeoutMs)}`, 'TimeoutError');
}
