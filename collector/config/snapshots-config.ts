/** Where whole snapshots are kept and sent, as a collector runs with it. */
import type { RedactionRules } from '../../agent/redact/rules.ts';
import type { Destination } from './destination.ts';
import type { SecretSource } from './secret.ts';
import type { DestinationFile, StoreFile } from './store-file.ts';

/** Where whole snapshots are kept, and how many of each target. */
export interface SnapshotsConfig {
  readonly dir: string;
  readonly keep: number;
  readonly maxAgeMs?: number;
  /** Of all of them. */
  readonly maxBytes?: number;
  /** What stays of their strings' contents; absent: all of them. */
  readonly redaction?: RedactionRules;
  /** Where each is sent. */
  readonly destination?: DestinationConfig;
}

/** Where snapshots are sent: secrets are named, not held. */
export interface DestinationConfig {
  readonly to: Destination;
  readonly endpoint?: string;
  readonly region?: string;
  readonly accessKeyId?: SecretSource;
  readonly secretAccessKey?: SecretSource;
  readonly sessionToken?: SecretSource;
  readonly bearer?: SecretSource;
  readonly query?: SecretSource;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of each target, that stay there. */
  readonly keep?: number;
  readonly maxAgeMs?: number;
  /** Names of receivers that get a message of each. */
  readonly tell?: readonly string[];
}

export function snapshotsConfig(snapshots: StoreFile['snapshots']): { snapshots?: SnapshotsConfig } {
  if (!snapshots) return {};
  const { dir, keep, maxAge: maxAgeMs, maxBytes, redact, keepNames, hideNames, to } = snapshots;
  const bounds = { ...(maxAgeMs !== undefined && { maxAgeMs }), ...(maxBytes !== undefined && { maxBytes }) };
  const rules = { ...(keepNames && { keep: keepNames }), ...(hideNames && { hide: hideNames }) };
  const sent = to && { destination: destinationConfig(to) };
  return { snapshots: { dir, keep, ...bounds, ...(redact && { redaction: rules }), ...sent } };
}

function destinationConfig({ url: to, maxAge: maxAgeMs, ...file }: DestinationFile): DestinationConfig {
  const given = Object.fromEntries(Object.entries(file).filter(([, value]) => value !== undefined));
  return { to, ...given, ...(maxAgeMs !== undefined && { maxAgeMs }) };
}
