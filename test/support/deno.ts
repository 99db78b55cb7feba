/** Deno: V8's newest, in a program that is not Node. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { install } from './install.ts';

const RELEASE = '2.9.6';

/** Absolute path of Deno 2.9 (V8 15), fetched from the registry on first use (some 40 MB). @throws Error where there is none */
export async function denoBinary(): Promise<string> {
  const home = join(await install(`deno/${RELEASE}`, [`deno@${RELEASE}`]), 'node_modules', '@deno');
  const packages = existsSync(home) ? await readdir(home) : [];
  const binary = packages.map((name) => join(home, name, 'deno')).find((path) => existsSync(path));
  if (binary === undefined)
    throw new Error(`Cannot get Deno: npm has no build of it for this platform, ${process.platform}`);
  return binary;
}
