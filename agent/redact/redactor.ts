/**
 * A snapshot's bytes in, the same snapshot's bytes out with the contents of its strings replaced.
 *
 *     bytes ──┬──────────────── all sections but one, as they stand ────────────┬──> bytes
 *             ├──> NodeUses, EdgeUses ──> NameUses: what may stay ──┐           │
 *             └──> strings ─────────────────────────> RedactedStrings ──────────┘
 *
 * Nothing is held but what the strings are used for: some three bytes a string node. V8 writes the strings last; a snapshot in
 * which they come before what names them is refused, and so is a section that nobody knows.
 */
import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import { SnapshotDocument } from '../parse/document.ts';
import { HeaderReader } from '../parse/meta.ts';
import type { SectionReader } from '../parse/section.ts';
import type { SnapshotSink } from '../parse/sink.ts';
import { EdgeUses } from './edge-uses.ts';
import { NameUses } from './name-uses.ts';
import { NodeUses } from './node-uses.ts';
import { NumberSection } from './number-section.ts';
import { RedactedStrings } from './redacted-strings.ts';
import type { Redaction } from './redaction.ts';

export interface RedactorOptions extends Redaction {
  /** Takes the next bytes of the redacted snapshot; a view that is good during the call. */
  write(bytes: Uint8Array): void;
}

export interface Redacted {
  readonly strings: number;
  readonly replaced: number;
}

/** Sections of numbers alone. */
const NUMBERS: readonly string[] = ['trace_function_infos', 'trace_tree', 'samples', 'locations'];

export class Redactor implements SnapshotSink<Redacted> {
  readonly #options: RedactorOptions;
  readonly #document = new SnapshotDocument((name, offset) => this.#open(name, offset));
  readonly #uses = new NameUses();
  #header: HeaderReader | null = null;
  #nodes: NodeUses | null = null;
  #edges: EdgeUses | null = null;
  #strings: RedactedStrings | null = null;
  /** The bytes that are being taken; those before `#done` have been written, or belong to the strings. */
  #bytes: Uint8Array = new Uint8Array(0);
  #done = 0;

  constructor(options: RedactorOptions) {
    this.#options = options;
  }

  write(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#done = 0;
    this.#document.write(bytes);
    const isInStrings = this.#strings !== null && !this.#strings.done;
    if (!isInStrings) this.#pass(bytes.length);
  }

  end(): Redacted {
    this.#document.end(['snapshot', 'nodes', 'edges', 'strings']);
    const strings = this.#strings!;
    return { strings: strings.total, replaced: strings.replaced };
  }

  /** Writes the bytes up to `to` as they stand. */
  #pass(to: number): void {
    if (to > this.#done) this.#options.write(this.#bytes.subarray(this.#done, to));
    this.#done = to;
  }

  #open(name: string, offset: number): SectionReader {
    if (name === 'snapshot') {
      this.#header = new HeaderReader(offset);
      return this.#header;
    }
    const header = this.#header?.header;
    if (!header) throw new SnapshotSyntaxError(`"${name}" comes before "snapshot", which says what is in it,`, offset);
    if (name === 'nodes') {
      this.#nodes = new NodeUses(header, this.#uses);
      return this.#nodes;
    }
    if (name === 'edges' && this.#nodes?.done) {
      this.#edges = new EdgeUses(header, this.#nodes, header.nodeCount, this.#uses);
      return this.#edges;
    }
    if (name === 'strings' && this.#edges?.done) return this.#openStrings(offset);
    if (name === 'edges' || name === 'strings') {
      throw new SnapshotSyntaxError(
        `"${name}" comes before what says how it is used: it cannot be redacted; it begins`,
        offset,
      );
    }
    if (NUMBERS.includes(name)) return new NumberSection(name);
    throw new SnapshotSyntaxError(
      `a section "${name}", which may hold anything: it cannot be redacted; it begins`,
      offset,
    );
  }

  #openStrings(offset: number): SectionReader {
    const { key, write } = this.#options;
    this.#pass(offset - this.#document.offset);
    const strings = new RedactedStrings({ key, rules: this.#options, uses: this.#uses, write });
    this.#strings = strings;
    return {
      get done() {
        return strings.done;
      },
      read: (bytes, from, base) => {
        const stop = strings.read(bytes, from, base);
        if (strings.done) strings.close();
        this.#done = stop;
        return stop;
      },
    };
  }
}
