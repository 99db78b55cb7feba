/** A place where targets are found. */
import type { DiscoverConfig } from '../config/discover-config.ts';
import type { DiscoveredTarget } from './discovered-target.ts';
import { DnsSource } from './dns-source.ts';
import { FileSource } from './file-source.ts';
import { KubernetesSource } from './kubernetes-source.ts';
import { PortSource } from './port-source.ts';
import { ProcessSource } from './process-source.ts';

export interface Source {
  /** As logs show it. */
  readonly text: string;
  /** What it does not name any more has left for good; else it may be back in a moment. */
  readonly isFinal: boolean;
  /** How long a look may take; absent: it bounds that itself. */
  readonly lookMs?: number;
  /**
   * All targets that are there now.
   * @param warn called with what could not be read, where the rest could. @throws Error where nothing can be reported: then those of before stay
   */
  look(signal: AbortSignal, warn: (problem: string) => void): Promise<readonly DiscoveredTarget[]>;
  /** Calls `changed` when a look is worth it before its time; returns what ends that. */
  watch?(changed: () => void): () => void;
}

export function sourceOf({ source }: Pick<DiscoverConfig, 'source'>): Source {
  switch (source.type) {
    case 'ports':
      return new PortSource(source);
    case 'file':
      return new FileSource(source);
    case 'processes':
      return new ProcessSource(source.glob);
    case 'dns':
      return new DnsSource(source);
    case 'kubernetes':
      return new KubernetesSource(source);
  }
}
