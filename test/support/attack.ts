/**
 * What a hostile client does to a collector: frames and requests that are nearly right, and connections that are held open.
 * Attackers come from addresses of their own, so that they spend their own share and nobody else's.
 */
import type { EventEmitter } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { SUBPROTOCOL } from '../../protocol/frames.ts';

export interface Victim {
  /** `ws://127.0.0.1:7331/v1/stream` */
  readonly url: string;
  /** With which some attackers get past the door. */
  readonly token: string;
}

/** Uniform in [0, 1). */
export type Random = () => number;

/** Who holds connections open: one address. */
export const ATTACKER = '127.0.0.2';

/** Who sends rubbish: one of many, else the first would soon be listened to no more. */
function somebody(random: Random): string {
  return `127.0.1.${1 + Math.floor(random() * 250)}`;
}

/** Numbers that depend on nothing but the seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** How often something ended in each way. */
export type Tally = Map<string, number>;

function add(tally: Tally, outcome: string): void {
  tally.set(outcome, (tally.get(outcome) ?? 0) + 1);
}

/** Opens sockets one after the other until `signal`, sends rubbish on each, and counts the codes that they are closed with. */
export async function fuzzFrames({ url, token }: Victim, random: Random, signal: AbortSignal): Promise<Tally> {
  const tally: Tally = new Map();
  while (!signal.aborted) {
    const socket = new WebSocket(url, SUBPROTOCOL, { perMessageDeflate: false, localAddress: somebody(random) });
    socket.on('error', () => {});
    const closed = new Promise<number>((resolve) => socket.once('close', (code) => resolve(code)));
    if (!(await Promise.race([happened(socket, 'open').then(() => true), closed.then(() => false)]))) {
      add(tally, 'not opened');
      continue;
    }
    // behind the door there is more to break
    if (random() < 0.7) socket.send(JSON.stringify({ type: 'hello', token }));
    for (let i = 0; i < 8; i++) sendRubbish(socket, random);
    socket.send('{"type":"bye"}');
    add(tally, String(await closed));
  }
  return tally;
}

const FRAMES: readonly object[] = [
  { type: 'hello', token: 'x'.repeat(20) },
  { type: 'subscribe', id: 's', topics: ['partition', 'usage', 'target', 'probe'], targets: ['a*'], by: ['kind'] },
  { type: 'subscribe', id: 't', topics: ['usage'], from: { log: 'none', offset: 7 } },
  { type: 'unsubscribe', id: 's' },
  { type: 'request', id: '1', method: 'targets' },
  { type: 'request', id: '2', method: 'partition', params: { id: 'p' } },
  { type: 'request', id: '3', method: 'probe', params: { target: 'none', probe: 'usage', inspect: '127.0.0.1:9229' } },
];

const VALUES: readonly unknown[] = [
  null,
  true,
  -1,
  1e308,
  '',
  '\u0000',
  '\ud800',
  [],
  {},
  'x'.repeat(5_000),
  ['a', []],
  { a: {} },
];

function sendRubbish(socket: WebSocket, random: Random): void {
  const choice = random();
  if (choice < 0.02) socket.send('x'.repeat(70_000));
  else if (choice < 0.05) socket.send(Buffer.from(mutated(frame(random), random)));
  else if (choice < 0.07) rawOf(socket).write(bytes(random, 40));
  else if (choice < 0.5) socket.send(JSON.stringify(frame(random)));
  else socket.send(mutated(frame(random), random));
}

/** The connection under the socket, for bytes that are no WebSocket. */
function rawOf(socket: WebSocket): Socket {
  return (socket as unknown as { _socket: Socket })._socket;
}

/** One of the frames, perhaps with a field that is not as it should be. */
function frame(random: Random): object {
  const whole = pick(FRAMES, random);
  if (random() < 0.5) return whole;
  const [field] = pick(Object.entries(whole), random);
  return { ...whole, [random() < 0.2 ? '__proto__' : field]: pick(VALUES, random) };
}

/** Its text with characters cut out, doubled or replaced. */
function mutated(frame: object, random: Random): string {
  const text = JSON.stringify(frame);
  const at = Math.floor(random() * text.length);
  const end = at + Math.floor(random() * 8);
  return text.slice(0, at) + pick(['', '{', '"', '\\u0000', text], random) + text.slice(random() < 0.5 ? at : end);
}

const REQUESTS: readonly string[] = [
  'GET /v1/targets HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  'GET /v1/snapshots/..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  'GET /../../../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  'GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
  'POST /v1/probe HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 40\r\nConnection: close\r\n\r\n{"target":"api","probe":"usage"}        ',
  'POST /v1/mark HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n1\r\n{\r\n0\r\n\r\n',
  'GET /v1/stream HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
];

/** Sends requests that are nearly right until `signal`, and counts the statuses that they are answered with. */
export async function fuzzHttp({ url, token }: Victim, random: Random, signal: AbortSignal): Promise<Tally> {
  const tally: Tally = new Map();
  while (!signal.aborted) {
    const socket = await open(url, somebody(random));
    if (!socket) continue;
    const whole = pick(REQUESTS, random).replace(
      '\r\n',
      random() < 0.5 ? `\r\nAuthorization: Bearer ${token}\r\n` : '\r\n',
    );
    const request = Buffer.from(whole);
    for (let i = random() * 4; i > 1; i--) request[Math.floor(random() * request.length)] = Math.floor(random() * 256);
    let answer = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      answer += chunk;
    });
    // a reader that waits for more than was sent learns that there is no more
    socket.end(request);
    if (!socket.closed) await happened(socket, 'close');
    add(tally, /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 'closed');
  }
  return tally;
}

export interface Held {
  /** How many are open now. */
  readonly open: number;
  close(): void;
}

/** Opens `count` connections, says the beginning of a request on each, and no more. */
export async function holdOpen(url: string, count: number): Promise<Held> {
  const sockets = new Set<Socket>();
  for (let i = 0; i < count; i++) {
    const socket = await open(url, ATTACKER);
    if (!socket) continue;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.write('GET / HTTP/1.1\r\nHost: local');
  }
  return {
    get open() {
      return sockets.size;
    },
    close() {
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A connection, or null if it was refused. */
async function open(url: string, localAddress: string): Promise<Socket | null> {
  const { hostname, port } = new URL(url);
  const socket = connectTcp({ host: hostname, port: Number(port), localAddress });
  // a connection that is cut is closed, and that is all there is to know
  socket.on('error', () => {});
  await Promise.race([happened(socket, 'connect'), happened(socket, 'close')]);
  return socket.destroyed ? null : socket;
}

/** Resolves at the event; unlike `once` of node:events it does not care for errors. */
function happened(emitter: EventEmitter, event: string): Promise<void> {
  return new Promise((resolve) => emitter.once(event, () => resolve()));
}

function bytes(random: Random, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => Math.floor(random() * 256)));
}

function pick<T>(values: readonly T[], random: Random): T {
  return values[Math.floor(random() * values.length)]!;
}
