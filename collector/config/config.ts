/**
 * What a collector runs with. Layers, the earlier wins: flags, environment, file, defaults.
 *
 *     --target api=9229 --every usage=1s        HEAPWATCH_LISTEN=127.0.0.1:8000        heapwatch.yaml
 *     --set limits.maxPause=60s                 HEAPWATCH_LIMITS_MAX_PAUSE=60s
 */
import type { Limits } from '../../agent/price/limits.ts';
import type { RedactionRules } from '../../agent/redact/rules.ts';
import type { Probe } from '../../protocol/partition.ts';
import type { Role } from '../../protocol/role.ts';
import { type Address, isLoopback } from '../base/address.ts';
import type { AuditFile, OidcFile, ScopeFile, TokenFile } from './access-file.ts';
import { ConfigError, type Problem } from './config-error.ts';
import type { ConfigFile } from './config-file.ts';
import { type ConfigFlags, environmentSources, flagSources, readOverrides } from './config-overrides.ts';
import { environmentSettings, flagSettings } from './config-settings.ts';
import { placeIn, readConfigText } from './config-text.ts';
import { isDefaultRule } from './default-rules.ts';
import type { Destination } from './destination.ts';
import { DiscoverFile, DNS_PORT } from './discover-file.ts';
import { limitsGiven, limitsOf } from './limits-config.ts';
import type { PortRange } from './ports.ts';
import { concerns, missingReadings } from './readings.ts';
import type { ReceiverConfig } from './receiver-file.ts';
import { ALL_RECEIVERS, type Rule } from './rule.ts';
import type { Every, MemoryEvery, ScheduledProbe, ScheduleFile } from './schedule-file.ts';
import type { SdPath } from './sd-path.ts';
import type { SecretSource } from './secret.ts';
import { type StoreConfig, storeConfig } from './store-config.ts';
import type { DestinationFile } from './store-file.ts';
import { StreamFile } from './stream-file.ts';
import { TargetFile } from './target-file.ts';

/** When each probe runs; absent: never. */
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

export type Intervals = Readonly<Partial<Record<ScheduledProbe, Every>>> & { readonly memory?: MemoryEvery };

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
  /** The same of answers for all clients together. */
  readonly answersBytes: number;
  readonly stallMs: number;
  readonly helloMs: number;
  readonly pingMs: number;
  /** Events and bytes kept for clients that resume; whichever is reached first. */
  readonly ringEvents: number;
  readonly ringBytes: number;
}

/** Globs of targets, and the probes that may be run there by hand; absent: all. */
export interface ScopeConfig {
  readonly targets?: readonly string[];
  readonly probes?: readonly Probe[];
}

/** A token of a client: where it is, not what it is. */
export interface TokenConfig {
  readonly name: string;
  readonly role: Role;
  readonly source: SecretSource;
  /** What of the targets and probes is for its bearer; absent: all. */
  readonly scope?: ScopeConfig;
  /** Milliseconds since 1970. */
  readonly expiresMs?: number;
  /** The one before, which is valid for a while. */
  readonly previous?: { readonly source: SecretSource; readonly untilMs: number };
}

/** A provider of OpenID Connect, and what its claims give. */
export interface OidcConfig {
  readonly issuer: string;
  readonly audience: string;
  readonly roleClaim: string;
  readonly nameClaim: string;
  readonly operators: readonly string[];
  readonly viewers: readonly string[];
  /** How users of the dashboard sign in by it; absent: they do not. */
  readonly login?: {
    readonly clientId: string;
    readonly clientSecret?: SecretSource;
    readonly scope: string;
    readonly resource?: string;
  };
  /** By a value of the claim of roles; absent: all is for everybody. */
  readonly scopes?: Readonly<Record<string, ScopeConfig>>;
}

export interface AuthConfig {
  /** None: clients on this machine are operators. */
  readonly tokens: readonly TokenConfig[];
  /** Web pages that may reach the collector besides its own. */
  readonly origins: readonly string[];
  readonly oidc?: OidcConfig;
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

/** Where the audit trail is, and for how long. */
export interface AuditConfig {
  /** Absent: in memory. */
  readonly dir?: string;
  readonly keepMs: number;
  /** Of the hashes. */
  readonly key?: SecretSource;
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
  /** How long a target that is let go is waited for that is sending a snapshot. */
  readonly graceMs: number;
  /** How long a target may answer nothing before its connection is given up. */
  readonly giveUpMs: number;
  readonly stream: StreamConfig;
  /** Absent: the log lives in memory and ends with the collector. */
  readonly store?: StoreConfig;
  /** Absent: in memory. */
  readonly audit?: AuditConfig;
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

/** @throws ConfigError with every problem of the first layer that has any. */
export function readConfig({ file, env = {}, flags = {} }: ConfigSources): Config {
  const settings = [...environmentSettings(env), ...flagSettings(flags)];
  const fromFile = readConfigText(file?.name ?? 'configuration', file?.text ?? '', settings);
  const fromEnv = readOverrides(environmentSources(env));
  const fromFlags = readOverrides(flagSources(flags));
  const base = {
    schedule: merge({}, fromFile.schedule),
    limits: limitsOf(fromFile.limits),
  };
  const forced = [fromEnv.every, fromFlags.every];
  const targets = new Map<string, TargetConfig>();
  for (const target of fromFile.targets) targets.set(target.name, targetConfig(target, base, forced));
  for (const { name, inspect } of [...fromEnv.targets, ...fromFlags.targets]) {
    const before = targets.get(name);
    targets.set(
      name,
      before ? { ...before, inspect } : targetConfig(TargetFile.parse({ name, inspect }), base, forced),
    );
  }
  // who names no target watches what is open on this machine
  const searches =
    targets.size + fromFile.discover.length > 0 ? fromFile.discover : [DiscoverFile.parse({ processes: true })];
  const listen = fromFlags.listen ?? fromEnv.listen ?? fromFile.listen;
  const store = storeConfig(fromFile.store);
  const config = {
    listen,
    auth: authConfig(fromFile.auth),
    ...(fromFile.tls && { tls: tlsConfig(fromFile.tls) }),
    insecure: fromFile.insecure,
    targets: [...targets.values()],
    discover: searches.map((entry) => discoverConfig(entry, base, forced)),
    graceMs: fromFile.grace,
    giveUpMs: fromFile.giveUp,
    stream: streamConfig(fromFile.stream),
    audit: auditConfig(fromFile.audit, fromFile.store?.path),
    alerts: rulesOf(fromFile),
    evidence: { perHour: fromFile.evidence.perHour, betweenMs: fromFile.evidence.between },
    notify: receiversOf(fromFile),
    ...(store && { store }),
    ...snapshotsConfig(fromFile.store?.snapshots),
    strings: fromFile.strings,
  };
  checkWhole(config, file);
  return config;
}

/** Those that run. */
export function rulesOf({ alerts }: Pick<ConfigFile, 'alerts'>): Rule[] {
  return alerts.filter(({ off }) => !off);
}

/** Where a rule is for every receiver and there is none, the log is one. */
function receiversOf({ notify, alerts }: Pick<ConfigFile, 'notify' | 'alerts'>): readonly ReceiverConfig[] {
  const isForAll = alerts.some((rule) => rule.notify.includes(ALL_RECEIVERS));
  return notify.length === 0 && isForAll ? [{ name: 'log', type: 'log' }] : notify;
}

function auditConfig({ dir, keep: keepMs, key }: AuditFile, store: string | undefined): AuditConfig {
  const folder = dir ?? (store === undefined ? undefined : auditFolder(store));
  return { keepMs, ...(folder !== undefined && { dir: folder }), ...(key && { key }) };
}

/** Where the trail of a store is, unless its configuration says otherwise. */
export function auditFolder(store: string): string {
  return `${store}.audit`;
}

function snapshotsConfig(snapshots: NonNullable<ConfigFile['store']>['snapshots']): Pick<Config, 'snapshots'> {
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

/** What no single value shows. */
function checkWhole(config: Config, file: ConfigSources['file']): void {
  const problems: Problem[] = [];
  for (const message of exposures(config)) problems.push({ where: file?.name ?? '--listen', message });
  for (const [index, rule] of config.alerts.entries()) {
    const [missing] = targetsOf(config, rule).flatMap((target) => missingReadings(rule, target) ?? []);
    const where = file ? placeIn(file, ['alerts', index]) : '--set alerts';
    if (missing !== undefined && !isDefaultRule(rule.name))
      problems.push({ where, message: `alerts[${index}] ${rule.name}: ${missing}` });
  }
  if (problems.length > 0) throw new ConfigError(problems);
}

/** Those that a rule is for, as far as names are known before anything is found. */
function targetsOf({ targets, discover }: Config, rule: Rule): Pick<TargetConfig, 'name' | 'schedule'>[] {
  const found = discover.map(({ target: { schedule } }) => ({ name: '*', schedule }));
  return [...targets.filter(({ name }) => concerns(rule, name)), ...(rule.targets.includes('*') ? found : [])];
}

/** Why a collector refuses its configured address: any client that reaches it there could probe the targets, or read along. */
export function exposures({
  listen: { host },
  auth,
  tls,
  insecure,
}: Pick<Config, 'listen' | 'auth' | 'tls' | 'insecure'>) {
  if (isLoopback(host)) return [];
  const problems: string[] = [];
  if (auth.tokens.length === 0 && !auth.oidc) {
    problems.push(
      `cannot listen on "${host}" without tokens: anyone who reaches it could probe the targets; add auth.tokens, ` +
        'or listen on 127.0.0.1 and forward the port over ssh',
    );
  }
  if (!tls && !insecure) {
    problems.push(
      `cannot listen on "${host}" without TLS: others could read tokens on their way; give tls.cert and tls.key, ` +
        'or insecure: true where something else encrypts',
    );
  }
  return problems;
}

function authConfig({ tokens, origins, oidc }: ConfigFile['auth']): AuthConfig {
  return { tokens: tokens.map(tokenConfig), origins, ...(oidc && { oidc: oidcConfig(oidc) }) };
}

function oidcConfig({ scopes, login, ...oidc }: OidcFile): OidcConfig {
  const entries = Object.entries(scopes ?? {}).map(([value, scope]) => [value, scopeConfig(scope)] as const);
  return {
    ...oidc,
    ...(login && { login: loginConfig(login) }),
    ...(scopes && { scopes: Object.fromEntries(entries) }),
  };
}

function loginConfig({ clientId, clientSecret, scope, resource }: NonNullable<OidcFile['login']>) {
  return {
    ...{ clientId, scope },
    ...(clientSecret && { clientSecret: sourceOf(clientSecret) }),
    ...(resource !== undefined && { resource }),
  };
}

function scopeConfig({ targets, probes }: ScopeFile): ScopeConfig {
  return { ...(targets && { targets }), ...(probes && { probes }) };
}

function tokenConfig({ name, role, targets, probes, expires: expiresMs, previous, ...where }: TokenFile): TokenConfig {
  const scope = scopeConfig({ targets, probes });
  return {
    name,
    role,
    source: sourceOf(where),
    ...((targets || probes) && { scope }),
    ...(expiresMs !== undefined && { expiresMs }),
    ...(previous && { previous: { source: sourceOf(previous), untilMs: previous.until } }),
  };
}

/** The schema sees to it that one of the two is there. */
function sourceOf({ env, file }: { env?: string | undefined; file?: string | undefined }): SecretSource {
  return env === undefined ? { file: file! } : { env };
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
    labels: target.labels,
    ...(target.group !== undefined && { group: target.group }),
    by: target.by,
    rows: target.rows,
    isolates: target.isolates,
    samplingIntervalBytes: target.samplingInterval,
    schedule: [target.schedule, ...forced].reduce<Intervals>(merge, schedule),
    limits: { ...limits, ...limitsGiven(target.limits ?? {}) },
  };
}

function discoverConfig(entry: DiscoverFile, base: Base, forced: readonly ScheduleFile[]): DiscoverConfig {
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

/** `over` laid over `base`; what it sets to false is gone. */
function merge(base: Intervals, over: ScheduleFile | undefined): Intervals {
  const merged = Object.entries({ ...base, ...over }).filter(([, every]) => every !== false && every !== undefined);
  return Object.fromEntries(merged);
}

function streamConfig(stream: StreamFile): StreamConfig {
  return {
    maxClients: stream.maxClients,
    maxConnectionsPerAddress: stream.maxConnectionsPerAddress,
    maxSubscriptions: stream.maxSubscriptions,
    maxRequests: stream.maxRequests,
    maxFramesPerSecond: stream.maxFramesPerSecond,
    maxFrameBytes: stream.maxFrame,
    highWaterBytes: stream.highWater,
    bufferBytes: stream.buffer,
    answersBytes: stream.answers,
    stallMs: stream.stall,
    helloMs: stream.hello,
    pingMs: stream.ping,
    ringEvents: stream.ringEvents,
    ringBytes: stream.ringSize,
  };
}

export const DEFAULT_STREAM: StreamConfig = streamConfig(StreamFile.parse({}));
