/**
 * An inspector of no process: real HTTP and WebSocket, answering by script. For what a real target cannot be made to do:
 * rubbish, silence, frames at a given pace.
 *
 *     await using fake = await startFakeInspector({
 *       answers: {
 *         'HeapProfiler.takeHeapSnapshot': async (_params, peer) => {       // replay, as fast as the socket takes it
 *           for (const chunk of chunks) await peer.event('HeapProfiler.addHeapSnapshotChunk', { chunk });
 *           return {};
 *         },
 *         'Runtime.getHeapUsage': HOLD,                                     // never answered
 *         'HeapProfiler.getSamplingProfile': () => { throw new Refusal(-32000, 'was not started'); },
 *         'HeapProfiler.disable': {},                                       // a plain result
 *       },
 *       onConnect: (peer) => peer.raw('rubbish'),
 *     });
 *     await attach(`${fake.port}`);
 *     await fake.called('HeapProfiler.disable');                            // its params, once it has come
 *
 * Attach, identity, usage and HeapProfiler.enable/disable are answered by default as an idle process would; a method that
 * has no answer is refused with -32601, as V8 does.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** As an answer: the call is never answered. */
export const HOLD = Symbol('hold');

/** Thrown by an answer: the call is refused. */
export class Refusal extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** One client's connection. Each method resolves when the kernel has taken the bytes. */
export interface Peer {
  readonly socket: WebSocket;
  event(method: string, params: object): Promise<void>;
  /** A frame as it is: a string as text, bytes as binary. */
  raw(frame: string | Uint8Array): Promise<void>;
}

export type FakeAnswer = object | typeof HOLD | ((params: object, peer: Peer) => unknown);

export interface FakeOptions {
  answers?: Record<string, FakeAnswer>;
  /** Called on each connection, before any of its calls. */
  onConnect?: (peer: Peer) => void;
  /** Body of `/json/list`, given the address of the WebSocket; default: one target there. */
  list?: (wsUrl: string) => string;
  /** Status with which the WebSocket upgrade is refused; absent: it is accepted. */
  refuseUpgrade?: number;
  pid?: number;
  /** What `/json/version` says that it is; default `node.js/v20.20.2`. */
  version?: string;
  /** What it tells of itself otherwise than an idle process would: `{ title: 'a' }`. */
  self?: Readonly<Record<string, unknown>>;
  /** The same of its gauges: `{ rssBytes: 1 }`. */
  gauges?: Readonly<Record<string, unknown>>;
}

export interface FakeInspector extends AsyncDisposable {
  readonly port: number;
  readonly wsUrl: string;
  /** Methods that were called, in order, on all connections. */
  readonly calls: readonly string[];
  /** The params of the first call of a method: at once if it has come, else when it comes. */
  called(method: string): Promise<object>;
  /** Connections that are open now. */
  readonly peers: ReadonlySet<Peer>;
  /** Cuts all connections and stops listening. */
  close(): Promise<void>;
}

export async function startFakeInspector(options: FakeOptions = {}): Promise<FakeInspector> {
  const {
    answers = {},
    onConnect,
    refuseUpgrade,
    pid = 4711,
    version = 'node.js/v20.20.2',
    self = {},
    gauges = {},
  } = options;
  const all: Record<string, FakeAnswer> = { ...idleProcess(pid, self, gauges), ...answers };
  const calls: string[] = [];
  const seen = new Map<string, PromiseWithParams>();
  const peers = new Set<Peer>();
  const list =
    options.list ??
    ((webSocketDebuggerUrl) => JSON.stringify([{ id: 'fake', title: 'fake.js', webSocketDebuggerUrl }]));

  const http = createServer((request, response) => {
    if (request.url === '/json/list') response.end(list(wsUrl));
    else if (request.url === '/json/version') response.end(JSON.stringify({ Browser: version }));
    else response.writeHead(404).end();
  });
  const wss = new WebSocketServer({ noServer: true });
  http.on('upgrade', (request, socket, head) => {
    if (refuseUpgrade) return void socket.end(`HTTP/1.1 ${refuseUpgrade} No\r\n\r\n`);
    wss.handleUpgrade(request, socket, head, (accepted) => serve(accepted));
  });

  function serve(socket: WebSocket): void {
    const peer = peerOf(socket);
    peers.add(peer);
    // a client that cuts the connection in the middle of a frame is what some tests are about
    socket.on('error', () => socket.terminate());
    socket.on('close', () => peers.delete(peer));
    socket.on('message', (data) => void reply(peer, JSON.parse(String(data))));
    onConnect?.(peer);
  }

  async function reply(peer: Peer, call: { id: number; method: string; params?: object }): Promise<void> {
    const params = call.params ?? {};
    calls.push(call.method);
    callOf(seen, call.method).resolve(params);
    try {
      const answer = all[call.method] ?? notFound(call.method);
      const result = typeof answer === 'function' ? await answer(params, peer) : answer;
      if (result !== HOLD) await peer.raw(JSON.stringify({ id: call.id, result: result ?? {} }));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      await peer.raw(JSON.stringify({ id: call.id, error: { code: error.code, message: error.message } }));
    }
  }

  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  const wsUrl = `ws://127.0.0.1:${port}/fake`;
  const close = async () => {
    for (const peer of peers) peer.socket.terminate();
    http.closeAllConnections();
    if (http.listening) await new Promise((resolve) => http.close(resolve));
  };
  return {
    port,
    wsUrl,
    calls,
    peers,
    called: (method) => callOf(seen, method).promise,
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface PromiseWithParams {
  promise: Promise<object>;
  resolve: (params: object) => void;
}

function callOf(seen: Map<string, PromiseWithParams>, method: string): PromiseWithParams {
  const known = seen.get(method);
  if (known) return known;
  let resolve!: (params: object) => void;
  const promise = new Promise<object>((settle) => {
    resolve = settle;
  });
  const call = { promise, resolve };
  seen.set(method, call);
  return call;
}

function peerOf(socket: WebSocket): Peer {
  const raw = (frame: string | Uint8Array): Promise<void> =>
    // a client that has gone takes nothing more; the script plays on to nobody, as a real target does
    new Promise((resolve) => socket.send(frame, () => resolve()));
  return { socket, raw, event: (method, params) => raw(JSON.stringify({ method, params })) };
}

function notFound(method: string): never {
  throw new Refusal(-32601, `'${method}' wasn't found`);
}

/** What an idle process answers to attach, identity and usage. */
function idleProcess(
  pid: number,
  over: Readonly<Record<string, unknown>>,
  overGauges: Readonly<Record<string, unknown>>,
): Record<string, FakeAnswer> {
  const startedAtMs = Date.now();
  const gauges = {
    heapUsedBytes: 4e6,
    heapTotalBytes: 6e6,
    heapLimitBytes: 4e9,
    externalBytes: 1e6,
    arrayBuffersBytes: 1e4,
    spaces: [{ name: 'new_space', usedBytes: 1e6, sizeBytes: 2e6 }],
    ...overGauges,
  };
  const native = (objectId: string) => ({ objectId, description: `function ${objectId}() { [native code] }` });
  const self = { pid, nodeVersion: process.version, v8Version: process.versions.v8, title: 'fake', ...over };
  const objects: Record<string, Record<string, object>> = {
    process: {
      pid: { value: self.pid },
      version: { value: self.nodeVersion },
      versions: { objectId: 'versions' },
      title: { value: self.title },
      uptime: native('uptime'),
    },
    versions: { v8: { value: self.v8Version } },
  };
  const results: Record<string, () => number> = {
    rss: () => 5e7,
    uptime: () => (Date.now() - startedAtMs) / 1_000,
  };
  const evaluated = (expression: string) => {
    if (expression.endsWith('? process : undefined')) return { objectId: 'process' };
    if (expression.includes('memoryUsage?.rss')) return native('rss');
    return { value: expression.includes('spaces') ? gauges : true };
  };
  const properties = (objectId: string) =>
    Object.entries(objects[objectId] ?? {}).map(([name, value]) => ({ name, value }));
  return {
    'NodeRuntime.notifyWhenWaitingForDisconnect': {},
    'Runtime.getIsolateId': { id: 'fa4e' },
    'Runtime.evaluate': (params) => ({ result: evaluated((params as { expression: string }).expression) }),
    'Runtime.getProperties': (params) => ({ result: properties((params as { objectId: string }).objectId) }),
    'Runtime.callFunctionOn': (params) => ({
      result: { value: results[(params as { objectId: string }).objectId]?.() },
    }),
    'Runtime.releaseObjectGroup': {},
    'Runtime.getHeapUsage': { usedSize: 4e6, totalSize: 6e6 },
    'HeapProfiler.enable': {},
    'HeapProfiler.disable': {},
    'NodeWorker.enable': {},
    'NodeWorker.detach': {},
    'NodeWorker.disable': {},
  };
}
