/**
 * Stands between inspector clients and a real target, knows each frame that passes, and can do to it what networks do.
 *
 *     client ──> [frame: reported, then kept or passed on, in order] ──> target
 *            <──                                                 <──
 */
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';

export interface Call {
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** A call of a client, or an event of the target; answers have no method. */
export interface Frame {
  readonly from: 'client' | 'target';
  /** Of a call and its answer. */
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

export interface InspectorProxyOptions {
  /** Told of each frame before it passes. */
  readonly onFrame?: (frame: Frame) => void;
  /** Milliseconds that a frame takes, by its number; those behind it wait, as they do on TCP. */
  readonly delayMs?: (frame: number) => number;
  /** What is answered over HTTP in place of the target's own text. */
  readonly body?: (path: string, text: string) => string;
  /** Whether a method is refused as one that the inspector does not have. */
  readonly refuses?: (method: string) => boolean;
  /** What the target is asked in place of what a client sends. */
  readonly asks?: (text: string) => string;
}

export interface InspectorProxy extends AsyncDisposable {
  /** As a target is named: `127.0.0.1:43210`. */
  readonly address: string;
  /** In the order of their coming, on all connections. */
  readonly calls: readonly Call[];
  /** From now on new connections go to the inspector on another port. */
  pointAt(port: number): void;
}

/** @param port of the target's inspector */
export async function startInspectorProxy(port: number, options: InspectorProxyOptions = {}): Promise<InspectorProxy> {
  const {
    onFrame,
    delayMs = () => 0,
    body = (_, told) => told,
    refuses = () => false,
    asks = (sent) => sent,
  } = options;
  const calls: Call[] = [];
  let target = port;
  let frames = 0;

  const server = createServer((request, response) => {
    get({ host: '127.0.0.1', port: target, path: request.url, agent: false }, async (found) => {
      response.end(body(request.url ?? '', await text(found)));
    }).on('error', () => response.destroy());
  });
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on('connection', (client, request) => {
    const inspector = new WebSocket(`ws://127.0.0.1:${target}${request.url}`, { perMessageDeflate: false });
    const opened = once(inspector, 'open').catch(() => client.terminate());
    for (const [from, end, other] of [
      ['client', client, inspector],
      ['target', inspector, client],
    ] as const) {
      let before: Promise<unknown> = opened;
      end.on('message', (data) => {
        const frame = JSON.parse(String(data)) as Omit<Frame, 'from'>;
        if (from === 'client') calls.push(frame as Call);
        if (from === 'client' && refuses((frame as Call).method)) return client.send(refusal(frame));
        onFrame?.({ from, ...frame });
        const ms = delayMs(++frames);
        before = before.then(async () => {
          if (ms > 0) await wait(ms);
          if (other.readyState === WebSocket.OPEN) other.send(from === 'client' ? asks(String(data)) : String(data));
        });
      });
      // what has come is passed on before the end is
      end.on('close', () => void before.then(() => other.terminate()));
      // a connection that is cut is closed, which is reported
      end.on('error', () => {});
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    pointAt: (other) => {
      target = other;
    },
    async [Symbol.asyncDispose]() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As V8 refuses what it does not know. */
function refusal({ id, method }: Omit<Frame, 'from'>): string {
  return JSON.stringify({ id, error: { code: -32601, message: `'${method}' wasn't found` } });
}
