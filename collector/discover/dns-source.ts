/** Finds a target at each address of a name, by the system's resolver. */
import { lookup } from 'node:dns/promises';
import { addressText } from '../../agent/base/target.ts';
import { within } from '../../agent/base/waiting.ts';
import type { DnsName } from '../config/discover-config.ts';
import type { DiscoveredTarget } from './discovered-target.ts';

/** How long the resolver has for its answer; a collector that stops waits for no longer. */
const LOOKUP_MS = 3_000;

export class DnsSource {
  readonly isFinal = false;
  readonly #name: DnsName;

  constructor(name: DnsName) {
    this.#name = name;
  }

  get text(): string {
    return `dns ${addressText(this.#name.host, this.#name.port)}`;
  }

  async look(): Promise<readonly DiscoveredTarget[]> {
    const { host, port } = this.#name;
    const addresses = await within(LOOKUP_MS, `look up ${host}`, lookup(host, { all: true }));
    return addresses.map(({ address }) => ({ address: addressText(address, port), name: host }));
  }
}
