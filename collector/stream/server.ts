/** Opens the stream's sockets on an HTTP server and hands each event of the log to all of them. */
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { type ServerOptions, type WebSocket, WebSocketServer } from 'ws';
import { closeCodes } from '../../protocol/close-codes.ts';
import { STREAM_PATH, SUBPROTOCOL } from '../../protocol/frames.ts';
import type { Access } from '../access/access.ts';
import type { Acts } from '../access/acts.ts';
import { keepForVisitor } from '../access/connection-bound.ts';
import { isAllowedOrigin, type OriginRules } from '../access/origins.ts';
import { type Peer, peerOf } from '../access/peer.ts';
import type { StreamConfig } from '../config/stream-config.ts';
import type { EventLog } from '../log/log.ts';
import { AnswerBudget } from './answer-budget.ts';
import { Client } from './client.ts';
import type { Requests } from './requests.ts';

/** How often clients are looked at for one that takes nothing, at most. */
const STALL_CHECK_MS = 1_000;
const VISITOR_CHECK_MS = 1_000;
/** How long a client has to answer our close frame before its connection is dropped. */
const CLOSE_TIMEOUT_MS = 1_000;

export interface StreamServerOptions {
  readonly http: Server;
  readonly access: Access;
  readonly acts: Acts;
  readonly origins: OriginRules;
  readonly log: EventLog;
  readonly requests: Requests;
  readonly config: StreamConfig;
  readonly logger: Logger;
  readonly version: string;
}

export class StreamServer {
  readonly #options: StreamServerOptions;
  readonly #sockets: WebSocketServer;
  readonly #clients = new Map<WebSocket, Client>();
  readonly #unfollow: () => void;
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #answers: AnswerBudget;
  #stopping = false;

  constructor(options: StreamServerOptions) {
    const { http, log, config } = options;
    this.#options = options;
    this.#answers = new AnswerBudget(config.answersBytes, () => this.#clients.values());
    // @types/ws does not know closeTimeout yet
    const socketOptions: ServerOptions & { closeTimeout: number } = {
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: config.maxFrameBytes,
      closeTimeout: CLOSE_TIMEOUT_MS,
      handleProtocols: () => SUBPROTOCOL,
    };
    this.#sockets = new WebSocketServer(socketOptions);
    http.on('upgrade', (request, socket, head) => {
      this.#upgrade(request, socket, head).catch((error) => {
        options.logger.error({ err: error }, 'upgrade failed');
        socket.destroy();
      });
    });
    this.#unfollow = log.follow((entry) => {
      for (const client of this.#clients.values()) client.publish(entry);
    });
    this.#timers = [
      setInterval(() => this.#each((client) => client.ping()), config.pingMs),
      // a token may have come to its end
      setInterval(() => this.checkVisitors(), VISITOR_CHECK_MS),
      setInterval(() => this.#each((client) => client.checkStall()), Math.min(STALL_CHECK_MS, config.stallMs / 2)),
    ];
  }

  /** How many clients there are. */
  get clients(): number {
    return this.#clients.size;
  }

  /** Takes no more clients and ends those there are with 1001; resolves when all have gone. */
  async close(): Promise<void> {
    this.#stopping = true;
    this.#unfollow();
    for (const timer of this.#timers) clearInterval(timer);
    const sockets = [...this.#clients.keys()];
    const gone = sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    this.#each((client) => client.close(closeCodes.goingAway, 'The collector stops'));
    const timer = setTimeout(() => {
      for (const socket of sockets) socket.terminate();
    }, CLOSE_TIMEOUT_MS);
    await Promise.all(gone);
    clearTimeout(timer);
  }

  /** Ends the clients that would not be let in any more. */
  checkVisitors(): void {
    this.#each((client) => client.checkVisitor());
  }

  #each(act: (client: Client) => void): void {
    for (const client of this.#clients.values()) act(client);
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { access, logger } = this.#options;
    socket.on('error', (error) => logger.debug({ err: error }, 'upgrade failed'));
    const refusal = this.#refusal(request);
    if (refusal) {
      refuse(socket, ...refusal);
      return;
    }
    const peer = await peerOf(request, !access.wantsTokens);
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) =>
      this.#open(webSocket, peer, () => keepForVisitor(request.socket)),
    );
  }

  /** The status and line that a request for anything but our stream is answered with. */
  #refusal({ url = '', headers }: IncomingMessage): [number, string] | undefined {
    if (this.#stopping) return [503, 'the collector stops'];
    if (url.split('?', 1)[0] !== STREAM_PATH) return [404, `the stream is at ${STREAM_PATH}`];
    if (!isAllowedOrigin(headers, this.#options.origins)) return [403, 'this Origin may not open the stream'];
    const offered = headers['sec-websocket-protocol']?.split(',').map((name) => name.trim()) ?? [];
    if (!offered.includes(SUBPROTOCOL)) return [400, `expected the WebSocket subprotocol ${SUBPROTOCOL}`];
    return undefined;
  }

  #open(socket: WebSocket, peer: Peer, onLetIn: () => void): void {
    const { access, acts, log, requests, config, logger, version } = this.#options;
    const server = { name: 'heapwatch', version };
    const answers = this.#answers;
    const client = new Client({ socket, peer, access, onLetIn, acts, log, requests, answers, config, logger, server });
    if (this.#clients.size >= config.maxClients) {
      client.close(closeCodes.tooMany, `Cannot take client: ${config.maxClients} are connected`);
      return;
    }
    this.#clients.set(socket, client);
    socket.once('close', () => this.#clients.delete(socket));
  }
}

function refuse(socket: Duplex, status: number, line: string): void {
  const body = `${line}\n`;
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
