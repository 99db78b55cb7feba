/**
 * The section `locations` as columns (drawn in columns.ts). V8 writes locations in the order of a hash table; here they
 * stand by node. Each place in a script stands once, since closures of one function share theirs.
 */
import type { Header, LocationLayout } from './meta.ts';
import { numberBelow, RecordReader } from './records.ts';
import { firstRoom, nextRoom, widened } from './room.ts';
import { SnapshotSyntaxError } from './syntax-error.ts';

export interface LocationColumns {
  readonly locationNode: Uint32Array;
  readonly locationSite: Uint32Array;
  readonly siteScript: Uint32Array;
  readonly siteLine: Uint32Array;
  readonly siteColumn: Uint32Array;
}

/** The columns of a snapshot without locations. */
export function noLocations(): LocationColumns {
  const none = (): Uint32Array => new Uint32Array(0);
  return { locationNode: none(), locationSite: none(), siteScript: none(), siteLine: none(), siteColumn: none() };
}

export class LocationColumnsReader extends RecordReader {
  readonly #header: Header;
  readonly #layout: LocationLayout;
  readonly #sites = new Sites();
  /** A node has one location at most, so there is room for as many; what is not written stays address space. */
  #room: number;
  #node: Uint32Array;
  #site: Uint32Array;

  constructor(header: Header, layout: LocationLayout, expectedBytes: number | undefined) {
    super('locations', layout.fields.length);
    this.#header = header;
    this.#layout = layout;
    this.#room = firstRoom(header.nodeCount, 2 * layout.fields.length, expectedBytes);
    this.#node = new Uint32Array(this.#room);
    this.#site = new Uint32Array(this.#room);
  }

  protected override take(values: Float64Array, offset: number): void {
    const { node, nodeCount } = this.#header;
    const layout = this.#layout;
    if (this.count === nodeCount) throw new SnapshotSyntaxError('"locations" has more records than "nodes"', offset);
    if (this.count === this.#room) this.#widen();
    const number = (field: number, limit: number): number =>
      numberBelow(limit, values[field]!, 'locations', layout.fields[field]!, offset);
    const index = number(layout.objectIndex, nodeCount * node.fields.length);
    if (index % node.fields.length !== 0) {
      throw new SnapshotSyntaxError(
        `expected "object_index" in "locations" to be a multiple of ${node.fields.length}, got ${index}`,
        offset,
      );
    }
    this.#node[this.count] = index / node.fields.length;
    this.#site[this.count] = this.#sites.indexOf(
      number(layout.scriptId, 2 ** 32),
      number(layout.line, 2 ** 32),
      number(layout.column, 2 ** 32),
    );
  }

  protected override close(): void {
    // nothing declares their number
  }

  columns(): LocationColumns {
    const locationNode = this.#node.subarray(0, this.count);
    const locationSite = this.#site.subarray(0, this.count);
    sortPairs(locationNode, locationSite, 0, this.count, 31 - Math.clz32(this.#header.nodeCount));
    return { locationNode, locationSite, ...this.#sites.columns() };
  }

  #widen(): void {
    this.#room = nextRoom(this.#room, this.#header.nodeCount);
    this.#node = widened(this.#node, this.#room);
    this.#site = widened(this.#site, this.#room);
  }
}

/**
 * Sorts `keys` from `from` to `to` - 1 ascending, and `values` with them, in place: radix exchange from `bit` down, so
 * linear whatever the order was, and never deeper than a key has bits.
 */
function sortPairs(keys: Uint32Array, values: Uint32Array, from: number, to: number, bit: number): void {
  if (to - from < 2 || bit < 0) return;
  let low = from;
  let high = to - 1;
  while (low <= high) {
    const key = keys[low]!;
    if (((key >>> bit) & 1) === 0) {
      low++;
      continue;
    }
    const value = values[low]!;
    keys[low] = keys[high]!;
    values[low] = values[high]!;
    keys[high] = key;
    values[high--] = value;
  }
  sortPairs(keys, values, from, low, bit - 1);
  sortPairs(keys, values, low, to, bit - 1);
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

  columns(): Omit<LocationColumns, 'locationNode' | 'locationSite'> {
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
