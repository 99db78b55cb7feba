/** One CDP connection to one target: typed send, events, `closed`, dispose. */
import type { ProtocolMapping } from 'devtools-protocol/types/protocol-mapping.js';

/** Nothing could be attached to: nobody listens, it is no inspector, it does not answer. Exit code 3. */
export class AttachError extends Error {
  override name = 'AttachError';
}

/** The target went away, or its connection did, while something was pending on it. Exit code 3. */
export class DetachedError extends Error {
  override name = 'DetachedError';
}

export interface SendOptions {
  signal?: AbortSignal;
  /** Milliseconds until the call is given up with a `TimeoutError` (DOMException); absent: as long as the session lives. */
  timeoutMs?: number;
}

type Commands = ProtocolMapping.Commands;
type Events = ProtocolMapping.Events;

/** What a probe runs on: the main isolate's connection, or a worker's channel through it. */
export interface Session extends AsyncDisposable {
  /**
   * Sends a command and gives its result. Rejects with `ProtocolError` (the target refused; the message names the method),
   * `DetachedError` at once when the target goes, or the reason of `signal`.
   */
  send<M extends keyof Commands>(
    method: M,
    params?: Commands[M]['paramsType'][0],
    options?: SendOptions,
  ): Promise<Commands[M]['returnType']>;
  /** As `send`, for domains that devtools-protocol does not know (NodeWorker, NodeRuntime, NodeTracing). */
  send(method: string, params?: object, options?: SendOptions): Promise<unknown>;
  /** Calls `listener` on each event; returns what removes it. */
  on<E extends keyof Events>(event: E, listener: (params: Events[E][0]) => void): () => void;
  on(event: string, listener: (params: unknown) => void): () => void;
  /** Settles once, never rejects, with why the connection ended. */
  readonly closed: Promise<DetachedError>;
  close(): Promise<void>;
}
