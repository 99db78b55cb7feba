/** What stands on a port instead of an inspector: each one clear line. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { test } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';
import { AttachError } from '../../../agent/base/errors.ts';
import { openSession } from '../../../agent/cdp/open-session.ts';
import { discover } from '../../../agent/probe/discover.ts';
import { HOLD, startFakeInspector } from '../../support/fake-inspector.ts';
import { startTarget } from '../../support/target.ts';

async function refused(target: string, reason: RegExp, timeoutMs = 2_000): Promise<void> {
  await assert.rejects(attach(target, { timeoutMs }), (error) => {
    assert.ok(error instanceof AttachError, String(error));
    assert.match(error.message, reason);
    assert.ok(error.message.startsWith('Cannot attach to '), error.message);
    assert.ok(!error.message.includes('\n'), error.message);
    return true;
  });
}

/** Listens and hands each connection to `talk`. */
async function listener(talk: (socket: Socket) => void): Promise<{ port: number } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => socket.destroy()));
    talk(socket);
  });
  return { port: await portOf(server), [Symbol.asyncDispose]: () => stop(server, sockets) };
}

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function stop(server: Server, sockets: Iterable<Socket> = []): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
}

test('nobody listens', async () => {
  const server = createServer();
  const port = await portOf(server);
  await stop(server);
  await refused(`${port}`, /: connection refused, start the process with --inspect/);
  await refused(`ws://127.0.0.1:${port}/x`, /: connection refused/);
});

test('an HTTP server', async () => {
  const server = createHttp((_request, response) => response.writeHead(404).end('no'));
  const port = await portOf(server);
  await refused(`${port}`, /: it answered HTTP 404 to \/json\/list, this is no Node.js inspector; check the port$/);
  await refused(`ws://127.0.0.1:${port}/x`, /: it refused the WebSocket \(HTTP 404\)/);
  await stop(server);
});

test('an HTTP server whose answer is something else, or without end', async () => {
  for (const body of ['<html>', '7', '{"a":1}', '[1]', '[{"webSocketDebuggerUrl":7}]']) {
    await using fake = await startFakeInspector({ list: () => body });
    await refused(`${fake.port}`, /: its \/json\/list is not a list of inspectable targets/);
  }
  await using long = await startFakeInspector({ list: () => `["${'x'.repeat(2 ** 21)}"]` });
  await refused(`${long.port}`, /: its \/json\/list is longer than 1048576 bytes/);
});

test('an inspector without targets, or with one whose address is none', async () => {
  await using empty = await startFakeInspector({ list: () => '[]' });
  await refused(`${empty.port}`, /: its \/json\/list has no inspectable target/);
  await using odd = await startFakeInspector({ list: () => '[{"webSocketDebuggerUrl":"::"}]' });
  await refused(`${odd.port}`, /: its \/json\/list names no valid WebSocket URL/);
});

test('a list cannot choose whom we speak to, nor what is asked of him', async () => {
  const asked: string[] = [];
  await using other = await listener((socket) => {
    socket.on('data', (data) => asked.push(String(data)));
  });
  const elsewhere = `127.0.0.1:${other.port}`;
  const lists = [
    `x:@${elsewhere}/admin?delete=all`,
    `http://${elsewhere}/admin`,
    `javascript:@${elsewhere}/`,
    `file://${elsewhere}/a b`,
    'ws://127.0.0.1/a%0d%0ab',
    `ws://127.0.0.1/${'long'.repeat(100)}`,
    '',
  ];
  for (const url of lists) {
    await using odd = await startFakeInspector({ list: () => JSON.stringify([{ webSocketDebuggerUrl: url }]) });
    await refused(`${odd.port}`, /: its \/json\/list (names no valid WebSocket URL|has no inspectable target)/);
    const [found] = await discover({ ports: [odd.port, odd.port], pids: [] });
    assert.equal(found, undefined, url);
  }
  assert.deepEqual(asked, []);
});

test('of the address that a list names the path alone is taken', async () => {
  const named = (url: string) => url.replace(/^ws:\/\/[^/]+/, 'wss://somebody:secret@elsewhere.example:1');
  await using fake = await startFakeInspector({
    list: (url) => JSON.stringify([{ webSocketDebuggerUrl: `${named(url)}?query=1#part` }]),
  });
  await using agent = await attach(`${fake.port}`);
  assert.equal(agent.inspectorUrl, fake.wsUrl);
});

test('a server that says nothing, rubbish, or hangs up', async () => {
  await using silent = await listener(() => {});
  await refused(`${silent.port}`, /: no answer within \d+ ms/, 200);
  await refused(`ws://127.0.0.1:${silent.port}/x`, /: no answer within \d+ ms/, 200);
  await using rubbish = await listener((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
  await refused(`${rubbish.port}`, /: its answer is not HTTP/);
  await using hangUp = await listener((socket) => socket.once('data', () => socket.end()));
  await refused(`${hangUp.port}`, /: it closed the connection without an answer/);
});

test('a server that speaks TLS', async () => {
  // what a TLS server answers to plain HTTP: an alert record (unexpected message)
  await using tls = await listener((socket) =>
    socket.once('data', () => socket.end(Buffer.from('15030100020246', 'hex'))),
  );
  await refused(`${tls.port}`, /: it speaks TLS, this is no Node.js inspector/);
});

test('an inspector that refuses the WebSocket, never answers, or is no Node.js', async () => {
  await using refusing = await startFakeInspector({ refuseUpgrade: 400 });
  await refused(`${refusing.port}`, /: it refused the WebSocket \(HTTP 400\)/);
  await using mute = await startFakeInspector({ answers: { 'NodeRuntime.notifyWhenWaitingForDisconnect': HOLD } });
  await refused(`${mute.port}`, /: it accepted the connection but answered no command within \d+ ms/, 300);
  await using browser = await startFakeInspector({
    version: 'Safari/17.0',
    answers: { 'Runtime.evaluate': { result: { type: 'undefined' } } },
  });
  await refused(`${browser.port}`, /: this is Safari\/17\.0, no Node\.js, Deno or Chrome/);
});

test('an inspector that answers rubbish, whenever it does', async () => {
  for (const frame of ['rubbish', '7', 'null', '[]', '{"id":1,"result":7}', new Uint8Array([1, 2, 3])]) {
    await using fake = await startFakeInspector({ onConnect: (peer) => void peer.raw(frame) });
    await refused(`${fake.port}`, /: it sent (a frame that is not|a binary frame|an answer whose)/);
  }
});

test('frames that are JSON objects but nobody knows are passed over', async () => {
  const odd = [
    '{}',
    '{"id":999,"result":{}}',
    '{"method":"error"}',
    '{"method":"Foo.bar"}',
    '{"id":"__proto__"}',
    '{"method":7}',
  ];
  await using fake = await startFakeInspector({ onConnect: (peer) => odd.forEach((frame) => void peer.raw(frame)) });
  await using agent = await attach(`${fake.port}`);
  assert.equal(agent.identity.pid, 4711);
});

test('an inspector that answers with 100 MB frames', async () => {
  const frame = `{"method":"Foo.bar","params":{"x":"${'x'.repeat(100e6)}"}}`;
  await using fake = await startFakeInspector({ onConnect: (peer) => void peer.raw(frame) });
  await refused(`${fake.port}`, /: it sent a frame of more than 33554432 bytes/);
});

test('a process that waits for a debugger before its first line goes on waiting', async () => {
  await using target = await startTarget('puppet', { execArgv: ['--inspect-brk=127.0.0.1:0'] });
  await refused(`${target.port}`, /: it has not started its program, /, 300);
  const session = await openSession(target.wsUrl);
  await session.send('Runtime.runIfWaitingForDebugger');
  await session.close();
  await target.line(/^ready$/);
  await using agent = await attach(`${target.port}`);
  assert.equal(agent.identity.pid, target.pid);
});

test('what is no live target', async () => {
  await refused('x.heapsnapshot', /: it is no live process/);
  await refused('ws://127.0.0.1:1/v1/stream#api', /: it is no live process/);
});
