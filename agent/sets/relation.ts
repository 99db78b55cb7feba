/** Classifiers in the words of a session: heapy's equivalence relations. */
import type { Classifier } from '../classify/classifier.ts';
import { classifierNamed } from '../classify/classifiers.ts';
import type { PlainSet } from './heap-set.ts';
import { ANYTHING, ClassKind, type Kind } from './kind.ts';

/** heapy's names for what has another one here. */
const HEAPY_NAMES: Readonly<Record<string, string>> = { clodo: 'kind', rcs: 'referrers' };

export class Relation {
  readonly classifier: Classifier;

  constructor(classifier: Classifier) {
    this.classifier = classifier;
  }

  get by(): string {
    return this.classifier.by;
  }

  get header(): string {
    return this.classifier.header;
  }

  /** The kind that reads so in a table, for sizes a number; of a set, the union of its members' kinds. */
  of(text: string | number | PlainSet): Kind {
    if (typeof text === 'object') return text.by(this).kind;
    if (this.by === 'unity') return ANYTHING;
    const padded = this.by === 'size' ? String(text).trim().padStart(9) : String(text);
    return new ClassKind(this.classifier, padded);
  }

  and(other: Relation): Relation {
    return relation(`${this.by}&${other.by}`);
  }

  toString(): string {
    return `hp.by(${JSON.stringify(this.by)})`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** The relation of that name, ours or heapy's, in any case; several with `&` between them; '' for unity. @throws RangeError */
export function relation(by: string): Relation {
  const names = by.split('&').map((name) => {
    const word = name.trim().toLowerCase();
    return HEAPY_NAMES[word] ?? word;
  });
  return new Relation(classifierNamed(by.trim() === '' ? 'unity' : names.join('&')));
}
