/** A server that gets alerts: what it was posted, and how it answers. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Posted {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface WebhookServer extends AsyncDisposable {
  readonly url: string;
  /** All that it was posted, whatever it answered. */
  readonly posted: readonly Posted[];
  /** Resolves when it was posted `count` times in all. */
  received(count: number): Promise<readonly Posted[]>;
}

/** @param answer default: 200. What does not end the response lets the client wait. */
export async function startWebhookServer(
  answer: (response: ServerResponse, posted: Posted, nth: number) => void = (response) => void response.end(),
  tls?: { readonly cert: Buffer; readonly key: Buffer },
): Promise<WebhookServer> {
  const posted: Posted[] = [];
  let wake = () => {};
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // somebody on this machine may look at every port
    if (request.method !== 'POST') return void response.writeHead(405).end();
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const one = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() };
    posted.push(one);
    answer(response, one, posted.length);
    wake();
  };
  const server = tls ? createSecureServer(tls, take) : createServer(take);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/hook`,
    posted,
    async received(count) {
      while (posted.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return posted;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
