/** The certificates that a configuration names, read and tried. */

import { createSecureContext } from 'node:tls';
import { readBoundedSync } from '../../agent/base/bounded-file.ts';
import { reasonOf } from '../../protocol/reason.ts';
import type { TlsConfig } from '../config/access-config.ts';
import { ConfigError } from '../config/config-error.ts';

/** As `node:tls` takes them. */
export interface Certificates {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly minVersion: 'TLSv1.2';
  /** Of those who may show certificates: then everybody has to. */
  readonly ca?: Buffer;
}

/** @throws ConfigError for a file that cannot be read, or that does not hold what it should */
export function certificates({ cert, key, clientCa }: TlsConfig): Certificates {
  const read: Certificates = {
    cert: pem('tls.cert', cert),
    key: pem('tls.key', key),
    minVersion: 'TLSv1.2',
    ...(clientCa !== undefined && { ca: pem('tls.clientCa', clientCa) }),
  };
  try {
    createSecureContext(read);
  } catch (cause) {
    const reason = reasonOf(cause);
    throw new ConfigError([{ where: 'tls', message: `${cert} and ${key} are no certificate and its key: ${reason}` }]);
  }
  return read;
}

/** A bundle of all authorities of the web has 200 KB. */
const MAX_BYTES = 4 * 2 ** 20;

function pem(where: string, path: string): Buffer {
  try {
    return readBoundedSync(path, MAX_BYTES);
  } catch (cause) {
    const { code = reasonOf(cause) } = cause as NodeJS.ErrnoException;
    throw new ConfigError([{ where, message: `cannot be read from ${path}: ${code}` }]);
  }
}
