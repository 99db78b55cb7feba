/**
 * Single keys of a configuration as the command line and the environment say them, by the same names as in a file:
 *
 *     --set limits.maxPause=60s          HEAPWATCH_LIMITS_MAX_PAUSE=60s
 *     --set 'discover=[{ processes: true }]'
 *
 * Values are YAML, as in the file.
 */
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { ConfigError } from './config-error.ts';
import { ConfigFile } from './config-file.ts';
import type { ConfigFlags } from './config-overrides.ts';

export interface Setting {
  /** What a message should call it. */
  readonly where: string;
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Keys whose variables have a form of their own. */
const OTHERWISE: ReadonlySet<string> = new Set(['HEAPWATCH_LISTEN', 'HEAPWATCH_TARGETS', 'HEAPWATCH_STORE']);

/**
 * @param store the path of the store's file, which has a flag of its own
 * @throws ConfigError for what is not KEY=VALUE; whether there is such a key is the schema's to say
 */
export function flagSettings({ store, set = [] }: Pick<ConfigFlags, 'store' | 'set'>): Setting[] {
  return [...storeSetting('--store', store), ...set.map(flagSetting)];
}

function flagSetting(text: string): Setting {
  const [, key, value] = /^([A-Za-z]+(?:\.[A-Za-z]+)*)=(.*)$/s.exec(text) ?? [];
  if (key !== undefined && value !== undefined)
    return { where: `--set ${key}`, path: key.split('.'), value: read(value) };
  const message = `expected KEY=VALUE such as limits.maxPause=60s, got "${text.split('=', 1)[0]}"`;
  throw new ConfigError([{ where: '--set', message }]);
}

function storeSetting(where: string, path: string | undefined): Setting[] {
  return path === undefined || path === '' ? [] : [{ where, path: ['store', 'path'], value: path }];
}

/** The variables that are set, of those that keys have; outer keys first. */
export function environmentSettings(env: Readonly<Record<string, string | undefined>>): Setting[] {
  const schema = z.toJSONSchema(ConfigFile, { io: 'input' }) as JsonSchema;
  const ofKeys = pathsOf(schema, []).flatMap((path): Setting[] => {
    const where = variableOf(path);
    const value = env[where];
    return value === undefined || value === '' || OTHERWISE.has(where) ? [] : [{ where, path, value: read(value) }];
  });
  return [...storeSetting('HEAPWATCH_STORE', env.HEAPWATCH_STORE), ...ofKeys];
}

/** Lays a setting over the values of a file; what is no map there is left for the schema to refuse. */
export function apply(values: Record<string, unknown>, { path, value }: Setting): void {
  const [last = '', ...before] = [...path].reverse();
  let map = values;
  for (const key of before.reverse()) {
    const inner = map[key] ?? {};
    if (typeof inner !== 'object') return;
    // an alias may stand in several places of the file
    const own = { ...inner } as Record<string, unknown>;
    map[key] = own;
    map = own;
  }
  map[last] = value;
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

function pathsOf({ properties = {} }: JsonSchema, path: readonly string[]): string[][] {
  return Object.entries(properties).flatMap(([key, schema]) => [[...path, key], ...pathsOf(schema, [...path, key])]);
}

/** `HEAPWATCH_LIMITS_MAX_PAUSE` of limits.maxPause. */
function variableOf(path: readonly string[]): string {
  return ['heapwatch', ...path].map((key) => key.replace(/[A-Z]/g, '_$&').toUpperCase()).join('_');
}

/** What is no YAML stands for itself: a cron expression may begin with a star. */
function read(text: string): unknown {
  const document = parseDocument(text);
  return document.errors.length > 0 ? text : document.toJS();
}
