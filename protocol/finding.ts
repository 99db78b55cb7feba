/** What a report says of a heap: findings, worst first, and the figures that its pictures are drawn from. */

/** What may be found; one file each in agent/findings. */
export type FindingName =
  | 'dominant kind'
  | 'large holder'
  | 'large collection'
  | 'duplicate strings'
  | 'large strings'
  | 'unused room'
  | 'pinned strings'
  | 'empty weak references'
  | 'listener pile'
  | 'timer pile'
  | 'promise pile'
  | 'large closure'
  | 'module copies'
  | 'realm copies'
  | 'detached elements'
  | 'buffers of one size'
  | 'empty collections'
  | 'growing kind'
  | 'filling kind';

export type Severity = 'high' | 'medium' | 'low';

/** `certain`: counted; `likely`: what else it could be is rare; `possible`: to be looked at. */
export type Confidence = 'certain' | 'likely' | 'possible';

/** A line of a finding's own table. */
export interface Part {
  readonly text: string;
  readonly count: number;
  readonly sizeBytes: number;
}

/** A figure of one heap of a series. */
export interface Moment {
  /** Name of the file or target. */
  readonly target: string;
  readonly count: number;
  readonly sizeBytes: number;
}

export interface Finding {
  readonly finding: FindingName;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** One sentence with its figures. */
  readonly title: string;
  /** Why it is one, and what else it could be. */
  readonly reason: string;
  /** Bytes at stake: what would be free without it. */
  readonly sizeBytes: number;
  /** Objects that are meant. */
  readonly count: number;
  /** The shortest path from the program's roots to one of them. */
  readonly path?: string;
  /** What dominates them, level by level: `50,000 Session`, `1 Map`, `module src/a.js`. */
  readonly heldBy?: readonly string[];
  readonly parts?: readonly Part[];
  /** Of a kind that is followed over several heaps, the oldest first. */
  readonly series?: readonly Moment[];
  /** What to do or look at next. */
  readonly next: string;
}

/** A row of the square map: what the objects of a kind retain. */
export interface Square {
  readonly kind: string;
  readonly count: number;
  readonly sizeBytes: number;
}

/** Work that waits, by what it waits to call or is for. */
export interface PendingWork extends Part {
  readonly work: 'timer' | 'promise' | 'function' | 'listener' | 'handle' | 'async store' | 'aborted signal';
}

/** What refers to objects without keeping them. */
export interface WeakHolds {
  /** `WeakRef`, `entry of a WeakMap or WeakSet` */
  readonly hold: string;
  readonly count: number;
  /** Those whose objects are gone. */
  readonly emptyCount: number;
}

/** What is found in one heap. */
export interface Findings {
  readonly count: number;
  readonly sizeBytes: number;
  readonly findings: readonly Finding[];
  /** Kinds by shape, by self size. */
  readonly squares: readonly Square[];
  readonly pending: readonly PendingWork[];
  readonly weak: readonly WeakHolds[];
}

/** One heap of a report, without what was found in it. */
export interface ReportedHeap {
  /** As a command names it. */
  readonly target: string;
  /** ISO 8601, UTC; of a file when it was last modified. */
  readonly takenAt: string;
  readonly count: number;
  readonly sizeBytes: number;
}

/** What `heapwatch report` gives: of JSON one line, of HTML and Markdown what is drawn. */
export interface Report extends ReportedHeap, Findings {
  /** How it was read: a file by a snapshot. */
  readonly probe: 'snapshot' | 'walk';
  /** Earlier heaps, the oldest first. */
  readonly baselines: readonly ReportedHeap[];
}
