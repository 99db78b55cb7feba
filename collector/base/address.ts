/** Where the collector listens: `127.0.0.1:7331`, `[::1]:7331`, or a port alone for loopback. */
export { isLoopback } from '../../agent/base/loopback.ts';

export interface Address {
  /** Without brackets, also for IPv6. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/** @throws RangeError for text that is no address. */
export function parseAddress(text: string): Address {
  const [, bracketed, name, digits] = /^(?:(?:\[([^\]]+)\]|([^\s:/[\]]+)):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined) throw new RangeError(`expected host:port such as 127.0.0.1:7331, got "${text}"`);
  if (port > 65_535) throw new RangeError(`expected a port from 0 to 65535, got ${digits}`);
  return { host: bracketed ?? name ?? '127.0.0.1', port };
}

export function formatAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
