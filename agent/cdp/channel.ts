/** The calls and events of one inspector channel: a socket's own, or that of a worker whose messages travel through it. */

import type { DetachedError } from '../base/errors.ts';
import { Calls, type PendingCall, type SendOptions } from './calls.ts';
import { messageOf } from './frame.ts';

export class Channel {
  readonly #listeners = new Map<string, (params: Record<string, unknown>) => void>();
  readonly #post: (text: string) => void;
  readonly #calls = new Calls();
  readonly #answers = new Map<number, PendingCall>();
  #lastId = 0;

  /** @param post takes a message's JSON to the other end */
  constructor(post: (text: string) => void) {
    this.#post = post;
  }

  send(method: string, params: object = {}, options: SendOptions = {}): Promise<object> {
    return this.#calls.make(method, options, (answer) => {
      const id = ++this.#lastId;
      this.#answers.set(id, answer);
      this.#post(JSON.stringify({ id, method, params }));
    });
  }

  /** Calls `listener`, the only one, on each event of that name. */
  on(event: string, listener: (params: Record<string, unknown>) => void): void {
    this.#listeners.set(event, listener);
  }

  /** Takes a message's JSON from the other end. @throws FrameError, and what a listener throws */
  hear(text: string): void {
    const message = messageOf(text);
    if (!message) return;
    if ('method' in message) {
      this.#listeners.get(message.method)?.(message.params as Record<string, unknown>);
      return;
    }
    const answer = this.#answers.get(message.id);
    this.#answers.delete(message.id);
    if (message.error) answer?.refused(message.error.code, message.error.message);
    else answer?.result(message.result ?? {});
  }

  /** Rejects what waits for an answer, and whatever is sent later. */
  end(error: DetachedError): void {
    this.#calls.end(error);
  }
}
