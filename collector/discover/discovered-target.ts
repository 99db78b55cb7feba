/** A target that was found, and what it is called: the same wherever and whenever it is found. */
import { createHash } from 'node:crypto';
import type { Limits } from '../../agent/price/limits.ts';

export interface DiscoveredTarget {
  /** Of its inspector: `10.0.0.7:9229`. What tells two targets apart. */
  readonly address: string;
  /** Of a process of this machine. */
  readonly pid?: number;
  /** What it is, if that is known: `api.js`. */
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly group?: string;
  readonly limits?: Partial<Limits>;
}

const LOOPBACK = /^(?:127\.0\.0\.1|localhost):(?=\d+$)/;
const MAX_NAME = 64;
const HASH = 8;

/** An address as it is compared and shown: that of loopback is the port alone. */
export function addressKey(address: string): string {
  return address.replace(LOOPBACK, '').replace(/[[\]]/g, '');
}

/**
 * `api.js@9229`, `10.0.0.7:9229`. The address makes it one of its own, whatever others are called and however many there are;
 * a long one ends in a hash.
 */
export function discoveredName(name: string | undefined, address: string): string {
  const place = addressKey(address);
  const whole = name === undefined ? place : `${name.replace(/^[^\p{L}\p{N}_:]+/u, '')}@${place}`;
  const fit = whole.replace(/^[^\p{L}\p{N}_:]/u, '_').replace(/[^\p{L}\p{N}_.:@-]/gu, '_');
  if (fit.length <= MAX_NAME) return fit;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, HASH);
  return `${fit.slice(0, MAX_NAME - HASH - 1)}-${hash}`;
}
