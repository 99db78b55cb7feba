/** Where targets are looked for, as a collector runs with it. */
import { type DiscoverFile, DNS_PORT } from './discover-file.ts';
import type { PortRange } from './ports.ts';
import type { ScheduleFile } from './schedule-file.ts';
import type { SdPath } from './sd-path.ts';
import { type FoundConfig, foundConfig, type TargetBase } from './target-config.ts';

/** A name whose addresses are asked of the system's resolver. */
export interface DnsName {
  readonly host: string;
  readonly port: number;
}

/** Pods that Kubernetes' API lists. */
export interface PodsOf {
  readonly namespace: string;
  /** Empty: all. */
  readonly selector: string;
  readonly api: string;
  readonly tokenFile: string;
  readonly caFile: string;
  readonly port: number;
}

/** Where targets are found, and how what is found there is probed. */
export interface DiscoverConfig {
  readonly source:
    | ({ readonly type: 'ports' } & PortRange)
    | ({ readonly type: 'file' } & SdPath)
    | { readonly type: 'processes'; readonly glob: string }
    | ({ readonly type: 'dns' } & DnsName)
    | ({ readonly type: 'kubernetes' } & PodsOf);
  /** Between two looks. */
  readonly everyMs: number;
  /** How long one that is not found any more is kept. */
  readonly forgetAfterMs: number;
  /** The most targets that it may find. */
  readonly limit: number;
  /** Of all that is found, in place of the names that the source has for them. */
  readonly name?: string;
  readonly target: FoundConfig;
}

export function discoverConfig(entry: DiscoverFile, base: TargetBase, forced: readonly ScheduleFile[]): DiscoverConfig {
  return {
    source: sourceConfig(entry),
    everyMs: entry.every,
    forgetAfterMs: entry.forgetAfter,
    limit: entry.limit,
    ...(entry.name !== undefined && { name: entry.name }),
    target: foundConfig(entry, base, forced),
  };
}

function sourceConfig({
  ports,
  file,
  processes,
  dns,
  kubernetes,
  port = DNS_PORT,
}: DiscoverFile): DiscoverConfig['source'] {
  if (ports !== undefined) return { type: 'ports', ...ports };
  if (file !== undefined) return { type: 'file', ...file };
  if (processes !== undefined) return { type: 'processes', glob: processes === true ? '*' : processes };
  if (kubernetes !== undefined) return { type: 'kubernetes', ...kubernetes, port };
  // the schema sees to it that one of the five is there
  return { type: 'dns', host: dns!, port };
}
