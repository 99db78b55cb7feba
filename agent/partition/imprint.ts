/**
 * What of an object never changes, as one number: so that an id which V8 has given out twice is noticed.
 *
 *     string, symbol, bigint, regexp    its type and its text
 *     object                            its type and its class
 *     any other                         its type (V8 names arrays and code by who holds them, hidden classes by their use)
 *
 * A string that V8 keeps in parts (concatenated, sliced) may become whole, so that its text is unknown before: ROPE.
 */
import { className } from '../classify/words.ts';
import type { Columns } from '../heap/columns.ts';

/** The imprint of a string whose text is not known. */
const ROPE = 1;
/** That of a string whose text is known; beside it no string. */
const STRING_BIT = 2;

const NAMED_BY_TEXT = ['string', 'symbol', 'bigint', 'regexp'];
const ROPES = ['concatenated string', 'sliced string'];

/** The imprints of the nodes of one snapshot. Texts are looked at once each: linear in the bytes of the strings that are named. */
export class Imprints {
  readonly #columns: Columns;
  readonly #types: readonly string[];
  readonly #ofType: Uint32Array;
  /** By string index; 0 where it has not been looked at. */
  readonly #ofText: Uint32Array;
  readonly #ofClass = new Map<number, number>();

  constructor(columns: Columns) {
    this.#columns = columns;
    this.#types = columns.nodeTypes;
    this.#ofType = Uint32Array.from(columns.nodeTypes, (type) => asNoString(hashOfText(2166136261, type)));
    this.#ofText = new Uint32Array(columns.strings.count);
  }

  of(node: number): number {
    const type = this.#columns.nodeType[node]!;
    const name = this.#types[type]!;
    if (ROPES.includes(name)) return ROPE;
    if (name === 'object') return this.#classImprint(type, this.#columns.nodeName[node]!);
    if (!NAMED_BY_TEXT.includes(name)) return this.#ofType[type]!;
    const text = this.#textHash(this.#columns.nodeName[node]!);
    const both = Math.imul(text ^ this.#ofType[type]!, 16777619);
    return name === 'string' ? ((both & ~ROPE) | STRING_BIT) >>> 0 : asNoString(both);
  }

  #textHash(text: number): number {
    let hash = this.#ofText[text]!;
    if (hash === 0) {
      hash = hashOf(2166136261, this.#columns.strings.bytes(text)) || 1;
      this.#ofText[text] = hash;
    }
    return hash;
  }

  #classImprint(type: number, text: number): number {
    let imprint = this.#ofClass.get(text);
    if (imprint === undefined) {
      imprint = asNoString(hashOfText(this.#ofType[type]!, className(this.#columns.strings.get(text))));
      this.#ofClass.set(text, imprint);
    }
    return imprint;
  }
}

/** Whether a node with imprint `now` may be the object that had imprint `then`. */
export function mayBeSame(then: number, now: number): boolean {
  if (then === now) return true;
  return then === ROPE ? isString(now) : now === ROPE && isString(then);
}

function isString(imprint: number): boolean {
  return imprint === ROPE || (imprint & (STRING_BIT | ROPE)) === STRING_BIT;
}

/** With both low bits set, which no string has. */
function asNoString(hash: number): number {
  return (hash | STRING_BIT | ROPE) >>> 0;
}

/** FNV-1a, begun with `seed`. */
function hashOf(seed: number, bytes: Uint8Array): number {
  let hash = seed;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 16777619);
  return hash >>> 0;
}

function hashOfText(seed: number, text: string): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  return hash >>> 0;
}
