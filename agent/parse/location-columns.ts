/**
 * The section `locations` as columns (drawn in columns.ts). V8 writes locations in the order of a hash table; here they
 * stand by node. Each place in a script is there once, since closures of one function share theirs.
 *
 *     object_index,script_id,line,column                            up to V8 14
 *     object_index,script_id,script_object_index,line,column        from V8 15 on, the node of the script too, or -1
 *
 * A heap can be read without them: a location that is none, of a node that there is not, is left out and counted.
 */

import type { Header, LocationLayout } from './meta.ts';
import { KERNEL_DIGITS, RecordReader } from './records.ts';
import { widened } from './room.ts';

/** The fields as V8 has ordered them; the kernel is for those. */
const KERNEL_FIELDS: readonly string[] = [
  'object_index,script_id,line,column',
  'object_index,script_id,script_object_index,line,column',
];
/** A place takes 32 bits. */
const MAX_NUMBER = 2 ** 32 - 1;

/** A digit's byte ^ ZERO is 0 to 9; any other byte is more. */
const ZERO = 48;
const COMMA = 44 ^ ZERO;
const LINE_FEED = 10 ^ ZERO;

export interface LocationColumns {
  readonly locationNode: Uint32Array;
  readonly locationSite: Uint32Array;
  readonly siteScript: Uint32Array;
  readonly siteLine: Uint32Array;
  readonly siteColumn: Uint32Array;
  /** Locations that were left out; absent: none. */
  readonly oddLocations?: number | undefined;
}

/** The columns of a snapshot without locations. */
export function noLocations(): LocationColumns {
  const none = (): Uint32Array => new Uint32Array(0);
  return { locationNode: none(), locationSite: none(), siteScript: none(), siteLine: none(), siteColumn: none() };
}

export class LocationColumnsReader extends RecordReader {
  readonly #header: Header;
  readonly #layout: LocationLayout;
  readonly #kernel: boolean;
  readonly #sites = new Sites();
  /** By node: its site + 1, or 0 where it has none. Of two locations of a node the later counts. */
  readonly #siteOf: Uint32Array;
  #odd = 0;

  constructor(header: Header, layout: LocationLayout) {
    super('locations', layout.fields.length, { dispensable: true });
    this.#header = header;
    this.#layout = layout;
    this.#kernel = KERNEL_FIELDS.includes(layout.fields.join());
    this.#siteOf = new Uint32Array(header.nodeCount);
  }

  protected override take(values: Float64Array): void {
    const { node, nodeCount } = this.#header;
    const layout = this.#layout;
    const ordinal = values[layout.objectIndex]! / node.fields.length;
    const [script, line, column] = [values[layout.scriptId]!, values[layout.line]!, values[layout.column]!];
    const isNode = Number.isInteger(ordinal) && ordinal >= 0 && ordinal < nodeCount;
    if (isNode && script < 0) return; // of no script
    const isPlace = Math.max(script, line, column) <= MAX_NUMBER && Math.min(line, column) >= 0;
    if (isNode && isPlace) this.#siteOf[ordinal] = this.#sites.indexOf(script, line, column) + 1;
    else this.#odd++;
  }

  protected override close(): void {
    // nothing declares their number
  }

  protected override cutShort(): void {
    this.#odd++;
  }

  /** Takes locations whose numbers have nine digits at most. */
  protected override pass(bytes: Uint8Array, from: number, _offset: number): number {
    if (!this.#kernel) return from;
    const siteOf = this.#siteOf;
    const sites = this.#sites;
    const nodeCount = this.#header.nodeCount;
    const nodeFields = this.#header.node.fields.length;
    const last = bytes.length - 5 * (KERNEL_DIGITS + 1) - 1;
    const isFive = this.#layout.scriptObjectIndex >= 0;
    let count = this.count;
    let start = from;
    while (start <= last) {
      let at = start;

      let index = bytes[at++]! ^ ZERO;
      if (index > 9) break;
      let next = bytes[at++]! ^ ZERO;
      if (index !== 0) for (; next < 10; next = bytes[at++]! ^ ZERO) index = (index * 10 + next) | 0;
      if (next !== COMMA || at - start > KERNEL_DIGITS + 1) break;

      let field = at;
      let script = bytes[at++]! ^ ZERO;
      if (script > 9) break;
      next = bytes[at++]! ^ ZERO;
      if (script !== 0) for (; next < 10; next = bytes[at++]! ^ ZERO) script = (script * 10 + next) | 0;
      if (next !== COMMA || at - field > KERNEL_DIGITS + 1) break;

      if (isFive) {
        field = at;
        const first = bytes[at++]! ^ ZERO;
        if (first > 9) break;
        next = bytes[at++]! ^ ZERO;
        if (first !== 0) while (next < 10) next = bytes[at++]! ^ ZERO;
        if (next !== COMMA || at - field > KERNEL_DIGITS + 1) break;
      }

      field = at;
      let line = bytes[at++]! ^ ZERO;
      if (line > 9) break;
      next = bytes[at++]! ^ ZERO;
      if (line !== 0) for (; next < 10; next = bytes[at++]! ^ ZERO) line = (line * 10 + next) | 0;
      if (next !== COMMA || at - field > KERNEL_DIGITS + 1) break;

      field = at;
      let column = bytes[at++]! ^ ZERO;
      if (column > 9) break;
      next = bytes[at++]! ^ ZERO;
      if (column !== 0) for (; next < 10; next = bytes[at++]! ^ ZERO) column = (column * 10 + next) | 0;
      if (at - field > KERNEL_DIGITS + 1) break;

      if (next === LINE_FEED) next = bytes[at++]! ^ ZERO;
      if (next !== COMMA) break;

      const node = Math.floor(index / nodeFields);
      if (node >= nodeCount || node * nodeFields !== index) break;
      siteOf[node] = sites.indexOf(script, line, column) + 1;
      count++;
      start = at;
    }
    this.count = count;
    return start;
  }

  /** Linear in the nodes. */
  columns(): LocationColumns {
    const siteOf = this.#siteOf;
    let length = 0;
    for (let node = 0; node < siteOf.length; node++) if (siteOf[node] !== 0) length++;
    const locationNode = new Uint32Array(length);
    const locationSite = new Uint32Array(length);
    for (let node = 0, at = 0; at < length; node++) {
      const site = siteOf[node]!;
      if (site === 0) continue;
      locationNode[at] = node;
      locationSite[at++] = site - 1;
    }
    const odd = this.#odd > 0 && { oddLocations: this.#odd };
    return { locationNode, locationSite, ...this.#sites.columns(), ...odd };
  }
}

/** Places in scripts, each once: an open-addressing table of indexes into three columns. */
class Sites {
  #count = 0;
  #script = new Uint32Array(1024);
  #line = new Uint32Array(1024);
  #column = new Uint32Array(1024);
  /** Index + 1, or 0 for a free slot; always twice as long as the columns. */
  #slots = new Uint32Array(2048);

  indexOf(script: number, line: number, column: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash(script, line, column) & mask;
    for (let entry = this.#slots[slot]!; entry !== 0; entry = this.#slots[slot]!) {
      const site = entry - 1;
      if (this.#script[site] === script && this.#line[site] === line && this.#column[site] === column) return site;
      slot = (slot + 1) & mask;
    }
    return this.#add(slot, script, line, column);
  }

  columns(): Pick<LocationColumns, 'siteScript' | 'siteLine' | 'siteColumn'> {
    return {
      siteScript: this.#script.slice(0, this.#count),
      siteLine: this.#line.slice(0, this.#count),
      siteColumn: this.#column.slice(0, this.#count),
    };
  }

  #add(slot: number, script: number, line: number, column: number): number {
    const site = this.#count++;
    this.#script[site] = script;
    this.#line[site] = line;
    this.#column[site] = column;
    this.#slots[slot] = site + 1;
    if (this.#count === this.#script.length) this.#widen();
    return site;
  }

  #widen(): void {
    const length = this.#count * 2;
    this.#script = widened(this.#script, length);
    this.#line = widened(this.#line, length);
    this.#column = widened(this.#column, length);
    this.#slots = new Uint32Array(length * 2);
    const mask = this.#slots.length - 1;
    for (let site = 0; site < this.#count; site++) {
      let slot = hash(this.#script[site]!, this.#line[site]!, this.#column[site]!) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = site + 1;
    }
  }
}

function hash(script: number, line: number, column: number): number {
  let mixed = Math.imul(script, 0x9e3779b1) ^ Math.imul(line, 0x85ebca6b) ^ Math.imul(column, 0xc2b2ae35);
  mixed ^= mixed >>> 15;
  return Math.imul(mixed, 0x2c1b3c6d) >>> 0;
}
