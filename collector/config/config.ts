/**
 * What a collector runs with. Layers, the earlier wins: flags, environment, file, defaults.
 *
 *     --target api=9229 --every usage=1s        HEAPWATCH_LISTEN=127.0.0.1:8000        heapwatch.yaml
 *     --set limits.maxPause=60s                 HEAPWATCH_LIMITS_MAX_PAUSE=60s
 */
import { type Access, type AuditConfig, auditConfig, authConfig, exposures, tlsConfig } from './access-config.ts';
import { ConfigError, type Problem } from './config-error.ts';
import type { ConfigFile } from './config-file.ts';
import { type ConfigFlags, environmentSources, flagSources, readOverrides } from './config-overrides.ts';
import { environmentSettings, flagSettings } from './config-settings.ts';
import { placeIn, readConfigText } from './config-text.ts';
import { isDefaultRule } from './default-rules.ts';
import { type DiscoverConfig, discoverConfig } from './discover-config.ts';
import { DiscoverFile } from './discover-file.ts';
import type { FleetFile } from './fleet-file.ts';
import { limitsOf } from './limits-config.ts';
import type { OtlpFile } from './otlp-file.ts';
import { concerns, missingReadings } from './readings.ts';
import type { ReceiverConfig } from './receiver-file.ts';
import { ALL_RECEIVERS, type Rule } from './rule.ts';
import type { SecretSource } from './secret.ts';
import { type SnapshotsConfig, snapshotsConfig } from './snapshots-config.ts';
import { type StoreConfig, storeConfig } from './store-config.ts';
import { type StreamConfig, streamConfig } from './stream-config.ts';
import { merge, type TargetConfig, targetConfig } from './target-config.ts';
import { TargetFile } from './target-file.ts';

export interface EvidenceConfig {
  /** Probes that a rule may have run within an hour. */
  readonly perHour: number;
  /** The longest that object ids are held between two snapshots, and that a target is sampled; 0: neither is done. */
  readonly betweenMs: number;
}

export interface Config extends Access {
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
  /** Names as people wrote them; absent: as V8 has them. */
  readonly sourceMaps?: { readonly folders: readonly string[] };
  /** Who owns what: a CODEOWNERS file, or `auto`; absent: nobody asks. */
  readonly owners?: string;
  /** Absent: no metrics are sent. */
  readonly otlp?: { readonly url: string; readonly everyMs: number; readonly bearer?: SecretSource };
  /** Where the collectors and agents of a fleet meet; absent: this one is by itself. */
  readonly fleet?: FleetFile;
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
    ...(fromFile.sourceMaps && { sourceMaps: fromFile.sourceMaps }),
    ...(fromFile.otlp && { otlp: otlpConfig(fromFile.otlp) }),
    ...(fromFile.owners !== undefined && { owners: fromFile.owners }),
    ...(fromFile.fleet && { fleet: fromFile.fleet }),
  };
  checkWhole(config, file);
  return config;
}

function otlpConfig({ url, every, bearer }: OtlpFile): NonNullable<Config['otlp']> {
  return { url, everyMs: every, ...(bearer && { bearer }) };
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
