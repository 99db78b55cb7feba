/** Attaching by pid: opening a closed inspector, and leaving it as it was. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';
import { inspectorUrl } from '../../../agent/cdp/endpoint.ts';
import { openSession } from '../../../agent/cdp/open-session.ts';
import { AttachError } from '../../../agent/cdp/session.ts';
import { listeningRows } from '../../../agent/process/listening.ts';
import type { Pin } from '../../../agent/process/open.ts';
import { folder } from '../../support/folder.ts';
import { nodeBinary as binaryOf, TRIED_MAJORS } from '../../support/node-versions.ts';
import { startTarget, type Target } from '../../support/target.ts';

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

test('a program that handles SIGUSR1 itself is not sent it', async () => {
  await using target = await closedTarget();
  target.send('sigusr1\n');
  await target.line(/handles SIGUSR1/);
  const refusal = /: it handles SIGUSR1 itself \(a handler of the program's own\), restart it with --inspect$/;
  await refused(`pid:${target.pid}`, refusal);
  await notSignalled(target);
});

/** Its next line is the answer to a command, not to a signal that came before. */
async function notSignalled(target: Target): Promise<void> {
  target.send('sigterm\n');
  assert.equal(await target.line(/SIG/), 'handles SIGTERM');
}

const TAKEN: readonly (readonly [flags: string[], reason: RegExp])[] = [
  [['--heapsnapshot-signal=SIGUSR1'], /: it writes a heap snapshot on SIGUSR1 \(--heapsnapshot-signal=SIGUSR1\)/],
  [
    ['--report-on-signal', '--report-signal=SIGUSR1'],
    /: it writes a diagnostic report on SIGUSR1 \(--report-signal=SIGUSR1\)/,
  ],
];

for (const major of TRIED_MAJORS) {
  test(`a Node ${major} that SIGUSR1 would make write a file is not sent it, and the flag is named`, async () => {
    const nodeBinary = await binaryOf(major);
    for (const [flags, reason] of TAKEN) {
      await using dir = await folder();
      const options = { inspect: false, nodeBinary, cwd: dir.path };
      await using target = await startTarget('puppet', { ...options, execArgv: ['--inspect-port=0', ...flags] });
      await target.line(/ready/);
      await refused(`pid:${target.pid}`, reason);
      await using another = await startTarget('puppet', {
        ...options,
        env: { NODE_OPTIONS: `--inspect-port=0 ${flags.join(' ')}` },
      });
      await another.line(/ready/);
      await refused(`pid:${another.pid}`, reason);
      // a title has written over the command line: the memory tells
      another.send('title\n');
      target.send('title\n');
      await target.line(/titled/);
      await refused(`pid:${target.pid}`, /: it handles SIGUSR1 itself \(.*which its title hides\)/);
      for (const each of [target, another]) await notSignalled(each);
      assert.deepEqual(await readdir(dir.path), []);
    }
  });
}

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

test('a program whose title hides its flags is opened where they say', async () => {
  const held = createServer();
  held.listen(0, '127.0.0.1');
  await once(held, 'listening');
  await using target = await closedTarget();
  target.send('title\n');
  await target.line(/titled/);
  await using agent = await attach(`pid:${target.pid}`);
  assert.equal(agent.identity.pid, target.pid);
  held.close();
});

test('a port is held by who listens on that port of that address, and by nobody else', async () => {
  const elsewhere = createServer();
  elsewhere.listen(0, '127.0.0.2');
  await once(elsewhere, 'listening');
  const { port } = elsewhere.address() as { port: number };
  await using target = await closedTarget([`--inspect-port=${port}`]);
  await target.line(/ready/);
  const agent = await attach(`pid:${target.pid}`);
  assert.equal(new URL(agent.inspectorUrl).host, `127.0.0.1:${port}`);
  await agent.close();
  elsewhere.close();
  const everywhere = createServer();
  everywhere.listen(port);
  await once(everywhere, 'listening');
  await refused(
    `pid:${target.pid}`,
    new RegExp(`: port ${port}, where its inspector would listen, is taken by another`),
  );
  everywhere.close();
});

test('a copy of Node under another name is opened', async () => {
  await using dir = await folder();
  const copy = join(dir.path, 'server');
  await copyFile(process.execPath, copy);
  await using target = await startTarget('puppet', {
    inspect: false,
    execArgv: ['--inspect-port=0'],
    nodeBinary: copy,
  });
  await target.line(/ready/);
  await using agent = await attach(`pid:${target.pid}`);
  assert.equal(agent.identity.pid, target.pid);
});

/** Waits until the inspector of a process has been opened, and closed by somebody who spoke to it. */
async function openedAndClosed(target: Target): Promise<void> {
  await target.errorLine(/^Debugger listening on/);
  await target.errorLine(/^Debugger attached/);
  while ((await listeningRows(target.pid)).length > 0);
}

test('what opens after we have given up is closed, and the signal is not sent again', async () => {
  await using target = await closedTarget();
  target.send('block 4\n');
  await target.line(/blocks/);
  await refused(`pid:${target.pid}`, /: it opened no inspector within 2000 ms of SIGUSR1/);
  await refused(
    `pid:${target.pid}`,
    /: it opened no inspector when it was sent SIGUSR1 at .*, and is not sent it twice/,
  );
  await openedAndClosed(target);
  await using later = await attach(`pid:${target.pid}`);
  assert.equal(later.identity.pid, target.pid);
});

test('what we have opened is closed when we die', async () => {
  for (const when of ['opening', 'attached', 'blocked']) {
    await using target = await closedTarget();
    await target.line(/ready/);
    if (when === 'blocked') {
      target.send('block 2\n');
      await target.line(/blocks/);
    }
    const child = spawn(process.execPath, [
      join(import.meta.dirname, '../../support/attach-and-die.js'),
      `pid:${target.pid}`,
      when,
    ]);
    await once(child, 'exit');
    assert.equal(child.signalCode, 'SIGKILL', when);
    await openedAndClosed(target);
  }
});

test('what we have opened is closed when we have died and the last of others has left', async () => {
  await using target = await closedTarget();
  await target.line(/ready/);
  const dies = join(import.meta.dirname, '../../support/attach-and-die.js');
  const child = spawn(process.execPath, [dies, `pid:${target.pid}`, 'told']);
  await once(child.stdout, 'data');
  const [row] = await listeningRows(target.pid);
  const other = await openSession((await inspectorUrl('127.0.0.1', row!.localPort, { timeoutMs: 5_000 }))!);
  child.stdin.end();
  await once(child, 'exit');
  for (let asked = 0; asked < 500; asked++) await other.send('Runtime.getIsolateId');
  assert.equal((await listeningRows(target.pid)).length, 1);
  await other.close();
  while ((await listeningRows(target.pid)).length > 0);
});

test('a pid that another process has got is not touched', async () => {
  await using target = await closedTarget();
  await target.line(/ready/);
  const pin: Pin = {};
  const agent = await attach(`pid:${target.pid}`, { pin });
  await agent.close();
  assert.ok(pin.startTicks !== undefined);
  // no pid can be had twice on demand: the target is taken for the successor of one that began before
  pin.startTicks--;
  await assert.rejects(attach(`pid:${target.pid}`, { pin }), (error) => {
    assert.ok(error instanceof AttachError, String(error));
    assert.match(
      error.message,
      new RegExp(`: the process of that pid has ended; ${target.pid} is another one, started `),
    );
    return true;
  });
});

test('heapwatch does not signal itself', async () => {
  await refused(`pid:${process.pid}`, /: it is heapwatch itself$/);
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

test('processes with one inspector port are opened one after the other', async () => {
  const server: Server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  await using first = await closedTarget([`--inspect-port=${port}`]);
  await using second = await closedTarget([`--inspect-port=${port}`]);
  await using third = await closedTarget([`--inspect-port=${port}`]);
  const targets = [first, second, third];
  for (const target of targets) await target.line(/ready/);
  const visit = async ({ pid }: Target) => {
    await using agent = await attach(`pid:${pid}`, { timeoutMs: 30_000 });
    assert.equal(agent.identity.pid, pid);
  };
  await Promise.all(targets.map(visit));
  // one that stays keeps the others out, who are not signalled
  await using agent = await attach(`pid:${first.pid}`);
  const held = new RegExp(`: port ${port}, .* is taken by that of pid ${agent.identity.pid}, which is open for us`);
  await refused(`pid:${second.pid}`, held);
  await notSignalled(second);
});
