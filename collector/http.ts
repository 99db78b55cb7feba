/** The collector's HTTP side: so far only whether it lives. */
import { createServer, type Server } from 'node:http';
import type { Address } from './address.ts';
import { formatAddress } from './address.ts';

/** How long a client may take for the head of its request. */
const HEADERS_TIMEOUT_MS = 10_000;

/** A server that answers `/healthz` and nothing else. */
export function createHttpServer(): Server {
  const server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS }, (request, response) => {
    const healthy = request.url === '/healthz' && (request.method === 'GET' || request.method === 'HEAD');
    response.writeHead(healthy ? 200 : 404, {
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': 'no-store',
    });
    response.end(healthy ? 'ok\n' : 'not found\n');
  });
  return server;
}

/** Listens; gives the port that it became. @throws Error with what to do about it */
export async function listen(server: Server, { host, port }: Address): Promise<Address> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(new Error(`Cannot listen on ${formatAddress({ host, port })}: ${whyNot(cause)}`, { cause }));
    });
    server.listen({ host, port }, resolve);
  });
  const bound = server.address();
  return { host, port: typeof bound === 'object' && bound ? bound.port : port };
}

function whyNot({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return 'another program listens there, choose another port with --listen';
  if (code === 'EACCES') return 'it is not allowed to this user, choose a port above 1023 with --listen';
  return message;
}
