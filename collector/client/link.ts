/**
 * One socket's life: hello, welcome, frames, and its end, once.
 *
 *     connecting ─> open: hello ─> welcome ─> frames …  ─> closed
 */

import { closeCodes } from '../../protocol/close-codes.ts';
import { decodeServerFrame, encode } from '../../protocol/codec.ts';
import { type ClientFrame, type ServerFrame, SUBPROTOCOL, type Welcome } from '../../protocol/frames.ts';
import { reasonOf } from '../../protocol/reason.ts';
import type { OpenSocket, Socket } from './socket.ts';
import { whyClosed } from './stream-error.ts';

/** How long connecting and the answer to hello may take together. */
const WELCOME_TIMEOUT_MS = 10_000;

/** WebSocket.OPEN */
const OPEN = 1;

export interface LinkListener {
  welcome(frame: Welcome): void;
  /** @param length of its text, in UTF-16 code units */
  frame(frame: ServerFrame, length: number): void;
  closed(code: number, reason: string): void;
}

export class Link {
  readonly #socket: Socket;
  readonly #listener: LinkListener;
  readonly #timer: ReturnType<typeof setTimeout>;
  #detail: string | undefined;
  #welcomed = false;
  #over = false;

  constructor(url: string, openSocket: OpenSocket, token: string | undefined, listener: LinkListener) {
    this.#listener = listener;
    this.#socket = openSocket(url, SUBPROTOCOL);
    this.#timer = setTimeout(
      () => this.#leave(1006, `no answer to hello within ${WELCOME_TIMEOUT_MS} ms`),
      WELCOME_TIMEOUT_MS,
    );
    this.#socket.addEventListener('open', () => {
      this.send({ type: 'hello', ...(token !== undefined && { token }) });
    });
    this.#socket.addEventListener('message', ({ data }) => this.#receive(String(data)));
    this.#socket.addEventListener('error', ({ message }) => {
      this.#detail = message;
    });
    this.#socket.addEventListener('close', ({ code, reason }) =>
      this.#end(code, whyClosed(code, reason, this.#detail)),
    );
  }

  /** What is sent to a socket that closes is lost; `closed` follows, and what counts is sent on the next one. */
  send(frame: ClientFrame): void {
    if (this.#socket.readyState === OPEN) this.#socket.send(encode(frame));
  }

  /** Ends it from our side; the listener hears no more. */
  close(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.#socket.close(1000);
  }

  #receive(text: string): void {
    if (this.#over) return;
    try {
      const frame = decodeServerFrame(text);
      if (this.#welcomed) this.#listener.frame(frame, text.length);
      else if (frame.type === 'welcome') this.#open(frame);
      else throw new Error(`expected "welcome" as the first frame, got "${frame.type}"`);
    } catch (error) {
      this.#leave(closeCodes.badFrame, reasonOf(error));
    }
  }

  #open(welcome: Welcome): void {
    this.#welcomed = true;
    clearTimeout(this.#timer);
    this.#listener.welcome(welcome);
  }

  #leave(code: number, reason: string): void {
    this.#socket.close(code === 1006 ? 1000 : code);
    this.#end(code, reason);
  }

  #end(code: number, reason: string): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#listener.closed(code, reason);
  }
}
