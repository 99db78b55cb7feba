/**
 * As `class`, and plain objects by the names of their properties: `{token, user}`. What V8 hides is counted with what a person
 * knows (naming/bookings.ts); what is left of it says what it is, `(system) NativeContext`. An element of a page is one row by
 * its name, `<div>`, and those that are in no document are apart, `Detached <div>`.
 */

import { hasBit } from '../graph/bits.ts';
import type { Heap } from '../graph/heap.ts';
import { type Columns, selfSizeOf } from '../parse/columns.ts';
import { boilerplatesOf } from './naming/boilerplates.ts';
import { book } from './naming/bookings.ts';
import { kindsByOwner } from './naming/by-owner.ts';
import { type Classification, type Classifier, NOT_IN_SET } from './naming/classifier.ts';
import { Kinds } from './naming/kinds.ts';
import { NodeKinds } from './naming/node-kinds.ts';
import { PropertyNames } from './naming/property-names.ts';
import {
  ARRAY_BUFFER_DATA,
  ARRAY_BUFFER_MEMORY,
  SHARED_ARRAY,
  SYSTEM,
  systemWord,
  WORD_OF_TYPE,
} from './naming/words.ts';
import { DICTIONARY, OTHER_SHAPES, shapeText } from './shape-text.ts';

export const shape: Classifier = {
  by: 'shape',
  header: 'Shape (class / {properties})',
  classify,
};

/** Shapes that are distinguished, those with most bytes: of 10,000 different literals the rest is one row. */
const MOST_SHAPES = 1_000;

function classify({ columns }: Heap): Classification {
  const kinds = new Kinds();
  const nodes = new NodeKinds(columns, kinds);
  const shapes = new ShapeKinds(columns, kinds);
  const elements = new ElementKinds(columns, kinds);
  const memory = columns.strings.find(ARRAY_BUFFER_MEMORY);
  const boilerplates = boilerplatesOf(columns);
  const code = kinds.of(WORD_OF_TYPE.code!);
  const kindOf = kindsByOwner(columns, {
    plain: (node) => (hasBit(boilerplates, node) ? code : elements.of(node, shapes.of(node, nodes.of(node)))),
    store: (_store, ownerKind) => ownerKind,
    shared: (node) => kinds.of(columns.nodeName[node] === memory ? ARRAY_BUFFER_DATA : SHARED_ARRAY),
  });
  const system = kinds.of(SYSTEM);
  book(columns, kindOf, kinds.of(WORD_OF_TYPE.array!), (kind) => kind === system);
  nameSystem(columns, kindOf, kinds, system);
  return largestShapes(columns, kindOf, kinds.texts, shapes.kinds);
}

/** What is V8's own and nobody's, by V8's word for it. */
function nameSystem({ nodeName, strings }: Columns, kindOf: Uint32Array, kinds: Kinds, system: number): void {
  const kindOfName = new Map<number, number>();
  for (let node = 0; node < kindOf.length; node++) {
    if (kindOf[node] !== system) continue;
    const name = nodeName[node];
    const kind = kindOfName.get(name) ?? kinds.of(systemWord(strings.get(name)));
    kindOfName.set(name, kind);
    kindOf[node] = kind;
  }
}

/** The kind of a plain object: its shape. */
class ShapeKinds {
  /** Those that are shapes. */
  readonly kinds = new Set<number>();
  readonly #columns: Columns;
  readonly #kinds: Kinds;
  readonly #names: PropertyNames;
  readonly #object: number;
  readonly #objectType: number;
  /** By hidden class. */
  readonly #kindOfMap = new Map<number, number>();

  constructor(columns: Columns, kinds: Kinds) {
    this.#columns = columns;
    this.#kinds = kinds;
    this.#names = new PropertyNames(columns);
    this.#object = kinds.of('Object');
    this.#objectType = columns.nodeTypes.indexOf('object');
  }

  /** @param kind of the node by its class */
  of(node: number, kind: number): number {
    if (kind !== this.#object || this.#columns.nodeType[node] !== this.#objectType) return kind;
    if (this.#names.isDictionary(node)) return this.#of(DICTIONARY);
    const map = this.#names.mapOf(node);
    const known = this.#kindOfMap.get(map);
    if (known !== undefined) return known;
    const own = this.#of(shapeText(this.#names.of(node)));
    // without a Map each object is asked for its own
    if (map >= 0) this.#kindOfMap.set(map, own);
    return own;
  }

  #of(text: string): number {
    const kind = this.#kinds.of(text);
    this.kinds.add(kind);
    return kind;
  }
}

/** V8's mark of what has left its document. */
const DETACHED = 2;

/** Elements of pages, and what is detached. */
class ElementKinds {
  readonly #columns: Columns;
  readonly #kinds: Kinds;
  readonly #kindOf = [new Map<number, number>(), new Map<number, number>()] as const;

  constructor(columns: Columns, kinds: Kinds) {
    this.#columns = columns;
    this.#kinds = kinds;
  }

  of(node: number, kind: number): number {
    if (kind === NOT_IN_SET) return kind;
    const detached = this.#columns.detachedness?.[node] === DETACHED;
    const known = this.#kindOf[detached ? 1 : 0];
    let own = known.get(kind);
    if (own === undefined) {
      const text = this.#kinds.texts[kind]!.replace(/^native (?=<|Detached <)/, '');
      // Node marks natives of its own so, too
      own = this.#kinds.of(detached && !/^(?:Detached|native) /.test(text) ? `Detached ${text}` : text);
      known.set(kind, own);
    }
    return own;
  }
}

/** The classification with the largest shapes by themselves, and all others as one. */
function largestShapes(
  columns: Columns,
  kindOf: Uint32Array,
  texts: readonly string[],
  shapes: ReadonlySet<number>,
): Classification {
  if (shapes.size <= MOST_SHAPES) return { kindOf, kinds: texts };
  const bytes = new Float64Array(texts.length);
  for (let node = 0; node < kindOf.length; node++) {
    if (kindOf[node] !== NOT_IN_SET) bytes[kindOf[node]] += selfSizeOf(columns, node);
  }
  const ranked = [...shapes].sort((a, b) => bytes[b]! - bytes[a]! || a - b);
  const small = new Set(ranked.slice(MOST_SHAPES));
  const kept = new Kinds();
  const newKind = Uint32Array.from(texts, (text, kind) => kept.of(small.has(kind) ? OTHER_SHAPES : text));
  for (let node = 0; node < kindOf.length; node++) {
    if (kindOf[node] !== NOT_IN_SET) kindOf[node] = newKind[kindOf[node]]!;
  }
  return { kindOf, kinds: kept.texts };
}
