/** What the thread that holds a session's connection is asked, and what it answers. */
import type { Identity } from '../attach/identity.ts';

export interface LiveJob {
  /** As on a command line. */
  readonly target: string;
  readonly isolate: string;
}

export interface LiveIdentity extends Identity {
  /** Program and arguments, as far as one line shows them. */
  readonly command: string;
}

/** `take`: a heap, to be compared with the checkpoint `since` if that is given. */
export interface TakeQuestion {
  readonly since?: string;
}

/** `mark`: a heap whose ids are held from then on, as a checkpoint of that name. */
export interface MarkQuestion {
  readonly label: string;
}

/** `look`: the object that a snapshot of `epoch` called by `id`. */
export interface LookQuestion {
  readonly id: number;
  readonly epoch: string;
  /** Whether contents of strings are shown. */
  readonly strings: boolean;
}
