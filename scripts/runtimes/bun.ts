/** Bun has JavaScriptCore's heap, and writes it in V8's format on request. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { install } from '../../test/support/install.ts';

const RELEASE = '1.4.5';
const PROGRAM = `
class Session { id = 1; token = 'token'; }
globalThis.sessions = Array.from({ length: 5000 }, () => new Session());
await Bun.write(process.argv.at(-1), Bun.generateHeapSnapshot('v8'));
`;

export async function bunSnapshot(path: string): Promise<void> {
  const name = `@oven/bun-${process.platform}-${process.arch === 'arm64' ? 'aarch64' : process.arch}`;
  const home = await install(`bun/${RELEASE}`, [`${name}@${RELEASE}`]);
  const binary = join(home, 'node_modules', name, 'bin', 'bun');
  if (!existsSync(binary)) throw new Error('Cannot get Bun: npm has no build of it for this platform');
  await promisify(execFile)(binary, ['-e', PROGRAM, path]);
}
