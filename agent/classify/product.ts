/** By several classifiers at once: `kind&size` is by kind and then, within each, by size. */
import type { Heap } from '../graph/heap.ts';
import { classificationOf } from './naming/classifications.ts';
import { type Classification, type Classifier, NOT_IN_SET } from './naming/classifier.ts';
import { Kinds } from './naming/kinds.ts';

const AND = ' & ';

/** The product of `factors`, of which there are two or more. */
export function product(factors: readonly Classifier[]): Classifier {
  return {
    by: factors.map(({ by }) => by).join('&'),
    header: factors.map(({ header, part }) => part?.header ?? header).join(AND),
    classify: (heap) =>
      factors.slice(1).reduce((before, factor) => times(before, partOf(factor, heap)), partOf(factors[0], heap)),
  };
}

function partOf(factor: Classifier, heap: Heap): Classification {
  const { kindOf, kinds } = classificationOf(heap, factor);
  const { part } = factor;
  return part === undefined ? { kindOf, kinds } : { kindOf, kinds: kinds.map((kind) => part.text(kind)) };
}

function times(a: Classification, b: Classification): Classification {
  const kinds = new Kinds();
  const kindOfPair = new Map<number, number>();
  const kindOf = new Uint32Array(a.kindOf.length);
  for (let node = 0; node < kindOf.length; node++) {
    const [ofA, ofB] = [a.kindOf[node], b.kindOf[node]];
    if (ofA === NOT_IN_SET || ofB === NOT_IN_SET) {
      kindOf[node] = NOT_IN_SET;
      continue;
    }
    const pair = ofA * b.kinds.length + ofB;
    let kind = kindOfPair.get(pair);
    if (kind === undefined) {
      kind = kinds.of(a.kinds[ofA] + AND + b.kinds[ofB]);
      kindOfPair.set(pair, kind);
    }
    kindOf[node] = kind;
  }
  return { kindOf, kinds: kinds.texts };
}
