/** Which pages a browser may open the stream from: our own. Any site could otherwise reach a collector on loopback. */
import { type Address, formatAddress } from '../address.ts';

/**
 * Whether `origin`, a request's header, is none (no browser) or ours. It is compared with the address we listen on, not
 * with the Host header: after DNS rebinding that would be the attacker's own.
 */
export function isOwnOrigin(origin: string | undefined, { host, port }: Address): boolean {
  if (origin === undefined) return true;
  return [host, 'localhost', '127.0.0.1', '::1'].some(
    (name) => origin === `http://${formatAddress({ host: name, port })}`,
  );
}
