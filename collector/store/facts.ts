/**
 * JSON values taken apart into a shape, the same for very many events, and the facts that tell them apart.
 *
 *     {"type":"usage","takenAt":"2026-…","rssBytes":81000}   =   {"type":"usage","takenAt":"\0t","rssBytes":0}   and   1795…, 81000
 *
 * Nothing is lost: what is put together again is equal to what was taken apart.
 */
import { maxOf } from '../../protocol/extremes.ts';
import { ByteReader, ByteWriter } from './bytes.ts';

/** What is in a shape for an instant and for a text. Texts that begin like these are facts themselves. */
const INSTANT = '\0t';
const TEXT = '\0s';
/** Fields whose texts differ from event to event. */
const OWN_TEXTS: ReadonlySet<string> = new Set([
  'reason',
  'label',
  'partitions',
  'epoch',
  'checkpoint',
  'held',
  'mark',
  'text',
]);
/** A longer text is taken for one that will not come again. */
const MAX_SHAPE_TEXT = 128;

/** How a number begins: a double, a negative whole number, else a whole number more by 2. */
const DOUBLE = 0;
const NEGATIVE = 1;
const MAX_WHOLE = Number.MAX_SAFE_INTEGER - 2;

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

export interface Folded {
  /** JSON. */
  readonly shape: string;
  readonly facts: Buffer;
}

export function fold(value: Json): Folded {
  const facts = new ByteWriter();
  const shape = foldValue(value, '', facts);
  return { shape, facts: facts.take() };
}

/** @param shape as it was parsed from JSON. */
export function unfold(shape: Json, facts: Uint8Array): Json {
  return unfoldValue(shape, new ByteReader(facts));
}

/** Finds the numbers among an event's facts without putting it together. */
export class FactPlan {
  /** What each fact is, in order. */
  readonly #facts: ('number' | 'instant' | 'text')[] = [];
  /** Place among the facts of the number of each top-level field. */
  readonly #places = new Map<string, number>();

  constructor(shape: { readonly [key: string]: Json | undefined }) {
    for (const [key, value] of Object.entries(shape)) {
      if (typeof value === 'number') this.#places.set(key, this.#facts.length);
      this.#add(value as Json);
    }
  }

  /** The top-level numbers of these names; NaN for one that is not there. */
  numbers(facts: Uint8Array, names: readonly string[]): number[] {
    const places = names.map((name) => this.#places.get(name) ?? -1);
    const found: number[] = names.map(() => Number.NaN);
    const reader = new ByteReader(facts);
    const last = maxOf(places);
    for (let place = 0; place <= last; place++) {
      const value = this.#read(place, reader);
      const wanted = places.indexOf(place);
      if (wanted >= 0 && value !== undefined) found[wanted] = value;
    }
    return found;
  }

  #read(place: number, reader: ByteReader): number | undefined {
    switch (this.#facts[place]) {
      case 'number':
        return readNumber(reader);
      case 'instant':
        reader.skipUints(1);
        return undefined;
      default:
        reader.skipText();
        return undefined;
    }
  }

  #add(value: Json): void {
    if (typeof value === 'number') this.#facts.push('number');
    else if (value === INSTANT) this.#facts.push('instant');
    else if (value === TEXT) this.#facts.push('text');
    else if (typeof value === 'object' && value !== null)
      for (const each of Object.values(value)) this.#add(each as Json);
  }
}

function foldValue(value: Json, key: string, facts: ByteWriter): string {
  if (typeof value === 'number') {
    writeNumber(value, facts);
    return '0';
  }
  if (typeof value === 'string') return foldText(value, key, facts);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isArray(value)) return `[${value.map((each) => foldValue(each, key, facts)).join(',')}]`;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{${fields.map(([name, field]) => `${JSON.stringify(name)}:${foldValue(field as Json, name, facts)}`).join(',')}}`;
}

function foldText(value: string, key: string, facts: ByteWriter): string {
  const atMs = instantOf(value);
  if (atMs !== undefined) {
    facts.uint(atMs);
    return JSON.stringify(INSTANT);
  }
  if (value.length <= MAX_SHAPE_TEXT && !value.startsWith('\0') && !OWN_TEXTS.has(key)) return JSON.stringify(value);
  // JSON, since UTF-8 has no half surrogate pairs
  facts.text(JSON.stringify(value));
  return JSON.stringify(TEXT);
}

/** Milliseconds since 1970 of an instant just as `toISOString` writes it. */
function instantOf(value: string): number | undefined {
  if (value.length !== 24 || value[23] !== 'Z') return undefined;
  const atMs = Date.parse(value);
  return atMs >= 0 && new Date(atMs).toISOString() === value ? atMs : undefined;
}

function unfoldValue(shape: Json, facts: ByteReader): Json {
  if (typeof shape === 'number') return readNumber(facts);
  if (shape === INSTANT) return new Date(facts.uint()).toISOString();
  if (shape === TEXT) return JSON.parse(facts.text()) as string;
  if (typeof shape !== 'object' || shape === null) return shape;
  if (isArray(shape)) return shape.map((each) => unfoldValue(each, facts));
  return Object.fromEntries(Object.entries(shape).map(([key, field]) => [key, unfoldValue(field as Json, facts)]));
}

function writeNumber(value: number, facts: ByteWriter): void {
  const whole = Number.isInteger(value) && Math.abs(value) <= MAX_WHOLE && !Object.is(value, -0);
  if (!whole) {
    facts.uint(DOUBLE);
    facts.double(value);
  } else if (value < 0) {
    facts.uint(NEGATIVE);
    facts.uint(-value);
  } else {
    facts.uint(value + 2);
  }
}

function readNumber(facts: ByteReader): number {
  const begin = facts.uint();
  if (begin === DOUBLE) return facts.double();
  return begin === NEGATIVE ? -facts.uint() : begin - 2;
}

/** `Array.isArray`, which takes readonly arrays for none. */
function isArray(value: object): value is readonly Json[] {
  return Array.isArray(value);
}
