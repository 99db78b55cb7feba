/** The connection to NATS: dialled out, kept for as long as this process wants it, whatever becomes of the servers meanwhile. */
import type { ConnectionOptions, NatsConnection } from '@nats-io/transport-node';
import type { Logger } from 'pino';
import { readBoundedSync } from '../../agent/base/bounded-file.ts';
import { isLoopback } from '../../agent/base/loopback.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { ConfigError } from '../config/config-error.ts';
import type { FleetFile } from '../config/fleet-file.ts';
import { type Environment, readSecret, type SecretSource } from '../config/secret.ts';

export type NatsConfig = FleetFile['nats'];

const RECONNECT_MS = 500;
const MAX_RECONNECT_MS = 5_000;
const PING_MS = 5_000;
const MAX_CERTIFICATE_BYTES = 4 * 2 ** 20;

export interface ConnectOptions {
  /** As the server's lists show it. */
  readonly name: string;
  readonly env: Environment;
  readonly logger: Logger;
  /** How long the first attempt may take. */
  readonly timeoutMs?: number;
}

/** @throws ConfigError for a secret or a file that is not there; Error of one line where no server answers, or one refuses */
export async function connectNats(config: NatsConfig, options: ConnectOptions): Promise<NatsConnection> {
  const { logger, name, timeoutMs = 10_000 } = options;
  const { connect } = await import('@nats-io/transport-node');
  const proof = { ...(await authenticator(config, options.env)), ...tlsOf(config) };
  warnOfPlainText(config, logger);
  let connection: NatsConnection;
  try {
    connection = await connect({
      servers: [...config.servers],
      name,
      timeout: timeoutMs,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_MS,
      reconnectDelayHandler: () => RECONNECT_MS + Math.random() * (MAX_RECONNECT_MS - RECONNECT_MS),
      pingInterval: PING_MS,
      maxPingOut: 2,
      ignoreAuthErrorAbort: true,
      ...proof,
    });
  } catch (cause) {
    const reason = oneLine(reasonOf(cause));
    throw new Error(`Cannot reach NATS at ${config.servers.join(', ')}: ${reason}; is it running, with JetStream?`, {
      cause,
    });
  }
  void tell(connection, logger);
  return connection;
}

/** Says when the connection goes and comes. */
async function tell(connection: NatsConnection, logger: Logger): Promise<void> {
  for await (const status of connection.status()) {
    if (status.type === 'disconnect') logger.warn({ server: status.server }, 'NATS is away: what happens is kept');
    else if (status.type === 'reconnect') logger.info({ server: status.server }, 'NATS is back');
    else if (status.type === 'error') logger.error({ err: status.error }, 'NATS refused something');
  }
}

async function authenticator(config: NatsConfig, env: Environment): Promise<ConnectionOptions> {
  const { credsAuthenticator, nkeyAuthenticator, tokenAuthenticator, usernamePasswordAuthenticator } = await import(
    '@nats-io/transport-node'
  );
  const encoder = new TextEncoder();
  // read at each attempt: a secret is renewed in its place
  const secret = (key: string, source: SecretSource) => {
    const read = () => told(`fleet.nats.${key}`, () => readSecret(source, env));
    read();
    return read;
  };
  const { token, user, password, nkey, creds } = config;
  if (token) {
    const read = secret('token', token);
    return { authenticator: tokenAuthenticator(read) };
  }
  if (user !== undefined && password) {
    return { authenticator: usernamePasswordAuthenticator(user, secret('password', password)) };
  }
  if (nkey) {
    const read = secret('nkey', nkey);
    return { authenticator: nkeyAuthenticator(() => encoder.encode(read())) };
  }
  if (!creds) return {};
  const read = secret('creds', creds);
  return { authenticator: (nonce) => credsAuthenticator(encoder.encode(read()))(nonce) };
}

function tlsOf({ tls }: NatsConfig): ConnectionOptions {
  if (!tls) return {};
  const { ca, cert, key } = tls;
  const read = (path: string) => told('fleet.nats.tls', () => readBoundedSync(path, MAX_CERTIFICATE_BYTES).toString());
  return {
    tls: {
      ...(ca !== undefined && { ca: read(ca) }),
      ...(cert !== undefined && key !== undefined && { cert: read(cert), key: read(key) }),
    },
  };
}

/** What is read along beyond this machine: the events, and the token itself. */
function warnOfPlainText({ servers, tls }: NatsConfig, logger: Logger): void {
  if (tls) return;
  const plain = servers.filter((server) => /^(?:nats|ws):/.test(server) && !isLoopback(new URL(server).hostname));
  if (plain.length > 0) {
    logger.warn(
      { servers: plain },
      'NATS is reached without TLS: others can read all that is sent; give fleet.nats.tls',
    );
  }
}

function told<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new ConfigError([{ where, message: reasonOf(cause) }]);
  }
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}
