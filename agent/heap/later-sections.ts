/**
 * A snapshot from one of its edges to its end, for a second thread that reads beside the one that has begun at its start:
 *
 *     {"snapshot":{...},"nodes":[...],"edges":[..., | ...], ... ,"locations":[...],"strings":[...]}
 *      ColumnsParser reads up to here               |  LaterSectionsParser reads from here on
 */
import { SnapshotDocument } from './document.ts';
import { EdgeColumnsReader, type LaterEdges } from './edge-columns.ts';
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
  /** Where the edge begins, in bytes of the snapshot. */
  readonly offset: number;
  /** The snapshot's size in bytes. */
  readonly expectedBytes: number;
  /** False: locations are passed over. */
  readonly locations: boolean;
}

export class LaterSectionsParser implements SnapshotSink<LaterSections> {
  readonly #document: SnapshotDocument;
  readonly #edges: EdgeColumnsReader;
  readonly #strings = new StringTableReader();
  #locations: LocationColumnsReader | null = null;

  constructor(header: Header, { offset, expectedBytes, locations }: LaterOptions) {
    this.#edges = EdgeColumnsReader.later(header, expectedBytes - offset);
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
    const locations = this.#locations?.columns();
    return {
      edges: this.#edges.laterEdges(),
      names: this.#document.sections.slice(EARLIER.length + 1),
      ...(locations && { locations }),
      strings: this.#strings.table().blocks,
    };
  }
}

/** What is handed over with them to another thread. */
export function buffersOfLater({ edges, locations, strings }: LaterSections): ArrayBuffer[] {
  const arrays = [...Object.values(edges), ...Object.values(locations ?? {}), ...strings.text, ...strings.starts];
  return arrays.flatMap((value) => (ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : []));
}
