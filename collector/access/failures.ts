/** How often each address has guessed wrong of late. Bounded: of too many addresses the one that failed longest ago is forgotten. */
import { isIPv6 } from 'node:net';

export interface FailureLimits {
  /** Failures that an address may have within `withinMs`; after one more it is not listened to. */
  readonly max: number;
  readonly withinMs: number;
  /** Addresses that are remembered. */
  readonly addresses: number;
}

export class Failures {
  readonly #limits: FailureLimits;
  /** Instants of the last failures of each address, `max` at most; the address that failed last comes last. */
  readonly #atMs = new Map<string, number[]>();

  constructor(limits: FailureLimits) {
    this.#limits = limits;
  }

  add(address: string, nowMs: number): void {
    const key = network(address);
    const atMs = this.#recent(key, nowMs);
    this.#atMs.delete(key);
    this.#atMs.set(key, [...atMs, nowMs].slice(-this.#limits.max));
    if (this.#atMs.size <= this.#limits.addresses) return;
    const [oldest] = this.#atMs.keys();
    this.#atMs.delete(oldest!);
  }

  /** Milliseconds until the address is listened to again; 0 if it is now. */
  blockedMs(address: string, nowMs: number): number {
    const { max, withinMs } = this.#limits;
    const atMs = this.#recent(network(address), nowMs);
    return atMs.length < max ? 0 : atMs[0]! + withinMs - nowMs;
  }

  #recent(key: string, nowMs: number): number[] {
    return (this.#atMs.get(key) ?? []).filter((atMs) => nowMs - atMs < this.#limits.withinMs);
  }
}

/** What one client has of addresses: itself for IPv4, for IPv6 a /64, which is given to each. */
export function network(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped) return mapped[1]!;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('%', 1)[0]!.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0');
  return `${[...front, ...zeros, ...back].slice(0, 4).join(':')}::/64`;
}
