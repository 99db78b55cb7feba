/**
 * What of an object never changes, as one number: so that an id which V8 has given out twice is noticed.
 *
 *     string, symbol, bigint, regexp    its type and its text
 *     object                            its type and its class
 *     any other                         its type (V8 names arrays and code by who holds them, hidden classes by their use)
 *
 * A string that V8 keeps in parts (concatenated, sliced) may become whole, so that its text is unknown before: ROPE.
 */
import { className } from '../classify/naming/words.ts';
import type { StringTable } from '../parse/strings.ts';

/** The imprint of a string whose text is not known. */
const ROPE = 1;
/** That of a string whose text is known; beside it no string. */
const STRING_BIT = 2;

const NAMED_BY_TEXT = ['string', 'symbol', 'bigint', 'regexp'];
const ROPES = ['concatenated string', 'sliced string'];

/** What a type's imprints are made of beside the type. */
const BY_TYPE = 0;
const BY_TEXT = 1;
const BY_CLASS = 2;

/** The imprints of the nodes of one snapshot. Linear in the bytes of its strings. */
export class Imprints {
  readonly #strings: StringTable;
  /** By node type: the imprint of its nodes, or what it begins with. */
  readonly #ofType: Uint32Array;
  readonly #rules: Uint8Array;
  readonly #string: number;
  /** By string index. */
  #ofText: Uint32Array | undefined;
  /** By string index, for names of objects; 0 where it has not been looked at. */
  readonly #ofClass: Uint32Array;

  /** @param hashes of the strings, where they are known already */
  constructor(
    { nodeTypes, strings }: { readonly nodeTypes: readonly string[]; readonly strings: StringTable },
    hashes?: Uint32Array,
  ) {
    this.#ofText = hashes;
    this.#strings = strings;
    this.#string = nodeTypes.indexOf('string');
    this.#ofType = Uint32Array.from(nodeTypes, (type) =>
      ROPES.includes(type) ? ROPE : asNoString(hashOfText(2166136261, type)),
    );
    this.#rules = Uint8Array.from(nodeTypes, (type) => {
      if (type === 'object') return BY_CLASS;
      return NAMED_BY_TEXT.includes(type) ? BY_TEXT : BY_TYPE;
    });
    this.#ofClass = new Uint32Array(strings.count);
  }

  /** Of a node, by the index of its type and of its name. */
  of(type: number, name: number): number {
    const rule = this.#rules[type]!;
    const imprint = this.#ofType[type]!;
    if (rule === BY_TYPE) return imprint;
    if (rule === BY_CLASS) return this.#ofClass[name] || this.#classImprint(imprint, name);
    this.#ofText ??= hashesOf(this.#strings);
    const both = Math.imul(this.#ofText[name]! ^ imprint, 16777619);
    return type === this.#string ? ((both & ~ROPE) | STRING_BIT) >>> 0 : asNoString(both);
  }

  #classImprint(type: number, name: number): number {
    const imprint = asNoString(hashOfText(type, className(this.#strings.get(name))));
    this.#ofClass[name] = imprint;
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

/** FNV-1a of each string's bytes, by its index. */
export function hashesOf({ blocks }: StringTable): Uint32Array {
  const hashes = new Uint32Array(blocks.count);
  let index = 0;
  for (const [block, text] of blocks.text.entries()) {
    const starts = blocks.starts[block]!;
    for (let string = 1; string < starts.length; string++) {
      let hash = 2166136261;
      for (let at = starts[string - 1]!, end = starts[string]!; at < end; at++) {
        hash = Math.imul(hash ^ text[at]!, 16777619);
      }
      hashes[index++] = hash;
    }
  }
  return hashes;
}

function hashOfText(seed: number, text: string): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  return hash >>> 0;
}
