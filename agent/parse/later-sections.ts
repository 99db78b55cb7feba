/**
 * A snapshot from one of its edges to its end, for a second thread that reads beside the one that has begun at its start:
 *
 *     {"snapshot":{...},"nodes":[...],"edges":[..., | ...], ... ,"locations":[...],"strings":[...]}
 *      ColumnsParser reads up to here               |  LaterSectionsParser reads from here on
 */

import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import { SnapshotDocument } from './document.ts';
import { type EdgeArrays, EdgeColumnsReader, type LaterEdges } from './edge-columns.ts';
import { type LocationColumns, LocationColumnsReader } from './location-columns.ts';
import type { Header } from './meta.ts';
import type { SnapshotSink } from './sink.ts';
import { SkipReader } from './skip.ts';
import { NumbersSkipReader } from './skip-numbers.ts';
import { type StringBlocks, StringTableReader } from './strings.ts';

/** Survives `structuredClone`, and the buffers of its arrays may be transferred. */
export interface LaterSections {
  readonly edges: LaterEdges;
  /** Names of the sections after `edges`. */
  readonly names: readonly string[];
  /** Absent where they are not wanted or not there. */
  readonly locations?: LocationColumns;
  readonly strings: StringBlocks;
}

const EARLIER = ['snapshot', 'nodes'];

export interface LaterOptions {
  /** The first edge to read, and where it begins in bytes of the snapshot. */
  readonly first: number;
  readonly offset: number;
  readonly arrays: EdgeArrays;
  /** False: locations are passed over. */
  readonly locations: boolean;
  /** As for the ColumnsParser. */
  readonly shortestString?: number;
}

export class LaterSectionsParser implements SnapshotSink<LaterSections> {
  readonly #document: SnapshotDocument;
  readonly #first: number;
  readonly #edgeCount: number;
  readonly #edges: EdgeColumnsReader;
  readonly #strings: StringTableReader;
  #locations: LocationColumnsReader | null = null;

  constructor(header: Header, { first, offset, arrays, locations, shortestString }: LaterOptions) {
    this.#strings = new StringTableReader(shortestString);
    this.#first = first;
    this.#edgeCount = header.edgeCount;
    this.#edges = EdgeColumnsReader.from(first, header, arrays);
    this.#document = new SnapshotDocument((name) => {
      if (name === 'strings') return this.#strings;
      if (name !== 'locations' || header.location === null) return new SkipReader(name);
      if (!locations) return new NumbersSkipReader(name);
      this.#locations = new LocationColumnsReader(header, header.location);
      return this.#locations;
    });
    this.#document.resume('edges', this.#edges, offset, EARLIER);
  }

  write(bytes: Uint8Array): void {
    this.#document.write(bytes);
  }

  end(): LaterSections {
    this.#document.end(['strings']);
    const { weakEdges, maxName, maxNameOffset } = this.#edges;
    const locations = this.#locations?.columns();
    if (this.#edges.total !== this.#edgeCount) {
      throw new SnapshotSyntaxError('"edges" has not as many records as were counted; it ends', this.#document.offset);
    }
    return {
      edges: { first: this.#first, weakEdges: weakEdges.toArray(), maxName, maxNameOffset },
      names: this.#document.sections.slice(EARLIER.length + 1),
      ...(locations && { locations }),
      strings: this.#strings.table().blocks,
    };
  }
}

/** What is handed over with them to another thread. */
export function buffersOfLater({ edges, locations, strings }: LaterSections): ArrayBuffer[] {
  const columns = Object.values(locations ?? {}).filter((column) => ArrayBuffer.isView(column));
  const arrays = [edges.weakEdges, ...columns, ...strings.text, ...strings.starts];
  return arrays.map((array) => array.buffer as ArrayBuffer);
}
