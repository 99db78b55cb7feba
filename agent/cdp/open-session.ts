/** Opens the session of a connection of its own, and cuts all those of a process together when it ends. */

import { reasonOf } from '../../protocol/reason.ts';
import { AttachError } from '../base/errors.ts';
import { ClientSession } from './client-session.ts';
import { isInProcess } from './in-process.ts';
import { InProcessSession } from './in-process-session.ts';
import { connect } from './inspector-client.ts';
import { refusalOf } from './refusal.ts';
import { askToBeToldOfTheEnd, type ConnectionSession, type Session } from './session.ts';

export interface OpenOptions {
  signal?: AbortSignal;
  /** Milliseconds until the target must have accepted the connection and answered a first command; default 5,000. */
  timeoutMs?: number;
  /** Bytes of the largest frame that is taken; default 32 MiB. A larger one ends the session. */
  maxFrameBytes?: number;
}

const TIMEOUT_MS = 5_000;
const MAX_FRAME_BYTES = 32 * 2 ** 20;

/**
 * Connects to an inspector's `ws://` address, or inside the process (in-process.ts), which holds up no exit. The first thing said on the connection asks for a notice when the process wants
 * to end (an attached client otherwise holds up every exit), and the socket is cut the moment it does.
 * @throws AttachError with one line that says what is there instead of an inspector.
 */
export async function openSession(url: string, options: OpenOptions = {}): Promise<ConnectionSession> {
  const { signal, timeoutMs = TIMEOUT_MS, maxFrameBytes = MAX_FRAME_BYTES } = options;
  signal?.throwIfAborted();
  if (isInProcess(url)) return new InProcessSession();
  const where = new URL(url).host;
  const deadlineAtMs = performance.now() + timeoutMs;
  const client = await connect(url, { timeoutMs, maxFrameBytes, ...(signal && { signal }) }).catch((cause) => {
    signal?.throwIfAborted();
    throw new AttachError(`Cannot attach to ${where}: ${refusalOf(cause, timeoutMs)}`, { cause });
  });
  const session = new ClientSession(client, url);
  cutTogether(session);
  try {
    await askToBeToldOfTheEnd((method, params) =>
      session.send(method, params, {
        timeoutMs: Math.max(1, deadlineAtMs - performance.now()),
        ...(signal && { signal }),
      }),
    );
    return session;
  } catch (cause) {
    session.cut('it could not be attached to');
    signal?.throwIfAborted();
    throw new AttachError(`Cannot attach to ${where}: ${firstCallFailure(cause, timeoutMs)}`, { cause });
  }
}

/**
 * Has these frames sent by the session's standby, should we die: what ends what the session has begun beyond itself. They
 * take the place of those before; without a standby there is nobody to send them.
 */
export function setFarewell(session: Session, frames: readonly string[]): void {
  if (session instanceof ClientSession) session.setFarewell(frames);
}

/**
 * Open sessions by address. A process that ends waits for all of them and tells each, but a socket that has just carried an
 * answer comes up to 40 ms late (Nagle): so the first to hear cuts all.
 */
const sessions = new Map<string, Set<ClientSession>>();

function cutTogether(session: ClientSession): void {
  const { url } = session;
  const group = sessions.get(url) ?? new Set();
  sessions.set(url, group.add(session));
  session.on('NodeRuntime.waitingForDisconnect', () => {
    for (const each of group) void each.letEnd('the process is ending', each === session);
  });
  void session.ended.then(() => {
    group.delete(session);
    if (group.size === 0 && sessions.get(url) === group) sessions.delete(url);
  });
}

function firstCallFailure(error: unknown, timeoutMs: number): string {
  if (error instanceof DOMException) {
    return `it accepted the connection but answered no command within ${timeoutMs} ms, its process may be stopped or blocked`;
  }
  return reasonOf(error);
}
