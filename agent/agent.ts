/** One attached target: who it is, its isolates, and the probes that run on them. */
import type { Probe, Usage } from '../protocol/partition.ts';
import type { DetachedError, Session } from './session.ts';

export interface Identity {
  readonly pid: number;
  /** `v20.20.2` */
  readonly nodeVersion: string;
  readonly v8Version: string;
  readonly title: string;
  /** Instant the process began, milliseconds since 1970. */
  readonly startedAtMs: number;
  /** What tells this process from any other that ever stood behind the same port: V8's random isolate id and pid. */
  readonly key: string;
  /** The same for people: `pid 4711, started 2026-11-22T06:24:45.123Z`. */
  readonly incarnation: string;
}

/** `paused`: stands in a debugger. `blocked`: its event loop has not turned, though V8 or the process still lives. */
export type Condition = 'running' | 'paused' | 'blocked';

export interface AttachOptions {
  signal?: AbortSignal;
  /** Milliseconds for the whole attach; default 5,000. */
  timeoutMs?: number;
  /** Leave open an inspector that this attach opened (pid targets). */
  keepOpen?: boolean;
}

/**
 * An attached target. Closing it leaves the target as it was found: no sampling, no ids, no handles, and an inspector
 * that the attach opened closed again unless somebody else is on it.
 */
export interface Agent extends AsyncDisposable {
  readonly identity: Identity;
  /** The inspector's WebSocket address, for a session of one's own (a snapshot's receiver opens one in its thread). */
  readonly inspectorUrl: string;
  /** The main isolate's session. */
  readonly session: Session;
  /** `main` and `worker:<threadId>` of every worker that lives now. */
  isolates(): Promise<string[]>;
  /** The session of an isolate by its name. @throws RangeError for one that does not exist (naming those that do). */
  isolate(name: string): Promise<Session>;
  /** Tells a debugger's pause and a blocked event loop from a target that runs; never waits longer than `timeoutMs` (1,000). */
  condition(timeoutMs?: number): Promise<Condition>;
  /** Settles once, never rejects, when the target or its connection has gone. */
  readonly closed: Promise<DetachedError>;
  close(): Promise<void>;
}

/** What every probe is told. */
export interface ProbeContext {
  /** The target's name as its user gave it; stands in partitions and usage. */
  readonly target: string;
  readonly isolate: string;
  readonly signal?: AbortSignal;
}

export type { Probe, Usage };
