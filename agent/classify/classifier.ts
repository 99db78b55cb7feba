/** What a classifier is: the rule that names a node's kind. One a file beside this one; each linear in nodes and edges. */
import type { Columns } from '../heap/columns.ts';

/** Stands in `kindOf` for nodes that are in no row (V8's synthetic nodes). */
export const NOT_IN_SET = 0xffffffff;

export interface Classification {
  /** Index into `kinds` of each node, or NOT_IN_SET. */
  readonly kindOf: Uint32Array;
  /** Text of each kind; no two are the same. */
  readonly kinds: readonly string[];
}

export interface Classifier {
  /** The word after `--by`. */
  readonly by: string;
  /** Head of the kind column. */
  readonly header: string;
  classify(columns: Columns): Classification;
}
