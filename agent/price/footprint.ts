/** The gauges that a probe's price is given by. */
export interface Footprint {
  readonly heapUsedBytes: number;
  /** What V8 has taken from the system for it. */
  readonly heapTotalBytes: number;
  /** The whole process's; null where nobody tells: a page, a program that has replaced `process.memoryUsage`. */
  readonly rssBytes: number | null;
}
