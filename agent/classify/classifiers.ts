import { byClass } from './class.ts';
import { duplicates } from './duplicates.ts';
import { id } from './id.ts';
import { kind } from './kind.ts';
import { module } from './module.ts';
import { name } from './name.ts';
import type { Classifier } from './naming/classifier.ts';
import { owner } from './owner.ts';
import { product } from './product.ts';
import { referrers } from './referrers.ts';
import { retained } from './retained.ts';
import { secret } from './secret.ts';
import { shape } from './shape.ts';
import { site } from './site.ts';
import { size } from './size.ts';
import { type } from './type.ts';
import { unity } from './unity.ts';
import { via } from './via.ts';

/** All classifiers of a whole heap, the default first. */
export const CLASSIFIERS: readonly Classifier[] = [
  kind,
  name,
  type,
  byClass,
  shape,
  size,
  module,
  owner,
  referrers,
  via,
  retained,
  duplicates,
  secret,
  site,
  id,
  unity,
];

/** Products by name, each made once, so that what is kept of it is found again. */
const PRODUCTS = new Map<string, Classifier>();

/**
 * The classifier that `--by` names, or the product of several with `&` between them, each once. @throws RangeError that
 * names those there are
 * @param more classifiers that there are for this heap beside those of every heap (age.ts)
 */
export function classifierNamed(by: string, more: readonly Classifier[] = []): Classifier {
  const factors = [...new Set(by.split('&').map((word) => factorNamed(word.trim(), by, [...CLASSIFIERS, ...more])))];
  const telling = factors.filter((factor) => factor !== unity);
  if (telling.length < 2) return telling[0] ?? unity;
  const made = product(telling);
  if (telling.some((factor) => more.includes(factor))) return made;
  const known = PRODUCTS.get(made.by) ?? made;
  PRODUCTS.set(made.by, known);
  return known;
}

function factorNamed(word: string, by: string, all: readonly Classifier[]): Classifier {
  const classifier = all.find((candidate) => candidate.by === word);
  if (classifier !== undefined) return classifier;
  const known = all.map((candidate) => `"${candidate.by}"`).join(', ');
  throw new RangeError(`Cannot classify by "${by}": expected one of ${known}, or several with "&" between them`);
}
