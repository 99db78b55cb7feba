/**
 * All that is found, as targets: those of the configuration first, then each entry's in turn. An address is one target, also
 * where several entries find it.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { parseTarget } from '../../agent/base/target.ts';
import { isInProcess } from '../../agent/cdp/in-process.ts';
import type { DiscoverConfig } from '../config/discover-config.ts';
import type { TargetConfig } from '../config/target-config.ts';
import { addressKey, type DiscoveredTarget, discoveredName } from './discovered-target.ts';
import { Lookout } from './lookout.ts';

export interface DiscoveryOptions {
  /** Told when other targets are there than before. */
  readonly changed: () => void;
  readonly logger: Logger;
}

export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #open = new Set<Lookout>();
  #lookouts: readonly Lookout[] = [];
  #stopped = false;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
  }

  /** Looks where it is asked to from now on; what an entry that was there before has found stays. Resolves after the first looks. */
  async set(entries: readonly DiscoverConfig[]): Promise<void> {
    if (this.#stopped) return;
    const before = [...this.#lookouts];
    const lookouts = entries.map((config) => {
      const at = before.findIndex((lookout) => isDeepStrictEqual(lookout.config, config));
      return at < 0 ? this.#opened(config) : before.splice(at, 1)[0]!;
    });
    await Promise.all(lookouts.map(({ looked }) => looked));
    // until now those of before were reported
    this.#lookouts = lookouts;
    await Promise.all(before.map((lookout) => this.#close(lookout)));
  }

  /** `targets`, and what is found that is none of them. */
  with(targets: readonly TargetConfig[]): TargetConfig[] {
    const all = new Map(targets.map((target) => [target.name, target]));
    const places = new Set(targets.flatMap(({ inspect }) => placeOfTarget(inspect)));
    for (const { config, found } of this.#lookouts) {
      for (const each of found) {
        const target = targetOf(config, each);
        const own = placesOf(each);
        if (own.some((place) => places.has(place)) || all.has(target.name)) continue;
        for (const place of own) places.add(place);
        all.set(target.name, target);
      }
    }
    return [...all.values()];
  }

  /** Looks nowhere any more, for good; resolves when nothing is asked any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#open].map((lookout) => this.#close(lookout)));
  }

  #opened(config: DiscoverConfig): Lookout {
    const lookout = new Lookout({ ...this.#options, config });
    this.#open.add(lookout);
    return lookout;
  }

  async #close(lookout: Lookout): Promise<void> {
    await lookout.stop();
    this.#open.delete(lookout);
  }
}

function targetOf(config: DiscoverConfig, found: DiscoveredTarget): TargetConfig {
  const { labels, limits, group: ownGroup, ...rest } = config.target;
  const name = discoveredName(config.name ?? found.name, found.address);
  return {
    ...rest,
    name,
    inspect: found.address,
    labels: { ...labels, ...found.labels },
    group: found.group ?? ownGroup ?? name,
    limits: { ...limits, ...found.limits },
  };
}

function placesOf({ address, pid }: DiscoveredTarget): string[] {
  return [addressKey(address), ...(pid === undefined ? [] : [`pid:${pid}`])];
}

function placeOfTarget(inspect: string): string[] {
  if (isInProcess(inspect)) return [inspect];
  const target = parseTarget(inspect);
  if (target.kind === 'address') return [addressKey(`${target.host}:${target.port}`)];
  return [target.kind === 'url' ? addressKey(new URL(target.url).host) : inspect];
}
