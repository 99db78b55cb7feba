/** What a receiver's configuration keeps elsewhere: the secret that signs or addresses, and how a call proves itself. */
import { createSecureContext } from 'node:tls';
import type { Authorization, ReceiverConfig } from '../config/receiver-file.ts';
import { type Environment, readSecret, type SecretSource } from '../config/secret.ts';

export interface Credentials {
  /** Of a webhook what signs; of Slack its address; of PagerDuty the routing key. */
  readonly secret?: string;
  /** The header `Authorization`. */
  readonly authorization?: string;
  /** Certificates (PEM) that the receiver's own may be signed by. */
  readonly ca?: string;
}

/** @throws Error that says what is missing, to follow the receiver's name */
export function readCredentials(config: ReceiverConfig, env: Environment): Credentials {
  const source = secretOf(config);
  if (config.type === 'slack' && !URL.canParse(readSecret(config.secret, env))) throw new Error('is no address');
  const authorization = 'authorization' in config ? config.authorization : undefined;
  return {
    ...(source && { secret: readSecret(source, env) }),
    ...(authorization && { authorization: headerOf(authorization, env) }),
    ...('ca' in config && config.ca !== undefined && { ca: readCertificates(config.ca) }),
  };
}

/** @throws Error, to follow the receiver's name, for what cannot be read or is no certificate */
function readCertificates(path: string): string {
  const certificates = readSecret({ file: path }, {});
  try {
    createSecureContext({ ca: certificates });
  } catch (cause) {
    throw new Error(`cannot be checked by ${path}: it holds no certificate (PEM)`, { cause });
  }
  if (!certificates.includes('-----BEGIN CERTIFICATE-----'))
    throw new Error(`cannot be checked by ${path}: it holds no certificate (PEM)`);
  return certificates;
}

function secretOf(config: ReceiverConfig): SecretSource | undefined {
  return 'secret' in config ? config.secret : undefined;
}

function headerOf(authorization: Authorization, env: Environment): string {
  if (authorization.type === 'bearer') return `Bearer ${readSecret(authorization.token, env)}`;
  const pair = `${authorization.user}:${readSecret(authorization.password, env)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
