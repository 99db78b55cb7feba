/** What the thread that takes RSS apart is given, and what it gives back. */
export interface RssJob {
  readonly pid: number;
  /** Of the process that is meant, where it is known. */
  readonly startTicks?: number;
  /** We are in it. */
  readonly isInside?: boolean;
  /** Whether its heap is walked too: what of it is garbage, what its classes hold outside. Costs a copy of it here. */
  readonly walk: boolean;
  /** A larger heap is not walked. Default 2 GB. */
  readonly mostHeapBytes?: number;
}
