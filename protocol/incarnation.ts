/** Which process behind a target an event is about: a text for people, and the same as figures for programs. */

/** At most one process of a machine has this pid and this start. */
export interface ProcessIncarnation {
  pid: number;
  /** Milliseconds since 1970, to the second. */
  startedAtMs: number;
}

export interface Incarnation {
  readonly incarnation?: string | undefined;
  readonly process?: ProcessIncarnation | undefined;
}

/** The fields that are known, to be spread into an event. */
export function incarnationOf({ incarnation, process }: Incarnation): {
  incarnation?: string;
  process?: ProcessIncarnation;
} {
  return { ...(incarnation !== undefined && { incarnation }), ...(process && { process }) };
}
