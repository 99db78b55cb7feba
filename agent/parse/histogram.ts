/**
 * Snapshot bytes -> counts and sizes by V8 type and name, without reading an edge.
 *
 *     nodes   -> NameCounts (type, name index -> count, bytes)
 *     edges   -> passed over; in a file, never read
 *     strings -> walked once; the names that were counted are decoded, the others are not
 *
 * Memory is one slot a row, whatever the size of the heap.
 */
import type { Row } from '../../protocol/partition.ts';
import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import { SnapshotDocument } from './document.ts';
import { findSection, type ReadAt } from './find-section.ts';
import { inputBuffer } from './kernel/numbers.ts';
import { type Header, HeaderReader } from './meta.ts';
import { NodeCountsReader } from './node-counts.ts';
import { isOfNumbers } from './passed-over.ts';
import { isNamedByContent, rawNameText } from './raw-name.ts';
import type { SectionReader } from './section.ts';
import type { SnapshotSink } from './sink.ts';
import { SkipReader } from './skip.ts';
import { NumbersSkipReader } from './skip-numbers.ts';
import { WantedStringsReader } from './wanted-strings.ts';
import { writeNext } from './write-next.ts';

export type { ReadAt };

/** The rows of the classifier `name`, size descending, then kind ascending by code unit; synthetic nodes are in none. */
export interface NameHistogram {
  readonly rows: Row[];
  /** Whether the nodes have as many edges as the head says; else only who reads the edges knows whether the file is whole. */
  readonly edgesAgree: boolean;
}

const NOT_IN_SET = 'synthetic';

const NUMBER_SECTIONS: ReadonlySet<string> = new Set(['edges', 'trace_function_infos', 'samples', 'locations']);

/** Checks the nodes and the strings; what it does not read (edges, ids) it does not check. */
export class HistogramParser implements SnapshotSink<NameHistogram> {
  readonly #document = new SnapshotDocument((name, offset) => this.#open(name, offset));
  #header: HeaderReader | null = null;
  #nodes: NodeCountsReader | null = null;
  #strings: WantedStringsReader | null = null;

  /** Whether nodes and a head have been read and edges have begun, so that the strings are all that is still needed. */
  get nodesDone(): boolean {
    return (this.#nodes?.done ?? false) && this.#document.sections.includes('edges');
  }

  /** The largest string index that is a node's name. */
  get maxName(): number {
    return this.#nodes?.maxName ?? -1;
  }

  /** Bytes written, or jumped over. */
  get offset(): number {
    return this.#document.offset;
  }

  write(bytes: Uint8Array): void {
    this.#document.write(bytes);
  }

  /** Goes on at `offset`, where the comma before `strings` is; allowed when `nodesDone`. */
  jump(offset: number): void {
    this.#document.jump(offset);
  }

  end(): NameHistogram {
    this.#document.end(['snapshot', 'nodes', 'edges', 'strings']);
    const nodes = this.#nodes!;
    const strings = this.#strings!;
    if (nodes.maxName >= strings.total) {
      throw new SnapshotSyntaxError(
        `expected a name in "nodes" to be one of ${strings.total} strings, got index ${nodes.maxName}`,
        nodes.maxNameOffset,
      );
    }
    const header = this.#header!.header!;
    return { rows: rowsOf(nodes, header, strings.texts), edgesAgree: nodes.edgesTotal === header.edgeCount };
  }

  #open(name: string, offset: number): SectionReader {
    switch (name) {
      case 'snapshot':
        this.#header = new HeaderReader(offset);
        return this.#header;
      case 'nodes':
        this.#nodes = new NodeCountsReader(this.#knownHeader(offset), (type) => !isNamedByContent(type));
        return this.#nodes;
      case 'strings':
        this.#strings = new WantedStringsReader(wantedNames(this.#knownNodes(offset), this.#knownHeader(offset)));
        return this.#strings;
      default:
        return NUMBER_SECTIONS.has(name) ? new NumbersSkipReader(name) : new SkipReader(name);
    }
  }

  #knownHeader(offset: number): Header {
    const header = this.#header?.header;
    if (!header) throw new SnapshotSyntaxError('expected "snapshot" before "nodes"', offset);
    return header;
  }

  #knownNodes(offset: number): NodeCountsReader {
    if (this.#nodes === null) throw new SnapshotSyntaxError('expected "nodes" before "strings"', offset);
    return this.#nodes;
  }
}

/**
 * The same of a file that can be read anywhere: its edges are never read.
 * @throws SnapshotSyntaxError
 */
export function histogramOfFile(read: ReadAt, sizeBytes: number): NameHistogram {
  const buffer = inputBuffer();
  const parser = new HistogramParser();
  while (!parser.nodesDone && writeNext(parser, read, buffer));
  const strings = parser.nodesDone ? findSection('strings', read, parser.offset, sizeBytes, buffer) : -1;
  const isWhole = strings >= 0 && isOfNumbers(read, parser.offset, strings, parser.maxName);
  if (!isWhole) return finish(parser, read, buffer);
  try {
    parser.jump(strings);
    return finish(parser, read, buffer);
  } catch (error) {
    if (!(error instanceof SnapshotSyntaxError)) throw error;
    // what is between was not read: only the whole can tell what is wrong, and where
    return finish(new HistogramParser(), read, buffer);
  }
}

function finish(parser: HistogramParser, read: ReadAt, buffer: Uint8Array): NameHistogram {
  while (writeNext(parser, read, buffer));
  return parser.end();
}

/** String indexes of the names that rows are called by, ascending. */
function wantedNames(nodes: NodeCountsReader, header: Header): Uint32Array {
  const names = new Set<number>();
  for (const { type, name } of nodes.counts.entries()) {
    if (!isNamedByContent(header.nodeTypes[type]!)) names.add(name);
  }
  return Uint32Array.from(names).sort();
}

function rowsOf(nodes: NodeCountsReader, header: Header, texts: ReadonlyMap<number, string>): Row[] {
  const rows = new Map<string, Row>();
  for (const { type, name, count, sizeBytes } of nodes.counts.entries()) {
    const typeName = header.nodeTypes[type]!;
    if (typeName === NOT_IN_SET) continue;
    const kind = rawNameText(typeName, texts.get(name) ?? '');
    const row = rows.get(kind);
    if (row === undefined) {
      rows.set(kind, { kind, count, sizeBytes });
    } else {
      row.count += count;
      row.sizeBytes += sizeBytes;
    }
  }
  return [...rows.values()].sort((a, b) => b.sizeBytes - a.sizeBytes || (a.kind < b.kind ? -1 : 1));
}
