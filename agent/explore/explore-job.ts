/** What the thread that explores a snapshot file is asked, beside the questions themselves. */
export interface ExploreJob {
  readonly path: string;
  /** False: contents of strings are not shown. */
  readonly strings: boolean;
}
