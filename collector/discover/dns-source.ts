/** Finds a target at each address of a name, by the system's resolver. */
import { lookup } from 'node:dns/promises';
import { addressText } from '../../agent/target.ts';
import { within } from '../waiting/deadline.ts';
import type { Found } from './found.ts';

/** How long the resolver has for its answer; a collector that stops waits for no longer. */
const LOOKUP_MS = 3_000;

export interface DnsName {
  readonly host: string;
  readonly port: number;
}

export class DnsSource {
  readonly isFinal = false;
  readonly #name: DnsName;

  constructor(name: DnsName) {
    this.#name = name;
  }

  get text(): string {
    return `dns ${addressText(this.#name.host, this.#name.port)}`;
  }

  async look(): Promise<readonly Found[]> {
    const { host, port } = this.#name;
    const addresses = await within(LOOKUP_MS, `look up ${host}`, lookup(host, { all: true }));
    return addresses.map(({ address }) => ({ address: addressText(address, port), name: host }));
  }
}
