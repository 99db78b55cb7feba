/**
 * What a collector runs with. Layers, the earlier wins: flags, environment, file, defaults.
 *
 *     --target api=9229 --every usage=1s        HEAPWATCH_LISTEN=127.0.0.1:8000        heapwatch.yaml
 */
import { parseTarget } from '../agent/target.ts';
import { limits } from '../protocol/limits.ts';
import { type Address, isLoopback, parseAddress } from './address.ts';
import { ConfigError, type Problem } from './config-error.ts';
import {
  type ConfigFile,
  parseEvery,
  parseInspect,
  parseName,
  SCHEDULED_PROBES,
  type ScheduledProbe,
  type ScheduleFile,
  type StreamFile,
  type TargetFile,
} from './config-file.ts';
import { readConfigText } from './config-text.ts';

/** Milliseconds between two runs of each probe; `auto` as often as its price allows; absent: never. */
export type Intervals = Readonly<Partial<Record<ScheduledProbe, number | 'auto'>>>;

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
}

/** Bounds of the stream; PROTOCOL.md says what happens at each. */
export interface StreamConfig {
  readonly maxClients: number;
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

export interface Config {
  readonly listen: Address;
  readonly targets: readonly TargetConfig[];
  readonly stream: StreamConfig;
}

/** What the command line said; a list where an option may be repeated. */
export interface ConfigFlags {
  readonly listen?: string;
  /** `api=9229`, or `9229` for a target whose name is its address. */
  readonly target?: readonly string[];
  /** `usage=5s,sampling=1m`: for all targets, before what the file says of any. */
  readonly every?: readonly string[];
}

export interface ConfigSources {
  /** `name` as messages should show it. */
  readonly file?: { readonly name: string; readonly text: string };
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly flags?: ConfigFlags;
}

export const DEFAULT_LISTEN: Address = { host: '127.0.0.1', port: 7331 };
export const DEFAULT_SCHEDULE: Intervals = { usage: 5_000, sampling: 'auto' };

export const DEFAULT_STREAM: StreamConfig = {
  maxClients: limits.maxClients,
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
  const fromFile: ConfigFile = file === undefined ? {} : readConfigText(file.name, file.text);
  const layers = [readOverrides(environmentSources(env)), readOverrides(flagSources(flags))];
  const schedule = merge(DEFAULT_SCHEDULE, fromFile.schedule);
  const forced = layers.map((layer) => layer.every);
  const targets = new Map<string, TargetConfig>();
  for (const target of fromFile.targets ?? []) targets.set(target.name, targetConfig(target, schedule, forced));
  for (const { name, inspect } of layers.flatMap((layer) => layer.targets)) {
    const before = targets.get(name);
    targets.set(name, before ? { ...before, inspect } : targetConfig({ name, inspect }, schedule, forced));
  }
  const listen = layers[1]!.listen ?? layers[0]!.listen ?? fromFile.listen ?? DEFAULT_LISTEN;
  const config = { listen, targets: [...targets.values()], stream: streamConfig(fromFile.stream) };
  checkWhole(config, file?.name);
  return config;
}

/** What no single value shows. */
function checkWhole({ listen, targets }: Config, file: string | undefined): void {
  const problems: Problem[] = [];
  if (targets.length === 0) {
    problems.push({
      where: file ?? '--target',
      message: 'no targets: give --target name=9229, or "targets" in a file',
    });
  }
  if (!isLoopback(listen.host)) problems.push({ where: file ?? '--listen', message: notLoopback(listen.host) });
  if (problems.length > 0) throw new ConfigError(problems);
}

/** Why a collector does not listen on `host`. */
export function notLoopback(host: string): string {
  return (
    `cannot listen on "${host}": whoever reaches the stream can probe the targets, and there are no tokens yet; ` +
    'listen on 127.0.0.1 and forward the port over ssh'
  );
}

function targetConfig(target: TargetFile, schedule: Intervals, forced: readonly ScheduleFile[]): TargetConfig {
  return {
    name: target.name,
    inspect: target.inspect,
    labels: target.labels ?? {},
    group: target.group ?? target.name,
    by: target.by ?? ['kind'],
    rows: target.rows ?? 100,
    isolates: target.isolates ?? 'main',
    samplingIntervalBytes: target.samplingInterval ?? 524_288,
    schedule: [target.schedule, ...forced].reduce<Intervals>(merge, schedule),
  };
}

/** `over` laid over `base`; what it sets to false is gone. */
function merge(base: Intervals, over: ScheduleFile | undefined): Intervals {
  const merged = Object.entries({ ...base, ...over }).filter(([, every]) => every !== false && every !== undefined);
  return Object.fromEntries(merged);
}

function streamConfig(stream: StreamFile = {}): StreamConfig {
  const given = {
    maxClients: stream.maxClients,
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

/** One layer over the file: texts, and the name that a message should give each. */
interface OverrideSources {
  listen?: { where: string; text: string | undefined };
  targets: { where: string; texts: readonly string[] };
  every: { where: string; texts: readonly string[] };
}

interface Overrides {
  listen?: Address;
  targets: { name: string; inspect: string }[];
  every: ScheduleFile;
}

function flagSources({ listen, target = [], every = [] }: ConfigFlags): OverrideSources {
  return {
    listen: { where: '--listen', text: listen },
    targets: { where: '--target', texts: target },
    every: { where: '--every', texts: every.flatMap(list) },
  };
}

function environmentSources(env: Readonly<Record<string, string | undefined>>): OverrideSources {
  return {
    listen: { where: 'HEAPWATCH_LISTEN', text: env.HEAPWATCH_LISTEN },
    targets: { where: 'HEAPWATCH_TARGETS', texts: list(env.HEAPWATCH_TARGETS) },
    every: { where: 'HEAPWATCH_EVERY', texts: list(env.HEAPWATCH_EVERY) },
  };
}

function list(text = ''): string[] {
  return text.split(',').filter((part) => part.trim() !== '');
}

function readOverrides({ listen, targets, every }: OverrideSources): Overrides {
  const problems: Problem[] = [];
  const read = <T>(where: string, text: string, parse: (text: string) => T): T[] => {
    try {
      return [parse(text)];
    } catch (error) {
      problems.push({ where, message: error instanceof Error ? error.message : String(error) });
      return [];
    }
  };
  const [address] = listen?.text ? read(listen.where, listen.text, parseAddress) : [];
  const overrides: Overrides = {
    ...(address && { listen: address }),
    targets: targets.texts.flatMap((text) => read(targets.where, text.trim(), readTarget)),
    every: Object.fromEntries(every.texts.flatMap((text) => read(every.where, text.trim(), readEvery))),
  };
  const names = overrides.targets.map(({ name }) => name);
  for (const name of new Set(names.filter((name, i) => names.indexOf(name) !== i))) {
    problems.push({ where: targets.where, message: `two targets have the name "${name}"` });
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return overrides;
}

/** `api=9229`, or the address alone, which then gives the name: `9229`, `10.0.0.7:9229`, `pid:4711`. */
function readTarget(text: string): { name: string; inspect: string } {
  const [, name, inspect] = /^([^=/]+)=(.*)$/.exec(text) ?? [];
  if (name !== undefined && inspect !== undefined) return { name: parseName(name), inspect: parseInspect(inspect) };
  return { name: nameOf(parseInspect(text)), inspect: text };
}

function nameOf(inspect: string): string {
  const target = parseTarget(inspect);
  return parseName(target.kind === 'url' ? new URL(target.url).host : inspect.replace(/[[\]]/g, ''));
}

/** `usage=5s` */
function readEvery(text: string): [ScheduledProbe, number | 'auto' | false] {
  const [, word, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (word === undefined || value === undefined)
    throw new SyntaxError(`expected probe=interval such as usage=5s, got "${text}"`);
  const probe = SCHEDULED_PROBES.find((known) => known === word);
  if (probe === undefined) throw new SyntaxError(unknownProbe(word));
  return [probe, parseEvery(value, probe === 'sampling')];
}

function unknownProbe(word: string): string {
  if (word === 'types' || word === 'census')
    return `probe "${word}" is not supported yet; expected ${SCHEDULED_PROBES.join(', ')}`;
  return `unknown probe "${word}"; expected one of ${SCHEDULED_PROBES.join(', ')}`;
}
