/** Finds inspectors by asking each port of a range for its list; none is attached to. */
import { url } from 'node:inspector';
import { AttachError } from '../../agent/base/errors.ts';
import { addressText } from '../../agent/base/target.ts';
import { inspectorUrl } from '../../agent/cdp/endpoint.ts';
import { addressOf } from '../../agent/process/open.ts';
import { type PortRange, portsOf } from '../config/ports.ts';
import type { DiscoveredTarget } from './discovered-target.ts';

/** How long a port has for its answer. */
const ASK_MS = 1_000;
/** Ports that are asked at a time. */
const AT_ONCE = 128;

export class PortSource {
  readonly isFinal = false;
  readonly #range: PortRange;

  constructor(range: PortRange) {
    this.#range = range;
  }

  get text(): string {
    const { host, first, last } = this.#range;
    return `ports ${addressText(host, first)}-${last}`;
  }

  async look(signal: AbortSignal): Promise<readonly DiscoveredTarget[]> {
    const ports = portsOf(this.#range);
    const found: DiscoveredTarget[] = [];
    for (let at = 0; at < ports.length; at += AT_ONCE) {
      const asked = ports.slice(at, at + AT_ONCE).map((port) => this.#ask(port, signal));
      for (const each of (await Promise.all(asked)).flat()) found.push(each);
    }
    return found;
  }

  async #ask(port: number, signal: AbortSignal): Promise<DiscoveredTarget[]> {
    const { host } = this.#range;
    try {
      const inspector = await inspectorUrl(host, port, { timeoutMs: ASK_MS, signal });
      // of the collector itself
      if (url() !== undefined && new URL(inspector).pathname === new URL(url()!).pathname) return [];
      return [{ address: addressOf(inspector) }];
    } catch (error) {
      if (error instanceof AttachError) return []; // nobody listens, or no inspector
      throw error;
    }
  }
}
