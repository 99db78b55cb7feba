/** What the questions of this page are about: one kind in one kept snapshot. */
export interface Subject {
  readonly target: string;
  readonly isolate: string;
  readonly snapshot: string;
  readonly kind: string;
  /** The classifier that the kind is of. */
  readonly by: string;
}
