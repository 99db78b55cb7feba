/**
 * What a collector runs with. Layers, the earlier wins: flags, environment, file, defaults.
 *
 *     --target api=9229 --every usage=1s        HEAPWATCH_LISTEN=127.0.0.1:8000        heapwatch.yaml
 *     --set limits.maxPause=60s                 HEAPWATCH_LIMITS_MAX_PAUSE=60s
 */
import { DEFAULT_LIMITS, type Limits } from '../../agent/price/limits.ts';
import { limits } from '../../protocol/limits.ts';
import type { Role } from '../../protocol/role.ts';
import type { SecretSource } from '../access/secret.ts';
import { type Address, isLoopback } from '../address.ts';
import { concerns, missingReadings } from '../alert/readings.ts';
import type { Rule } from '../alert/rule.ts';
import type { DnsName } from '../discover/dns-source.ts';
import type { PortRange } from '../discover/ports.ts';
import type { SdPath } from '../discover/sd-path.ts';
import type { ReceiverConfig } from '../notify/receiver-file.ts';
import { ConfigError, type Problem } from './config-error.ts';
import type {
  ConfigFile,
  DiscoverFile,
  Every,
  ScheduledProbe,
  ScheduleFile,
  StreamFile,
  TargetFile,
  TokenFile,
} from './config-file.ts';
import { type ConfigFlags, environmentSources, flagSources, readOverrides } from './config-overrides.ts';
import { environmentSettings, flagSettings } from './config-settings.ts';
import { placeIn, readConfigText } from './config-text.ts';
import { limitsGiven } from './limits-config.ts';
import { type StoreConfig, storeConfig } from './store-config.ts';

/** When each probe runs; absent: never. */
export type Intervals = Readonly<Partial<Record<ScheduledProbe, Every>>>;

export interface TargetConfig {
  readonly name: string;
  /** As its user wrote it: `9229`, `127.0.0.1:9229`, `ws://…`, `pid:4711`. */
  readonly inspect: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Targets of one group take one snapshot at a time. */
  readonly group: string;
  readonly by: readonly string[];
  /** Rows of a partition; the rest goes to `other`. */
  readonly rows: number;
  readonly isolates: 'main' | 'all' | readonly string[];
  readonly samplingIntervalBytes: number;
  readonly schedule: Intervals;
  readonly limits: Limits;
}

/** Where targets are found, and how what is found there is probed. */
export interface DiscoverConfig {
  readonly source:
    | ({ readonly type: 'ports' } & PortRange)
    | ({ readonly type: 'file' } & SdPath)
    | { readonly type: 'processes'; readonly glob: string }
    | ({ readonly type: 'dns' } & DnsName);
  /** Between two looks. */
  readonly everyMs: number;
  /** How long one that is not found any more is kept. */
  readonly forgetAfterMs: number;
  /** Of all that is found, in place of the names that the source has for them. */
  readonly name?: string;
  readonly target: FoundConfig;
}

/** What a target that is found does not say itself; without a group each is one of its own. */
export type FoundConfig = Omit<TargetConfig, 'name' | 'inspect' | 'group'> & { readonly group?: string };

/** Bounds of the stream; PROTOCOL.md says what happens at each. */
export interface StreamConfig {
  readonly maxClients: number;
  readonly maxConnectionsPerAddress: number;
  readonly maxSubscriptions: number;
  readonly maxRequests: number;
  readonly maxFramesPerSecond: number;
  readonly maxFrameBytes: number;
  /** Bytes given to one client's socket before events wait in the collector, where partitions coalesce. */
  readonly highWaterBytes: number;
  readonly bufferBytes: number;
  readonly stallMs: number;
  readonly helloMs: number;
  readonly pingMs: number;
  /** Events and bytes kept for clients that resume; whichever is reached first. */
  readonly ringEvents: number;
  readonly ringBytes: number;
}

/** A token of a client: where it is, not what it is. */
export interface TokenConfig {
  readonly name: string;
  readonly role: Role;
  readonly source: SecretSource;
}

export interface AuthConfig {
  /** None: clients on this machine are operators. */
  readonly tokens: readonly TokenConfig[];
  /** Web pages that may reach the collector besides its own. */
  readonly origins: readonly string[];
}

/** Paths of PEM files. */
export interface TlsConfig {
  readonly cert: string;
  readonly key: string;
  /** Authorities of the certificates that clients must show. */
  readonly clientCa?: string;
}

/** Where whole snapshots are kept, and how many of each target. */
export interface SnapshotsConfig {
  readonly dir: string;
  readonly keep: number;
}

export interface EvidenceConfig {
  /** Probes that a rule may have run within an hour. */
  readonly perHour: number;
  /** The longest that object ids are held between two snapshots, and that a target is sampled; 0: neither is done. */
  readonly betweenMs: number;
}

export interface Config {
  readonly listen: Address;
  readonly auth: AuthConfig;
  readonly tls?: TlsConfig;
  /** Listens beyond loopback without TLS. */
  readonly insecure: boolean;
  /** Where snapshots are kept; absent: nowhere. */
  readonly snapshots?: SnapshotsConfig;
  readonly targets: readonly TargetConfig[];
  readonly discover: readonly DiscoverConfig[];
  readonly stream: StreamConfig;
  /** Absent: the log lives in memory and ends with the collector. */
  readonly store?: StoreConfig;
  readonly alerts: readonly Rule[];
  /** What may be done to a target for the evidence of an alert. */
  readonly evidence: EvidenceConfig;
  /** Whether contents of strings are shown in what leaves the collector: keys of maps in paths. */
  readonly strings: boolean;
  /** Who is told of alerts. */
  readonly notify: readonly ReceiverConfig[];
}

export interface ConfigSources {
  /** `name` as messages should show it. */
  readonly file?: { readonly name: string; readonly text: string };
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly flags?: ConfigFlags;
}

export const DEFAULT_LISTEN: Address = { host: '127.0.0.1', port: 7331 };
export const DEFAULT_SCHEDULE: Intervals = { usage: 5_000, sampling: 'auto', types: 'auto' };

/** Four alerts of a rule within an hour have all their evidence: two snapshots and a sampling profile. */
export const DEFAULT_EVIDENCE: EvidenceConfig = { perHour: 12, betweenMs: 30_000 };

export const DEFAULT_STREAM: StreamConfig = {
  maxClients: limits.maxClients,
  maxConnectionsPerAddress: 1_024,
  maxSubscriptions: limits.maxSubscriptions,
  maxRequests: limits.maxPendingRequests,
  maxFramesPerSecond: limits.maxFramesPerSecond,
  maxFrameBytes: limits.maxFrameBytes,
  highWaterBytes: 262_144,
  bufferBytes: limits.maxBufferedBytes,
  stallMs: limits.stalledMs,
  helloMs: limits.helloTimeoutMs,
  pingMs: limits.pingIntervalMs,
  ringEvents: 100_000,
  ringBytes: 67_108_864,
};

/** @throws ConfigError with every problem of the first layer that has any. */
export function readConfig({ file, env = {}, flags = {} }: ConfigSources): Config {
  const settings = [...environmentSettings(env), ...flagSettings(flags)];
  const fromFile = readConfigText(file?.name ?? 'configuration', file?.text ?? '', settings);
  const fromEnv = readOverrides(environmentSources(env));
  const fromFlags = readOverrides(flagSources(flags));
  const base = {
    schedule: merge(DEFAULT_SCHEDULE, fromFile.schedule),
    limits: { ...DEFAULT_LIMITS, ...limitsGiven(fromFile.limits ?? {}) },
  };
  const forced = [fromEnv.every, fromFlags.every];
  const targets = new Map<string, TargetConfig>();
  for (const target of fromFile.targets ?? []) targets.set(target.name, targetConfig(target, base, forced));
  for (const { name, inspect } of [...fromEnv.targets, ...fromFlags.targets]) {
    const before = targets.get(name);
    targets.set(name, before ? { ...before, inspect } : targetConfig({ name, inspect }, base, forced));
  }
  const listen = fromFlags.listen ?? fromEnv.listen ?? fromFile.listen ?? DEFAULT_LISTEN;
  const store = storeConfig(fromFile.store);
  const config = {
    listen,
    auth: { tokens: (fromFile.auth?.tokens ?? []).map(tokenConfig), origins: fromFile.auth?.origins ?? [] },
    ...(fromFile.tls && { tls: tlsConfig(fromFile.tls) }),
    insecure: fromFile.insecure ?? false,
    targets: [...targets.values()],
    discover: (fromFile.discover ?? []).map((entry) => discoverConfig(entry, base, forced)),
    stream: streamConfig(fromFile.stream),
    alerts: fromFile.alerts ?? [],
    evidence: {
      perHour: fromFile.evidence?.perHour ?? DEFAULT_EVIDENCE.perHour,
      betweenMs: fromFile.evidence?.between ?? DEFAULT_EVIDENCE.betweenMs,
    },
    notify: fromFile.notify ?? [],
    ...(store && { store }),
    ...snapshotsConfig(fromFile.store?.snapshots),
    strings: fromFile.strings ?? false,
  };
  checkWhole(config, file);
  return config;
}

function snapshotsConfig(snapshots: NonNullable<ConfigFile['store']>['snapshots']): Pick<Config, 'snapshots'> {
  return snapshots ? { snapshots: { dir: snapshots.dir, keep: snapshots.keep ?? 10 } } : {};
}

/** What no single value shows. */
function checkWhole(config: Config, file: ConfigSources['file']): void {
  const problems: Problem[] = [];
  if (config.targets.length === 0 && config.discover.length === 0) {
    problems.push({
      where: file?.name ?? '--target',
      message: 'no targets: give --target name=9229, or "targets" or "discover" in a file',
    });
  }
  for (const message of exposures(config)) problems.push({ where: file?.name ?? '--listen', message });
  for (const [index, rule] of config.alerts.entries()) {
    const [missing] = targetsOf(config, rule).flatMap((target) => missingReadings(rule, target) ?? []);
    const where = file ? placeIn(file, ['alerts', index]) : '--set alerts';
    if (missing !== undefined) problems.push({ where, message: `alerts[${index}] ${rule.name}: ${missing}` });
  }
  if (problems.length > 0) throw new ConfigError(problems);
}

/** Those that a rule is for, as far as names are known before anything is found. */
function targetsOf({ targets, discover }: Config, rule: Rule): Pick<TargetConfig, 'name' | 'schedule'>[] {
  const found = discover.map(({ target: { schedule } }) => ({ name: '*', schedule }));
  return [...targets.filter(({ name }) => concerns(rule, name)), ...(rule.targets.includes('*') ? found : [])];
}

/** Why a collector does not listen where it was told to: whoever reaches it there could probe the targets, or read along. */
export function exposures({
  listen: { host },
  auth,
  tls,
  insecure,
}: Pick<Config, 'listen' | 'auth' | 'tls' | 'insecure'>) {
  if (isLoopback(host)) return [];
  const problems: string[] = [];
  if (auth.tokens.length === 0) {
    problems.push(
      `cannot listen on "${host}" without tokens: whoever reaches it could probe the targets; name some in auth.tokens, ` +
        'or listen on 127.0.0.1 and forward the port over ssh',
    );
  }
  if (!tls && !insecure) {
    problems.push(
      `cannot listen on "${host}" without TLS: tokens could be read on their way; give tls.cert and tls.key, ` +
        'or insecure: true where something else encrypts',
    );
  }
  return problems;
}

function tokenConfig({ name, role, env, file }: TokenFile): TokenConfig {
  // the schema sees to it that one of the two is there
  return { name, role, source: env === undefined ? { file: file! } : { env } };
}

function tlsConfig({ cert, key, clientCa }: NonNullable<ConfigFile['tls']>): TlsConfig {
  return { cert, key, ...(clientCa !== undefined && { clientCa }) };
}

type Base = Pick<TargetConfig, 'schedule' | 'limits'>;

function targetConfig(target: TargetFile, base: Base, forced: readonly ScheduleFile[]): TargetConfig {
  const { name, inspect } = target;
  return { name, inspect, group: name, ...foundConfig(target, base, forced) };
}

function foundConfig(
  target: Omit<TargetFile, 'name' | 'inspect'>,
  { schedule, limits }: Base,
  forced: readonly ScheduleFile[],
): FoundConfig {
  return {
    labels: target.labels ?? {},
    ...(target.group !== undefined && { group: target.group }),
    by: target.by ?? ['kind'],
    rows: target.rows ?? 100,
    isolates: target.isolates ?? 'main',
    samplingIntervalBytes: target.samplingInterval ?? 524_288,
    schedule: [target.schedule, ...forced].reduce<Intervals>(merge, schedule),
    limits: { ...limits, ...limitsGiven(target.limits ?? {}) },
  };
}

function discoverConfig(entry: DiscoverFile, base: Base, forced: readonly ScheduleFile[]): DiscoverConfig {
  return {
    source: sourceConfig(entry),
    everyMs: entry.every ?? 10_000,
    forgetAfterMs: entry.forgetAfter ?? 600_000,
    ...(entry.name !== undefined && { name: entry.name }),
    target: foundConfig(entry, base, forced),
  };
}

function sourceConfig({ ports, file, processes, dns, port = 9229 }: DiscoverFile): DiscoverConfig['source'] {
  if (ports !== undefined) return { type: 'ports', ...ports };
  if (file !== undefined) return { type: 'file', ...file };
  if (processes !== undefined) return { type: 'processes', glob: processes === true ? '*' : processes };
  // the schema sees to it that one of the four is there
  return { type: 'dns', host: dns!, port };
}

/** `over` laid over `base`; what it sets to false is gone. */
function merge(base: Intervals, over: ScheduleFile | undefined): Intervals {
  const merged = Object.entries({ ...base, ...over }).filter(([, every]) => every !== false && every !== undefined);
  return Object.fromEntries(merged);
}

function streamConfig(stream: StreamFile = {}): StreamConfig {
  const given = {
    maxClients: stream.maxClients,
    maxConnectionsPerAddress: stream.maxConnectionsPerAddress,
    maxSubscriptions: stream.maxSubscriptions,
    maxRequests: stream.maxRequests,
    maxFramesPerSecond: stream.maxFramesPerSecond,
    maxFrameBytes: stream.maxFrame,
    highWaterBytes: stream.highWater,
    bufferBytes: stream.buffer,
    stallMs: stream.stall,
    helloMs: stream.hello,
    pingMs: stream.ping,
    ringEvents: stream.ringEvents,
    ringBytes: stream.ringSize,
  };
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...DEFAULT_STREAM, ...Object.fromEntries(set) };
}
