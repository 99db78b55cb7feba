/** A collector, as commands reach it: by its address, with a token where the environment has one. */
import { closeCodes } from '../../protocol/close-codes.ts';
import { type Client, type ClientOptions, connect } from '../client/node.ts';
import { readCredentials } from './credentials.ts';
import { UsageError } from './exit.ts';

/**
 * Begins to connect; where that fails, whatever is asked of the client fails with a StreamError that says why.
 *
 * @param url `ws://127.0.0.1:7331`. @param options `downMs`: how long it may be lost, once it was reached; default not at all
 * @throws UsageError for another URL, or a token that cannot be read
 */
export function openCollector(url: string, options: Pick<ClientOptions, 'signal' | 'downMs' | 'onState'>): Client {
  const credentials = readCredentials(process.env);
  try {
    return connect(url, { firstMs: 0, downMs: 0, advise, ...options, ...credentials });
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new UsageError(cause.message, { cause });
  }
}

function advise(code: number, reason: string): string {
  if (code === closeCodes.unauthorized) return 'give its token by HEAPWATCH_TOKEN or --token-file';
  if (/certificate|self.signed/i.test(reason)) return 'name the authority of its certificate with --ca';
  return 'is a collector listening there?';
}
