/** `heapwatch/client` in Node, over `ws`. */
import WebSocket from 'ws';
import { Client, type ClientOptions } from './client.ts';
import type { Socket } from './socket.ts';
import { streamUrl } from './stream-url.ts';

export { Client, type ClientOptions, type ClientState } from './client.ts';
export { StreamError } from './stream-error.ts';
export type { Selection, Subscription } from './subscription.ts';

const HANDSHAKE_TIMEOUT_MS = 10_000;
const MAX_FRAME_BYTES = 64 * 2 ** 20;

export interface NodeClientOptions extends ClientOptions {
  /** Certificates (PEM) that a `wss:` collector may be signed by, beside the system's. */
  readonly ca?: string | Buffer;
  /** Our own certificate and its key (PEM), where the collector wants to see one. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
}

/** Follows a collector. @param url `ws://127.0.0.1:7331`; the path may be left out. @throws SyntaxError for what is no such address */
export function connect(url: string, options: NodeClientOptions = {}): Client {
  const { ca, cert, key, ...rest } = options;
  const tls = { ...(ca && { ca }), ...(cert && { cert }), ...(key && { key }) };
  const limits = { handshakeTimeout: HANDSHAKE_TIMEOUT_MS, maxPayload: MAX_FRAME_BYTES, perMessageDeflate: false };
  const openSocket = (address: string, subprotocol: string): Socket =>
    new WebSocket(address, subprotocol, { ...limits, ...tls });
  return new Client(streamUrl(url), openSocket, rest);
}
