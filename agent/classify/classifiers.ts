import { byClass } from './class.ts';
import type { Classifier } from './classifier.ts';
import { kind } from './kind.ts';
import { module } from './module.ts';
import { name } from './name.ts';
import { size } from './size.ts';
import { type } from './type.ts';

/** All classifiers of a whole heap, the default first. */
export const CLASSIFIERS: readonly Classifier[] = [kind, name, type, byClass, size, module];

/** The classifier that `--by` names. @throws RangeError that names those there are */
export function classifierNamed(by: string): Classifier {
  const classifier = CLASSIFIERS.find((candidate) => candidate.by === by);
  if (classifier !== undefined) return classifier;
  const known = CLASSIFIERS.map((candidate) => `"${candidate.by}"`).join(', ');
  throw new RangeError(`Cannot classify by "${by}": expected one of ${known}`);
}
