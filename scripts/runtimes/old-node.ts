/** Node of before what heapwatch attaches to. Node 4 has no inspector: test/agent/parse has its format. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { freePort } from '../../test/support/free-port.ts';
import { install } from '../../test/support/install.ts';
import { takeSnapshot } from './take.ts';

export const NODES = ['6.17.1', '8.17.0', '10.24.1', '12.22.12', '14.21.3', '16.20.2'] as const;

/** Something of every kind, in words that Node 6 knows. */
const PROGRAM = `
class Session { constructor(i) { this.id = i; this.token = 'token ' + i; this.user = { name: 'user ' + i }; } }
global.sessions = new Map();
for (let i = 0; i < 5000; i++) sessions.set(i, new Session(i));
global.weak = new WeakMap();
for (const s of sessions.values()) weak.set(s, new Date());
global.kept = [new Uint8Array(1e6), /x/g, Symbol('s'), () => kept, Promise.resolve(1), new Set([1]), 1.5, function* () {}];
setInterval(() => {}, 1000);
console.error('ready');
`;

export async function nodeSnapshot(version: string, path: string): Promise<void> {
  const name = `node-${process.platform}-${process.arch}`;
  const home = await install(`nodes/${version}`, [`${name}@${version}`]);
  // Node 6 knows no port 0
  const child = spawn(
    join(home, 'node_modules', name, 'bin', 'node'),
    [`--inspect=${await freePort()}`, '-e', PROGRAM],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {},
    },
  );
  try {
    await takeSnapshot(await portSaid(child.stderr, 'ready'), path);
  } finally {
    child.kill('SIGKILL');
  }
}

/**
 * The inspector's port, of what Node and Chromium say on stderr: `ws://127.0.0.1:9229/…`, `ws=127.0.0.1:9229/…`.
 * @param ready what is said when there is something to see; absent: nothing
 */
export async function portSaid(stderr: Readable, ready = ''): Promise<number> {
  let said = '';
  for await (const text of stderr.iterator({ destroyOnReturn: false })) {
    said += text;
    const port = /ws(?::\/\/|=)[\w.]{1,40}:(\d{1,5})\//.exec(said)?.[1];
    if (port === undefined || !said.includes(ready)) continue;
    stderr.resume();
    return Number(port);
  }
  throw new Error(`Cannot find the inspector: ${said.trim().split('\n').at(-1) ?? 'nothing was said'}`);
}
