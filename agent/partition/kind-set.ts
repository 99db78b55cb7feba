/** A set of nodes of one kind: a row of a partition with its members. */
import type { NodeSet } from '../graph/set.ts';

/** A set and what it is called. */
export interface KindSet {
  readonly kind: string;
  readonly set: NodeSet;
}
