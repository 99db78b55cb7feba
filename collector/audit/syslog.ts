/**
 * A copy of the audit trail to syslog: an entry a message, its line of JSON (RFC 5424), by UDP (RFC 5426), TCP with counted octets
 * (RFC 6587), or TLS (RFC 5425).
 *
 *     append ─> queue, bounded ─> connection, made anew after a while where it ends
 *
 * It is a copy: what was on its way when a connection broke, and what found the queue full, is in the trail alone, and the log says
 * how much.
 */
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { connect as connectPlain, isIPv6, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectTls } from 'node:tls';
import type { Logger } from 'pino';
import type { AuditEntry, AuditOutcome } from '../../protocol/audit.ts';
import { Backoff } from '../base/backoff.ts';
import type { SyslogAddress } from '../config/syslog-address.ts';

/** Messages that wait for a server. */
const MAX_WAITING = 10_000;
/** How long a server may take to let us in. */
const CONNECT_MS = 10_000;
/** How long what waits may take when the collector stops. */
const CLOSE_MS = 1_000;

/** "log audit" of RFC 5424. */
const FACILITY = 13;
const SEVERITIES: Readonly<Record<AuditOutcome, number>> = { done: 6, failed: 5, refused: 4 };

export class Syslog {
  readonly #to: SyslogAddress;
  readonly #logger: Logger;
  readonly #backoff = new Backoff({ firstMs: 500 });
  readonly #waiting: string[] = [];
  #datagrams: DatagramSocket | undefined;
  #socket: Socket | undefined;
  #isOpen = false;
  #again: NodeJS.Timeout | undefined;
  #lost = 0;
  #isFailing = false;
  #isClosed = false;
  #onEmpty = () => {};

  constructor(to: SyslogAddress, logger: Logger) {
    this.#to = to;
    this.#logger = logger;
  }

  /** @param line of the trail, without a newline */
  send(entry: Pick<AuditEntry, 'at' | 'act' | 'outcome'>, line: string): void {
    if (this.#isClosed) return;
    const message = syslogMessage(entry, line);
    if (this.#to.by === 'udp') this.#sendDatagram(message);
    else if (this.#waiting.length >= MAX_WAITING) this.#lost++;
    else {
      this.#waiting.push(message);
      this.#flush();
    }
  }

  /** Sends what waits, for a second at most. */
  async close(): Promise<void> {
    if (this.#waiting.length > 0 && !this.#isClosed) {
      // it holds the process up, as a socket and a timer that wait for another try do not
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, CLOSE_MS);
        this.#onEmpty = () => {
          clearTimeout(late);
          resolve();
        };
        this.#flush();
      });
    }
    this.#isClosed = true;
    clearTimeout(this.#again);
    this.#lost += this.#waiting.length;
    this.#tellLost();
    this.#socket?.end();
    this.#socket?.setTimeout(CLOSE_MS, () => this.#socket?.destroy());
    this.#datagrams?.close();
  }

  #sendDatagram(message: string): void {
    const { host, port } = this.#to;
    this.#datagrams ??= createSocket(isIPv6(host) ? 'udp6' : 'udp4')
      .unref()
      .on('error', () => {});
    this.#datagrams.send(message, port, host, (error) => {
      if (error) this.#failed(error);
      else this.#isFailing = false;
    });
  }

  #flush(): void {
    if (this.#socket === undefined) {
      if (this.#again === undefined) this.#connect();
      return;
    }
    if (!this.#isOpen) return;
    while (this.#waiting.length > 0 && !this.#socket.writableNeedDrain) {
      const message = this.#waiting.shift()!;
      this.#socket.write(`${Buffer.byteLength(message)} ${message}`);
    }
    if (this.#waiting.length === 0) this.#onEmpty();
  }

  #connect(): void {
    const { by, host, port } = this.#to;
    const opened = () => {
      socket.setTimeout(0);
      this.#isOpen = true;
      this.#isFailing = false;
      this.#backoff.reset();
      this.#tellLost();
      this.#flush();
    };
    const socket =
      by === 'tls'
        ? connectTls({ host, port, servername: nameOf(host) }, opened)
        : connectPlain({ host, port }, opened);
    this.#socket = socket;
    socket
      .setTimeout(CONNECT_MS, () => socket.destroy(new Error(`no connection within ${CONNECT_MS / 1_000} s`)))
      .unref()
      .on('drain', () => this.#flush())
      // it has nothing to say to us
      .on('data', () => {})
      .on('error', (error) => this.#failed(error))
      .on('close', () => this.#closed());
  }

  #closed(): void {
    this.#socket = undefined;
    this.#isOpen = false;
    if (this.#isClosed) return;
    this.#again = setTimeout(() => {
      this.#again = undefined;
      if (this.#waiting.length > 0) this.#flush();
    }, this.#backoff.next()).unref();
  }

  #failed(error: Error): void {
    if (!this.#isFailing) this.#logger.error({ err: error, to: this.#name(), waiting: this.#waiting.length }, NOT_SENT);
    this.#isFailing = true;
  }

  #tellLost(): void {
    if (this.#lost > 0) this.#logger.error({ to: this.#name(), lost: this.#lost }, NOT_SENT);
    this.#lost = 0;
  }

  #name(): string {
    const { by, host, port } = this.#to;
    return `${by}://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  }
}

const NOT_SENT = 'audit trail not sent to syslog';

/** `<110>1 2026-11-30T20:11:05.120Z web-1 heapwatch 4711 probe - {"seq":…}` */
export function syslogMessage({ at, act, outcome }: Pick<AuditEntry, 'at' | 'act' | 'outcome'>, line: string): string {
  const priority = FACILITY * 8 + SEVERITIES[outcome];
  return `<${priority}>1 ${at} ${plain(hostname(), 255)} heapwatch ${process.pid} ${plain(act, 32)} - ${line}`;
}

/** A field of a header: printable ASCII without blanks. */
function plain(text: string, length: number): string {
  return text.replace(/[^\x21-\x7e]/g, '_').slice(0, length) || '-';
}

/** What a certificate is to be for: an address is no name of a server. */
function nameOf(host: string): string {
  return /^[\d.]+$|:/.test(host) ? '' : host;
}
