/** What flags and environment say over a configuration file: texts in, the file's own shapes out. */

import { parseTarget } from '../../agent/base/target.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { type Address, parseAddress } from '../base/address.ts';
import { ConfigError, type Problem } from './config-error.ts';
import { type Every, parseEvery, SCHEDULED_PROBES, type ScheduledProbe, type ScheduleFile } from './schedule-file.ts';
import { parseInspect, parseName } from './target-file.ts';

/** What the command line said; a list where an option may be repeated. */
export interface ConfigFlags {
  readonly listen?: string;
  /** `api=9229`, or `9229` for a target whose name is its address. */
  readonly target?: readonly string[];
  /** `usage=5s,sampling=1m`: for all targets, before what the file says of any. */
  readonly every?: readonly string[];
  /** The path of the store's file. */
  readonly store?: string;
  /** `limits.maxPause=60s`: any key of the file. */
  readonly set?: readonly string[];
}

/** One layer over the file: texts, and the name that a message should give each. */
export interface OverrideSources {
  listen?: { where: string; text: string | undefined };
  targets: { where: string; texts: readonly string[] };
  every: { where: string; texts: readonly string[] };
}

export interface Overrides {
  listen?: Address;
  targets: { name: string; inspect: string }[];
  every: ScheduleFile;
}

/** What a command line's flags say. */
export function flagSources({ listen, target = [], every = [] }: ConfigFlags): OverrideSources {
  return {
    listen: { where: '--listen', text: listen },
    targets: { where: '--target', texts: target },
    every: { where: '--every', texts: every.flatMap(list) },
  };
}

/** What HEAPWATCH_LISTEN, HEAPWATCH_TARGETS and HEAPWATCH_EVERY say; lists are split at commas. */
export function environmentSources(env: Readonly<Record<string, string | undefined>>): OverrideSources {
  return {
    listen: { where: 'HEAPWATCH_LISTEN', text: env.HEAPWATCH_LISTEN },
    targets: { where: 'HEAPWATCH_TARGETS', texts: list(env.HEAPWATCH_TARGETS) },
    every: { where: 'HEAPWATCH_EVERY', texts: list(env.HEAPWATCH_EVERY) },
  };
}

function list(text = ''): string[] {
  return text.split(',').filter((part) => part.trim() !== '');
}

/** @throws ConfigError with every problem of the layer */
export function readOverrides({ listen, targets, every }: OverrideSources): Overrides {
  const problems: Problem[] = [];
  const read = <T>(where: string, text: string, parse: (text: string) => T): T[] => {
    try {
      return [parse(text)];
    } catch (error) {
      problems.push({ where, message: reasonOf(error) });
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
function readEvery(text: string): [ScheduledProbe, Every | false] {
  const [, word, value] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (word === undefined || value === undefined)
    throw new SyntaxError(`expected probe=interval such as usage=5s, got "${text}"`);
  const probe = SCHEDULED_PROBES.find((known) => known === word);
  if (probe === undefined) throw new SyntaxError(unknownProbe(word));
  return [probe, parseEvery(value, probe)];
}

function unknownProbe(word: string): string {
  return `unknown probe "${word}"; expected one of ${SCHEDULED_PROBES.join(', ')}`;
}
