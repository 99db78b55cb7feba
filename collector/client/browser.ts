/** `heapwatch/client` in a browser: over its own WebSocket, without any library but the schemas. */
import './no-eval.ts';

import { Client, type ClientOptions } from './client.ts';
import { streamUrl } from './stream-url.ts';

export { Client, type ClientOptions, type ClientState } from './client.ts';
export { StreamError } from './stream-error.ts';
export type { Selection, Subscription } from './subscription.ts';

/** Follows a collector. @param url `wss://host:7331`; the path may be left out. @throws SyntaxError for what is no such address */
export function connect(url: string, options: ClientOptions = {}): Client {
  return new Client(streamUrl(url), (address, subprotocol) => new WebSocket(address, subprotocol), options);
}
