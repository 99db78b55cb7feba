/** Attaching by pid: opening a closed inspector, and leaving it as it was. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { test } from 'node:test';
import { attach } from '../../agent/agent.ts';
import { AttachError, openSession } from '../../agent/session.ts';
import { startTarget, type Target } from '../support/target.ts';

const closedTarget = (execArgv: string[] = ['--inspect-port=0']): Promise<Target> =>
  startTarget('puppet', { inspect: false, execArgv });

async function refused(target: string, reason: RegExp): Promise<void> {
  await assert.rejects(attach(target), (error) => {
    assert.ok(error instanceof AttachError, String(error));
    assert.match(error.message, reason);
    assert.ok(error.message.startsWith(`Cannot attach to ${target}: `), error.message);
    return true;
  });
}

test('the inspector of a process is opened by its pid and closed again', async () => {
  await using target = await closedTarget();
  await target.line(/ready/);
  const agent = await attach(`pid:${target.pid}`);
  assert.equal(agent.identity.pid, target.pid);
  const { inspectorUrl } = agent;
  await agent.close();
  await assert.rejects(openSession(inspectorUrl), /: connection refused/);
  await using again = await attach(`pid:${target.pid}`);
  assert.equal(await again.condition(), 'running');
});

test('an inspector that is open already is used and left open', async () => {
  await using target = await startTarget('puppet');
  const agent = await attach(`pid:${target.pid}`);
  assert.equal(agent.inspectorUrl, target.wsUrl);
  await agent.close();
  await using later = await attach(`${target.port}`);
  assert.equal(later.identity.pid, target.pid);
});

test('an opened inspector stays open if asked to, or while somebody else is on it', async () => {
  await using target = await closedTarget();
  await target.line(/ready/);
  const kept = await attach(`pid:${target.pid}`, { keepOpen: true });
  await kept.close();
  await using session = await openSession(kept.inspectorUrl);
  await session.send('Runtime.getIsolateId');
});

test("somebody else's connection keeps an opened inspector open", async () => {
  await using target = await closedTarget();
  await target.line(/ready/);
  const agent = await attach(`pid:${target.pid}`);
  const other = spawn(process.execPath, ['-e', STRANGER, agent.inspectorUrl], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(other.stdout, 'data');
  await agent.close();
  await using session = await openSession(agent.inspectorUrl);
  await session.send('Runtime.getIsolateId');
  other.kill('SIGKILL');
  await once(other, 'exit');
});

/** A debugger in a process of its own: shakes hands with the inspector and stays. */
const STRANGER = `
  const { hostname, port, pathname } = new URL(process.argv[1]);
  const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': 13, 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==' };
  require('http').get({ hostname, port, path: pathname, headers }).on('upgrade', () => process.stdout.write('on'));
`;

test('a process that loops is opened too', async () => {
  await using target = await closedTarget();
  target.send('loop\n');
  await target.line(/loops/);
  await using agent = await attach(`pid:${target.pid}`);
  assert.equal(await agent.condition(150), 'blocked');
});

test('a process that is none, or none of ours, or not Node', async () => {
  const gone = spawn('true');
  await once(gone, 'exit');
  await refused(`pid:${gone.pid}`, /: there is no such process$/);
  const other = spawn('sleep', ['100']);
  await refused(`pid:${other.pid}`, /: its program is not node \(sleep\), SIGUSR1 might end it/);
  assert.equal(other.exitCode, null);
  other.kill();
  await once(other, 'exit');
});

test('a program that handles SIGUSR1 itself is told so, after the fact', async () => {
  await using target = await closedTarget();
  target.send('sigusr1\n');
  await target.line(/handles SIGUSR1/);
  await refused(
    `pid:${target.pid}`,
    /: it opened no inspector within 2000 ms of SIGUSR1, it handles that signal itself/,
  );
  await target.line(/got SIGUSR1/);
});

test('a program that SIGUSR1 would kill is not signalled', async () => {
  await using target = await closedTarget();
  target.send('deadly\n');
  await target.line(/does not handle SIGUSR1/);
  await refused(`pid:${target.pid}`, /: SIGUSR1 would kill it/);
  target.send('exit 5\n');
  assert.equal((await target.exited).code, 5);
});

test('a program that blocks SIGUSR1, or is stopped', async () => {
  // Node 20 has no --disable-sigusr1, but its permission model blocks the signal as well
  await using target = await closedTarget(['--experimental-permission', '--allow-fs-read=*', '--allow-worker']);
  await target.line(/ready/);
  await refused(`pid:${target.pid}`, /: it blocks SIGUSR1 \(--disable-sigusr1, or the permission model\)/);
  await using stopped = await closedTarget();
  await stopped.line(/ready/);
  stopped.kill('SIGSTOP');
  // the signal is delivered in its own time: wait until the kernel says that it was
  while (!/\) T /.test(await readFile(`/proc/${stopped.pid}/stat`, 'utf8')));
  await refused(`pid:${stopped.pid}`, /: it is stopped, let it continue first/);
});

test('a port that somebody else has is told, and nobody signalled', async () => {
  const server: Server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  await using target = await closedTarget([`--inspect-port=${port}`]);
  target.send('sigusr1\n');
  await target.line(/handles SIGUSR1/);
  await refused(
    `pid:${target.pid}`,
    new RegExp(`: port ${port}, where its inspector would listen, is taken by another`),
  );
  server.close();
});
