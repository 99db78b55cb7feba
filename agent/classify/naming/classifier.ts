/** What a classifier is: the rule that names a node's kind. One a file beside this one; each linear in nodes and edges. */
import type { Heap } from '../../graph/heap.ts';

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
  /** What it says of a heap may change though that does not: of no use tomorrow. */
  readonly isPassing?: boolean;
  /** What it takes from the heap beyond its columns is worked out on the way, and stays with the heap. */
  classify(heap: Heap): Classification;
  /** How it reads as a part of a product; default: its header and kinds as they are. */
  readonly part?: { readonly header: string; text(kind: string): string };
  /** For kinds that are numbers, sets or places, what `Kind.alt` compares them by; default: they have no order. */
  readonly order?: KindOrder;
  /** The same for kinds whose order only a heap tells: which class extends which. */
  orderIn?(heap: Heap): KindOrder;
  /** How a session writes it; default `hp.by("…")` with its name. */
  readonly expression?: string;
  /** A kind of it in a few words, `<via .name>`; default its text. */
  brief?(kind: string): string;
}

/** How the kinds of a classifier compare with each other. */
export interface KindOrder {
  /** Whether `a` is at most `b`: not larger, a subset, within it. */
  atMost(a: string, b: string): boolean;
}

/** What a session evaluates to the classifier: `hp.by("kind&size")`. */
export function expressionOf({ expression, by }: Classifier): string {
  return expression ?? `hp.by(${JSON.stringify(by)})`;
}
