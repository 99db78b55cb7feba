/** What a leak test found. */

/** A figure with the ends of its interval. */
export interface Interval {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

/** What one kind of object gains an iteration. */
export interface KindDelta {
  /** As `heapwatch heap` names it: a class, `string`, `elements of Array`. */
  readonly kind: string;
  readonly objects: Interval;
  readonly bytes: Interval;
}

/** A kind that leaks. */
export interface LeakedKind extends KindDelta {
  /** What plain objects among them look like: `{token, user}`. */
  readonly shapes?: readonly string[];
  /** The function that allocates what stays: `handle (/srv/app.js:20)`. */
  readonly allocatedBy?: string;
}

/** What a step leaves in the heap. */
export interface HeapDelta {
  /** The kind that holds the others first; empty where nothing leaks. */
  readonly leaks: readonly LeakedKind[];
  /** Kinds that changed, whether by chance or not; the one that gained most bytes first. */
  readonly kinds: readonly KindDelta[];
  /** Of all kinds together. */
  readonly bytes: Interval;
  /** Shortest paths to objects of the first of `leaks`. */
  readonly heldBy: readonly string[];
  /** What usually helps where objects are held in this way. */
  readonly advice?: string;
  /** Functions that allocate what stays, the one with most bytes first. */
  readonly sites: readonly string[];
  /** `walk`: exact. `census`: counts are exact, sizes are estimates. */
  readonly probe: 'walk' | 'census';
  /** Of the intervals, and of the verdict over all kinds together. */
  readonly confidence: number;
  /** Of the step, in the rounds that were judged. */
  readonly iterations: number;
  readonly rounds: number;
  readonly tookMs: number;
}
