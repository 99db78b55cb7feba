/**
 * One CDP connection to one target, as what uses it sees it: typed send, events, `closed`, dispose. open-session.ts opens one.
 *
 *     socket ──> inspector-client.ts (frame guard, ids, events) ──> client-session.ts (whose promise is whose) ──> Session
 */
import type { ProtocolMapping } from 'devtools-protocol/types/protocol-mapping.js';
import { AttachError, DetachedError, ProtocolError } from '../base/errors.ts';
import type { AnswerBytes } from './answer.ts';
import type { SendOptions } from './calls.ts';

export type { SendOptions };
export { AttachError, DetachedError, ProtocolError };

type Commands = ProtocolMapping.Commands;
type Events = ProtocolMapping.Events;

/** What a probe runs on: the main isolate's connection, or a worker's channel through it. */
export interface Session extends AsyncDisposable {
  /** The inspector's address. */
  readonly url: string;
  /**
   * Sends a command and gives its result. Rejects with `ProtocolError` (the target refused; the message names the method),
   * `DetachedError` at once when the target goes, or the reason of `signal`.
   */
  send<M extends keyof Commands>(
    method: M,
    params?: Commands[M]['paramsType'][0],
    options?: SendOptions,
  ): Promise<Commands[M]['returnType']>;
  /** The same, and the result comes unread, however long it is. */
  send(method: string, params: object, options: SendOptions & { asBytes: true }): Promise<AnswerBytes>;
  /** As `send`, for domains that devtools-protocol does not know (NodeWorker, NodeRuntime, NodeTracing). */
  send(method: string, params?: object, options?: SendOptions): Promise<unknown>;
  /** Calls `listener` on each event; returns what removes it. What it throws ends the session. On a connection, `event.sessionId` is that of a flattened session. */
  on<E extends keyof Events>(event: E, listener: (params: Events[E][0]) => void): () => void;
  on(event: string, listener: (params: unknown) => void): () => void;
  /** Bytes of all frames that have come over its connection. */
  readonly heardBytes: number;
  /** Settles once, never rejects, with why the connection ended. */
  readonly closed: Promise<DetachedError>;
  /** Gives the session up; its socket stays while object ids of the process are held (hold.ts). */
  close(): Promise<void>;
  /** Gives the session up and leaves it to a process of its own until the target ends, or nobody samples it (keeper.ts). */
  leave(): Promise<void>;
}

/** The session of a connection of its own. */
export interface ConnectionSession extends Session {
  /** As `on`, and the events come unread, as the bytes of their frames. */
  onFrames(event: string, listener: Unread): () => void;
  /** What else is known of why the connection has ended by itself, asked when it has; undefined: nothing. */
  whyGone: (() => string | undefined) | undefined;
  /** Milliseconds for which a trifle has not been answered and nothing else has come; 0: the target answers. */
  readonly silentMs: number;
  /** Ends the session with a target that is silent: answers that still come are taken by a process of its own (standby.ts). */
  giveUp(reason: string): void;
}

/** Takes the bytes of a frame, which are its own. */
export type Unread = (frame: Uint8Array<ArrayBuffer>) => void;

/**
 * Only Node (and Deno) hold up their end for us, and tell of it; a page that is closed simply goes.
 * @throws what `send` throws, but for a target that does not know the question
 */
export async function askToBeToldOfTheEnd(send: (method: string, params: object) => Promise<unknown>): Promise<void> {
  try {
    await send('NodeRuntime.notifyWhenWaitingForDisconnect', { enabled: true });
  } catch (error) {
    if (!isUnknownMethod(error)) throw error;
  }
}

/** Whether a target has refused a command because it does not know it. */
export function isUnknownMethod(error: unknown): boolean {
  return error instanceof ProtocolError && error.code === UNKNOWN_METHOD;
}

const UNKNOWN_METHOD = -32601;
