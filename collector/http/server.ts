/** The collector's listening socket: HTTP or HTTPS, with a bound on what any client can hold open. */
import { createServer, type Server as HttpServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { certificates } from '../access/certificates.ts';
import { boundEach } from '../access/connection-bound.ts';
import { type Address, formatAddress } from '../base/address.ts';
import type { TlsConfig } from '../config/access-config.ts';

/** How long a client may take for the head of its request, counted from its connection on, and for all of it. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** How often those that take longer are looked for. */
const CHECK_EVERY_MS = 2_000;
/** How long a connection may stay open between two requests. */
const KEEP_ALIVE_MS = 10_000;
const MAX_HEADER_BYTES = 16_384;

export type Server = HttpServer;

export interface ServerOptions {
  readonly tls?: TlsConfig;
  /** Connections at a time; one more is dropped. */
  readonly maxConnections?: number;
  /** The same of one address (of a /64, where it is IPv6), so that nobody takes them all. */
  readonly maxConnectionsPerAddress?: number;
  /** How long a client may take for the head of its request; default 10 s. */
  readonly headersTimeoutMs?: number;
  /** How often those that take longer are looked for; default 2 s. */
  readonly checkEveryMs?: number;
}

/** @throws ConfigError for a certificate or a key that cannot be read */
export function createHttpServer(given: ServerOptions = {}): Server {
  const { tls, maxConnections, maxConnectionsPerAddress } = given;
  const options = {
    headersTimeout: given.headersTimeoutMs ?? HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: given.checkEveryMs ?? CHECK_EVERY_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  };
  const server = tls
    ? createSecureServer({ ...options, ...tlsOptions(tls), handshakeTimeout: HEADERS_TIMEOUT_MS })
    : createServer(options);
  if (maxConnections !== undefined) server.maxConnections = maxConnections;
  if (maxConnectionsPerAddress !== undefined) boundEach(server, maxConnectionsPerAddress);
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

/** Takes no more connections, and drops those there are, but lets answers that are under way have `graceMs`. */
export async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(timer);
}

function tlsOptions(tls: TlsConfig) {
  const wantsCertificates = tls.clientCa !== undefined;
  return { ...certificates(tls), requestCert: wantsCertificates, rejectUnauthorized: wantsCertificates };
}

function whyNot({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return 'another program listens there, choose another port with --listen';
  if (code === 'EACCES') return 'it is not allowed to this user, choose a port above 1023 with --listen';
  return message;
}
