/** The ways in which an inspector's address is pasted. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';

for (const [name, host, text] of [
  ['the URL that Node prints when it listens on every address', '0.0.0.0', (url: URL) => url.href],
  ['a port whose inspector listens on ::1', '[::1]', (url: URL) => url.port],
  ['a port whose inspector listens on every address', '0.0.0.0', (url: URL) => url.port],
] as const) {
  test(name, async () => {
    const child = spawn(process.execPath, [`--inspect=${host}:0`, '-e', 'setInterval(() => {}, 1e6)'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const exited = once(child, 'exit');
    try {
      const [line] = (await once(createInterface({ input: child.stderr }), 'line')) as [string];
      const url = new URL(/ws:\S+/.exec(line)?.[0] ?? '');
      await using agent = await attach(text(url));
      assert.equal(agent.identity.pid, child.pid);
    } finally {
      child.kill('SIGKILL');
      await exited;
    }
  });
}

test('a program that serves a list of inspectors itself is attached to by its own', async () => {
  const program = `const list = [{ webSocketDebuggerUrl: 'ws://127.0.0.1:1/x' }];
    const { port } = require('http').createServer((_, answer) => answer.end(JSON.stringify(list)))
      .listen(0, '127.0.0.1', () => console.error('serves')).address() ?? {};`;
  const child = spawn(process.execPath, ['--inspect=127.0.0.1:0', '-e', program], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  try {
    for await (const line of createInterface({ input: child.stderr })) if (line === 'serves') break;
    await using agent = await attach(`pid:${child.pid}`);
    assert.equal(agent.identity.pid, child.pid);
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
});
