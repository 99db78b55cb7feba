/**
 * A session of one's own on the main thread of the process that we are in, for taking a snapshot: what connection.ts is for a
 * socket. It may end at any time: the main thread hears of it when the snapshot is over.
 */
import type { Session as InspectorSession } from 'node:inspector';
import { DetachedError } from '../base/errors.ts';
import { Channel } from './channel.ts';
import { CHUNK_EVENT, chunkDecoder } from './chunks.ts';
import type { Parting, SnapshotConnection } from './connection.ts';
import { ask, connectToMain, disconnect, onEvent } from './in-process.ts';

export class InProcessConnection implements SnapshotConnection {
  readonly main: Channel;
  decode = chunkDecoder(); // there are no frames
  onChunk: (chunk: Uint8Array) => void = () => {};
  part: (() => Promise<void>) | undefined;
  parting: Parting = { ask: '', answer: '', farewell: [] }; // nobody takes over
  readonly #session: InspectorSession;
  readonly #channels: Channel[] = [];
  readonly #failed: Promise<never>;
  #fail!: (error: unknown) => void;

  /** @throws AttachError */
  constructor() {
    this.#session = connectToMain();
    this.#failed = new Promise((_, reject) => {
      this.#fail = reject;
    });
    // a failure between two calls of `until` is reported by the second
    this.#failed.catch(() => {});
    this.main = this.channel((text) => this.#post(text));
    this.main.on('NodeRuntime.waitingForDisconnect', () => this.fail(this.detached('the process is ending')));
    onEvent(this.#session, ({ method, params }) => {
      try {
        if (method === CHUNK_EVENT) this.onChunk(Buffer.from((params as { chunk: string }).chunk));
        else this.main.hear(JSON.stringify({ method, params }));
      } catch (error) {
        this.fail(error);
      }
    });
  }

  channel(post: (text: string) => void): Channel {
    const channel = new Channel(post);
    this.#channels.push(channel);
    return channel;
  }

  until<T>(work: Promise<T>): Promise<T> {
    return Promise.race([this.#failed, work]);
  }

  prepare(): void {}
  asked(): void {}
  begun(): void {}
  async over(): Promise<void> {}
  async streamed(): Promise<void> {}

  fail(error: unknown): void {
    this.#fail(error);
    const ended = error instanceof DetachedError ? error : this.detached('the snapshot was given up');
    for (const channel of this.#channels) channel.end(ended);
    disconnect(this.#session);
  }

  giveUp(error: Error): void {
    this.fail(error);
  }

  detached(reason: string, cause?: unknown): DetachedError {
    return new DetachedError(`Detached from the process itself: ${reason}`, { cause });
  }

  async close(): Promise<void> {
    this.fail(this.detached('the session was closed here'));
  }

  #post(text: string): void {
    const { id, method, params } = JSON.parse(text) as { id: number; method: string; params: object };
    const reply = (answer: object) => this.main.hear(JSON.stringify({ id, ...answer }));
    ask(this.#session, method, params, {
      result: (result) => reply({ result }),
      refused: (code, message) => reply({ error: { code, message } }),
      failed: (error) => this.fail(this.detached('its session is closed', error)),
    });
  }
}
