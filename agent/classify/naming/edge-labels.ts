/**
 * What an edge is called, so that edges that say the same read the same whatever the ids and places in them:
 *
 *     .name  [Symbol.x]   a property
 *     [*]                 an element
 *     {*}                 an entry of a Map or Set, or of a weak one: key or value; and of an object that is used as
 *                         one, which has names that are no identifiers
 *     context x           a variable of a scope
 *     (elements) (map)    what V8 calls its own edges, less numbers and ids: `7 / part of key (A @17) ...` is an entry
 */
import { outsideText, TEXT_LENGTHS } from '../../base/outside-text.ts';
import { type Columns, EDGE_TYPE_MASK } from '../../parse/columns.ts';
import { NO_OWNER, SEVERAL_OWNERS, STORES, storeIn, storeOwners } from './stores.ts';

const ELEMENT = '[*]';
const ENTRY = '{*}';

const TABLE = STORES.indexOf('table');
const IDENTIFIER = /^#?[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;

/** `.name`, or `["a b"]` where the name is no identifier; V8 writes symbols as `<symbol x>`. */
export function propertyLabel(name: string): string {
  if (IDENTIFIER.test(name)) return `.${name}`;
  return isSymbol(name) ? `[${name.slice('<symbol '.length, -1)}]` : `[${JSON.stringify(name)}]`;
}

function isSymbol(name: string): boolean {
  return name.startsWith('<symbol ') && name.endsWith('>');
}

/** Numbers the labels of edges, each text once. */
export class EdgeLabels {
  readonly texts: string[] = [];
  readonly #columns: Columns;
  /** Who holds each node as a store (stores.ts). */
  readonly #owners: Uint32Array;
  readonly #types: readonly string[];
  /** By edge type: the labels of its names. */
  readonly #ofName: readonly Map<number, number>[];
  readonly #ofText = new Map<string, number>();
  readonly #entry: number;
  readonly #element: number;

  constructor(columns: Columns) {
    this.#columns = columns;
    this.#owners = storeOwners(columns);
    this.#types = columns.edgeTypes;
    this.#ofName = columns.edgeTypes.map(() => new Map());
    this.#entry = this.#numbered(ENTRY);
    this.#element = this.#numbered(ELEMENT);
  }

  /** The number of the label of `edge`, which leaves `source`. */
  of(source: number, edge: number): number {
    const type = this.#columns.edgeTarget[edge] & EDGE_TYPE_MASK;
    const word = this.#types[type];
    if (word === 'element') return this.#element;
    const name = word === 'hidden' ? 0 : this.#columns.edgeName[edge];
    const known = this.#ofName[type].get(name);
    const label = known ?? this.#labelled(type, word, name);
    return label === INDEX ? this.#indexLabel(source) : label;
  }

  #labelled(type: number, word: string, name: number): number {
    const text =
      word === 'hidden' ? '(hidden)' : labelText(word, outsideText(this.#columns.strings.get(name), TEXT_LENGTHS.name));
    const label = text === undefined ? INDEX : this.#numbered(text);
    this.#ofName[type].set(name, label);
    return label;
  }

  /** A numbered slot of a store: what it stands for depends on the store. */
  #indexLabel(source: number): number {
    const owner = this.#owners[source];
    if (owner === NO_OWNER || owner === SEVERAL_OWNERS) return this.#element;
    return storeIn(owner) === TABLE ? this.#entry : this.#element;
  }

  #numbered(text: string): number {
    let label = this.#ofText.get(text);
    if (label === undefined) {
      label = this.texts.push(text) - 1;
      this.#ofText.set(text, label);
    }
    return label;
  }
}

/** Stands for a label that depends on the edge's source: that of a number. */
const INDEX = -1;

/** The label of an edge that is not numbered, undefined if its name is a number. */
function labelText(type: string, name: string): string | undefined {
  if (type === 'property') return IDENTIFIER.test(name) || isSymbol(name) ? propertyLabel(name) : ENTRY;
  if (type === 'context') return `context ${name}`;
  if (/^\d+$/.test(name)) return undefined;
  if (name.includes(' pair in WeakMap ')) return ENTRY;
  return `(${numberless(name.replace(/^\d+ \/ /, '').replace(/ ?@\d+/g, ''))})`;
}

/** `*` in place of the number that a name ends in. */
function numberless(name: string): string {
  let end = name.length;
  while (end > 0 && /\d/.test(name[end - 1]!)) end--;
  return end < name.length ? `${name.slice(0, end)}*` : name;
}
