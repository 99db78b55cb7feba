/**
 * What a snapshot that is kept is called:
 *
 *     api.main.20261122T062445123Z.heapsnapshot       target, isolate, when it was begun
 *
 * Letters that a file's name may not have are underscores, so that a name tells of a target only what is left of its own.
 */

/** Of a target's or an isolate's name, so that the whole is no longer than a file's name may be. */
const MAX_PART_BYTES = 100;
const KEPT = /^(?<target>.+)\.(?<isolate>[^.]+)\.(?<begun>\d{8}T\d{9}Z)\.heapsnapshot(?:\.gz)?$/;

/** Whose heap it is, as parts of names, and when it was begun. */
export interface KeptParts {
  readonly target: string;
  readonly isolate: string;
  /** ISO 8601, UTC. */
  readonly takenAt: string;
}

/** Sorts by target, isolate and time; has no separators, whatever the isolate that somebody asks for is called. */
export function keptName({ target, isolate }: { target: string; isolate: string }, nowMs: number): string {
  const begun = new Date(nowMs).toISOString().replace(/[-:.]/g, '');
  return `${namePart(target)}.${isolatePart(isolate)}.${begun}.heapsnapshot`;
}

/** Undefined for a name that is not of ours. */
export function keptParts(name: string): KeptParts | undefined {
  const { target, isolate, begun } = KEPT.exec(name)?.groups ?? {};
  if (target === undefined || isolate === undefined || begun === undefined) return undefined;
  const takenAt = begun.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z$/, '$1-$2-$3T$4:$5:$6.$7Z');
  return Number.isNaN(Date.parse(takenAt)) ? undefined : { target, isolate, takenAt };
}

export function isolatePart(isolate: string): string {
  return namePart(isolate.replaceAll('.', '_'));
}

/** What a name of a file has of a target's. */
export function namePart(name: string): string {
  const plain = name.replace(/[^\p{L}\p{N}_.:@-]/gu, '_').replace(/^[.:@-]/, '_');
  // a letter that is cut through is left out
  return Buffer.from(plain)
    .subarray(0, MAX_PART_BYTES)
    .toString()
    .replace(/\uFFFD+$/, '');
}
