/**
 * A session on a client of its own: which promise each answer settles, and how a connection is let go.
 *
 * A connection is closed only when nothing is under way on it. Node 18, 20 and 22 die of a segmentation fault if the end of
 * a socket and a message for it meet in one turn of the inspector's thread (WsHandler::Write without its TcpHolder): 18 of
 * 3,000 connections that were cut with an answer due killed a Node 20, none of 3,000 that were cut when it had come. Where we
 * cannot wait for it, because we die or the target is stopped, a standby does (session-standby.ts).
 */
import { DetachedError } from '../base/errors.ts';
import { bytesOfAnswer } from './answer.ts';
import { Calls, type PendingCall, type SendOptions } from './calls.ts';
import { whenFree } from './hold.ts';
import type { InspectorClient, Reply } from './inspector-client.ts';
import type { ConnectionSession, Unread } from './session.ts';

/** How long an answer that is still due keeps a connection from closing; a target that is silent for longer sends none just then. */
const ANSWERS_MS = 2_000;
/** The same of a process that is ending and waits for us. */
const ENDING_ANSWERS_MS = 1_000;

export class ClientSession implements ConnectionSession {
  readonly url: string;
  whyGone: (() => string | undefined) | undefined;
  readonly closed: Promise<DetachedError>;
  /** Settles with the connection itself, which may outlive a session that was closed here. */
  readonly ended: Promise<unknown>;
  readonly #client: InspectorClient;
  readonly #where: string;
  readonly #calls = new Calls();
  /** Under way since the process has said that it ends. */
  #parting: Promise<void> | undefined;
  #settleClosed!: (error: DetachedError) => void;

  constructor(client: InspectorClient, url: string) {
    this.url = url;
    this.ended = client.ended;
    this.#client = client;
    this.#where = new URL(url).host;
    this.closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    void client.ended.then((reason) => this.#end([reason, this.whyGone?.()].filter(Boolean).join('; ')));
  }

  send(method: string, params: object = {}, options: SendOptions = {}): Promise<never> {
    const { sessionId, asBytes = false } = options;
    const call = this.#calls.make(method, options, (answer) => {
      const reply: Reply = (failed, response) => {
        if (failed instanceof Error) answer.failed(this.#detached('its connection is closed', failed));
        else tell(answer, failed, asBytes && !failed ? bytesOfAnswer(response as object) : response);
      };
      this.#client.ask(method, params, { sessionId, asBytes }, reply);
    });
    return call as Promise<never>;
  }

  on(event: string, listener: (params: never) => void): () => void {
    // the client tells of a flattened session's event twice: by its name, and by its name with the session's id
    const hear = (params: unknown, sessionId?: string) => {
      if (sessionId === undefined || event.endsWith(`.${sessionId}`)) listener(params as never);
    };
    return this.#client.listen(event, hear);
  }

  onFrames(event: string, listener: Unread): () => void {
    return this.#client.listenUnread(event, listener);
  }

  get heardBytes(): number {
    return this.#client.heardBytes;
  }

  get silentMs(): number {
    return this.#client.silentMs;
  }

  giveUp(reason: string): void {
    this.#end(reason);
    this.#client.giveUp();
  }

  async close(): Promise<void> {
    const reason = 'the session was closed here';
    this.#settleClosed(this.#detached(reason));
    await whenFree(this.url, async () => {
      this.#end(reason);
      await (this.#parting ?? this.#client.quiet(ANSWERS_MS));
      await this.#client.shut();
    });
  }

  /**
   * Lets go of a process that ends, which waits for it: as soon as nothing is under way. To a session that has not heard of the
   * end the news of it are: Node 20 dies of SIGSEGV (TcpHolder::WriteRaw) where it writes them to a socket that has gone. A
   * question brings them at once, since it acknowledges what came before; it is the last one.
   */
  letEnd(reason: string, hasHeard: boolean): Promise<void> {
    this.#end(reason);
    this.#parting ??= this.#part(hasHeard);
    return this.#parting;
  }

  async #part(hasHeard: boolean): Promise<void> {
    if (!hasHeard || !this.#client.isQuiet) await this.#client.caughtUp(ENDING_ANSWERS_MS);
    this.#client.cut();
  }

  async leave(): Promise<void> {
    this.#end('the session was left here');
    await this.#client.quiet(ANSWERS_MS);
    this.#client.leave();
  }

  setFarewell(frames: readonly string[]): void {
    this.#client.setFarewell(frames);
  }

  /** Ends the connection in this very tick, without a closing handshake: only of a peer that has answered nothing. */
  cut(reason: string): void {
    this.#end(reason);
    this.#client.cut();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #end(reason: string): void {
    const error = this.#detached(reason);
    this.#calls.end(error);
    this.#settleClosed(error);
  }

  #detached(reason: string, cause?: Error): DetachedError {
    return new DetachedError(`Detached from ${this.#where}: ${reason}`, cause && { cause });
  }
}

function tell(answer: PendingCall, isRefused: boolean, response: unknown): void {
  if (isRefused) {
    const { code, message } = response as { code: number; message: string };
    answer.refused(code, message);
  } else {
    answer.result(response as object);
  }
}
