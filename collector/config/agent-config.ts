/** The configuration of a fleet's agents as one document: what a collector's file says of targets, and nothing of its own. */
import { parseDocument } from 'yaml';
import { type Config, readConfig } from './config.ts';
import { ConfigError } from './config-error.ts';
import type { ConfigFlags } from './config-overrides.ts';
import { placeIn } from './config-text.ts';

/** What agents take from the middle; the rest is each one's own, or the collectors'. */
const KEYS: ReadonlySet<string> = new Set(['targets', 'discover', 'schedule', 'limits', 'grace', 'giveUp']);

/** @throws ConfigError with every problem, by line */
export function readAgentConfig(
  file: { readonly name: string; readonly text: string },
  env: Readonly<Record<string, string | undefined>> = {},
  flags: ConfigFlags = {},
): Config {
  const config = readConfig({ file, env, flags });
  const values: unknown = parseDocument(file.text).toJS();
  const others = Object.keys((values ?? {}) as object).filter((key) => !KEYS.has(key));
  if (others.length === 0) return config;
  throw new ConfigError(
    others.map((key) => ({
      where: placeIn(file, [key]),
      message: `"${key}" is not for agents from the middle: expected only ${[...KEYS].join(', ')}`,
    })),
  );
}
