/** Runtimes that are not Node: each is attached to with what it can do, or refused by its name. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { WebSocketServer } from 'ws';
import { attach } from '../../../agent/attach/agent.ts';
import { census } from '../../../agent/probe/census.ts';
import { startSampling } from '../../../agent/probe/sampling.ts';
import { snapshot } from '../../../agent/probe/snapshot.ts';
import { types } from '../../../agent/probe/types.ts';
import { startFakeInspector } from '../../support/fake-inspector.ts';
import { folder } from '../../support/folder.ts';
import { startInspectorProxy } from '../../support/inspector-proxy.ts';
import { install } from '../../support/install.ts';
import { startTarget } from '../../support/target.ts';

const CONTEXT = { target: 'target', isolate: 'main' };

interface Started extends AsyncDisposable {
  readonly address: string;
}

/** Starts a program and gives the address in its line that matches, when that and a line like `ready` have come. */
async function started(command: string, args: readonly string[], pattern: RegExp, ready = pattern): Promise<Started> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  await once(child, 'spawn');
  const exited = once(child, 'exit');
  const dispose = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  let address: string | undefined;
  for await (const line of createInterface({ input: child.stderr })) {
    address ??= pattern.exec(line)?.[1];
    if (address === undefined || !ready.test(line)) continue;
    child.stderr.resume();
    return { address, [Symbol.asyncDispose]: dispose };
  }
  throw new Error(`${command} ended without a line like ${pattern}`);
}

/** What V8's own profiler domains give of a heap with 500 objects of class Session. */
async function assertRead(address: string, name: RegExp): Promise<void> {
  await using agent = await attach(address);
  assert.match(agent.identity.nodeVersion, name);
  assert.deepEqual(await agent.isolates(), ['main']);
  const counted = await census(agent, CONTEXT);
  assert.equal(counted.rows.find(({ kind }) => kind === 'Session')?.count, 500);
  const { partitions } = await snapshot(agent, { ...CONTEXT, by: ['name'] });
  assert.ok((partitions[0]?.count ?? 0) > 10_000);
  const sampling = await startSampling(agent, 'main');
  assert.ok((await sampling.stop()).heapUsedBytes > 0);
  await assert.rejects(types(agent, CONTEXT), /has no NodeTracing, it is no Node\.js; use census or a snapshot/);
}

const PROGRAM = 'class Session {} globalThis.sessions = Array.from({ length: 500 }, () => new Session());';

test('a Deno process', async () => {
  const home = await install('deno/2.9.6', ['@deno/linux-x64-glibc@2.9.6']);
  await using place = await folder();
  // it closes what has connected before its program runs
  writeFileSync(place.join('program.js'), `${PROGRAM} setInterval(() => {}, 1e6); console.error('ready');`);
  const deno = join(home, 'node_modules/@deno/linux-x64-glibc/deno');
  await using process = await started(
    deno,
    ['run', '--inspect=127.0.0.1:0', place.join('program.js')],
    /ws:\/\/([\d.]+:\d+)/,
    /^ready$/,
  );
  await assertRead(process.address, /^Deno\/2\.9\.6$/);
});

const CHROMIUM = '/usr/bin/chromium';

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

test('a page of Chrome', { skip: !isProgram(CHROMIUM) }, async () => {
  await using place = await folder();
  const page = `data:text/html,<title>page</title><script>${encodeURIComponent(PROGRAM)}</script>`;
  const flags = ['--headless=new', '--no-sandbox', '--disable-gpu', '--remote-debugging-port=0'];
  await using browser = await started(
    CHROMIUM,
    [...flags, `--user-data-dir=${place.path}`, page],
    /DevTools listening on ws:\/\/([\d.]+:\d+)/,
  );
  // it listens before its page runs, which may take long on a busy machine
  await (await attach(browser.address, { timeoutMs: 60_000 })).close();
  await assertRead(browser.address, /^(Headless)?Chrome\//);
});

const WINDOW = {
  Browser: 'Chrome/126.0.6478.234',
  'Protocol-Version': '1.3',
  'User-Agent':
    'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) app/1.0.0 Chrome/126.0.6478.234 Electron/31.6.0 Safari/537.36',
  'V8-Version': '12.6.228.30-electron.0',
};

/** What a window's inspector has, of Node's. */
const IN_WINDOW = /^(Runtime|Debugger|HeapProfiler|Profiler|Schema)\./;

test("a window of Electron, by V8's own heap", async () => {
  await using place = await folder();
  const program = place.join('window.cjs');
  // it has no process, and stays
  writeFileSync(program, `${PROGRAM} setInterval(() => {}, 1e6); delete globalThis.process; console.log('ready');`);
  await using target = await startTarget(program);
  await target.line(/ready/);
  await using proxy = await startInspectorProxy(target.port, {
    body: (path, told) =>
      path.startsWith('/json/version') ? JSON.stringify(WINDOW) : told.replace('"node"', '"page"'),
    refuses: (method) => !IN_WINDOW.test(method),
    asks: (sent) => sent.replace('require(', 'undeclared('),
  });
  await assertRead(proxy.address, /^Electron\/31\.6\.0$/);
});

test("Electron's main process, as the Node that it is", async () => {
  await using place = await folder();
  const program = place.join('main.cjs');
  const versions = "{ ...process.versions, electron: '31.6.0', v8: '12.6.228.30-electron.0' }";
  const disguise = `Object.defineProperty(process, 'versions', { value: Object.freeze(${versions}) });`;
  writeFileSync(program, `${disguise} ${PROGRAM} setInterval(() => {}, 1e6); console.log('ready');`);
  await using target = await startTarget(program);
  await target.line(/ready/);
  // Chromium has the tracing of the process, not Node
  await using proxy = await startInspectorProxy(target.port, {
    refuses: (method) => method.startsWith('NodeTracing.'),
  });
  await assertRead(proxy.address, /^v\d+\.\d+\.\d+$/);
  await using agent = await attach(proxy.address);
  assert.deepEqual([agent.identity.pid, agent.identity.v8Version], [target.pid, '12.6.228.30-electron.0']);
});

test('Bun is refused by its name, by address and by URL', async () => {
  const server = createServer((request, response) => {
    if (request.url !== '/json/version') return void response.writeHead(404).end();
    response.end(JSON.stringify({ 'Protocol-Version': '1.3', Browser: 'Bun', 'Bun-Version': '1.2.3' }));
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    socket.on('message', (data) => {
      const { id, method } = JSON.parse(String(data));
      const [domain] = method.split('.');
      socket.send(JSON.stringify({ id, error: { code: -32601, message: `'${domain}' domain was not found` } }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    for (const target of [address, `ws://${address}/4f9a`]) {
      await assert.rejects(attach(target), {
        name: 'AttachError',
        message: /: this is Bun\/1\.2\.3, whose engine is JavaScriptCore/,
      });
    }
  } finally {
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    server.close();
  }
});

test('what nobody knows is refused by its name', async () => {
  await using fake = await startFakeInspector({
    version: 'Hermes/0.12',
    answers: { 'Runtime.evaluate': { result: { type: 'undefined' } } },
  });
  await assert.rejects(attach(`${fake.port}`), { message: /: this is Hermes\/0\.12, no Node\.js, Deno or Chrome$/ });
});
