/**
 * The kernel of numbers.as.ts in its memory, one for each thread. It is loaded when it is first asked for; whoever reads a
 * file may do so straight into its memory, whatever else is read is copied there in pieces.
 *
 *     a file ────────────────────> inputBuffer() ──┐
 *     chunks of a connection, gunzip ──> hold() ───┴──> edges(), nodes() ──> batch of columns ──> the reader's columns
 */
import { readFileSync } from 'node:fs';

const WASM = new URL('numbers.wasm', import.meta.url);

const INPUT_BYTES = 1 << 18;
/** No record that the kernel takes is longer. */
const LONGEST_RECORD = 64;

/** What numbers.as.ts exports. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  edges(
    from: number,
    end: number,
    most: number,
    fields: number,
    nodeCount: number,
    typeCount: number,
    named: number,
    weakType: number,
    largestName: number,
  ): number;
  nodes(
    from: number,
    end: number,
    most: number,
    fields: number,
    typeCount: number,
    nameLimit: number,
    sizeLimit: number,
    edgesBefore: number,
    edgeLimit: number,
    largestName: number,
  ): number;
  countCommas(from: number, end: number): number;
  readonly taken: Global;
  readonly weak: Global;
  readonly maxName: Global;
  readonly maxNameAt: Global;
  readonly BATCH: Global;
  readonly INPUT: Global;
  readonly EDGE_TARGET: Global;
  readonly EDGE_NAME: Global;
  readonly EDGE_WEAK: Global;
  readonly NODE_NAME: Global;
  readonly NODE_ID: Global;
  readonly NODE_EDGES: Global;
  readonly NODE_SIZE: Global;
  readonly NODE_SHORT_SIZE: Global;
  readonly NODE_TYPE: Global;
}

interface Global {
  readonly value: number;
}

/** Edges one after the other, as columns.ts has them. */
export interface EdgeBatch {
  readonly target: Uint32Array;
  readonly name: Uint32Array;
  /** Those that are weak, counted from the batch's first. */
  readonly weak: Uint32Array;
}

/** Nodes one after the other. */
export interface NodeNumbers {
  readonly type: Uint8Array;
  readonly name: Uint32Array;
  readonly id: Uint32Array;
  /** Edges of all nodes up to and with this one. */
  readonly edges: Uint32Array;
  readonly sizeBytes: Float64Array;
  /** The lower 16 bits. */
  readonly shortSize: Uint16Array;
}

export class NumbersKernel {
  readonly #exports: Exports;
  readonly #input: Uint8Array;
  /** What `edges` and `nodes` have taken: as many entries as `taken` says, until they are called again. */
  readonly edgeBatch: EdgeBatch;
  readonly nodeBatch: NodeNumbers;
  /** Entries of a batch. */
  readonly most: number;
  readonly edges: Exports['edges'];
  readonly nodes: Exports['nodes'];
  /** What has been copied, of the bytes that are being read. */
  #heldFrom = 0;
  #heldTo = 0;
  #end = 0;

  constructor(exports: Exports) {
    this.#exports = exports;
    const { buffer } = exports.memory;
    const most = exports.BATCH.value;
    this.#input = new Uint8Array(buffer, exports.INPUT.value, INPUT_BYTES);
    this.edgeBatch = {
      target: new Uint32Array(buffer, exports.EDGE_TARGET.value, most),
      name: new Uint32Array(buffer, exports.EDGE_NAME.value, most),
      weak: new Uint32Array(buffer, exports.EDGE_WEAK.value, most),
    };
    this.nodeBatch = {
      type: new Uint8Array(buffer, exports.NODE_TYPE.value, most),
      name: new Uint32Array(buffer, exports.NODE_NAME.value, most),
      id: new Uint32Array(buffer, exports.NODE_ID.value, most),
      edges: new Uint32Array(buffer, exports.NODE_EDGES.value, most),
      sizeBytes: new Float64Array(buffer, exports.NODE_SIZE.value, most),
      shortSize: new Uint16Array(buffer, exports.NODE_SHORT_SIZE.value, most),
    };
    this.most = most;
    this.edges = exports.edges;
    this.nodes = exports.nodes;
  }

  /** 256 KB of the memory that is read in place. */
  get input(): Uint8Array {
    return this.#input;
  }

  /** Commas among the first `length` bytes of `input`. */
  countCommas(length: number): number {
    const from = this.#input.byteOffset;
    return this.#exports.countCommas(from, from + length);
  }

  get taken(): number {
    return this.#exports.taken.value;
  }

  /** Weak edges among those taken. */
  get weak(): number {
    return this.#exports.weak.value;
  }

  get maxName(): number {
    return this.#exports.maxName.value;
  }

  /** Address of the record of `maxName`; 0 where none has a larger name than was handed in. */
  get maxNameAt(): number {
    return this.#exports.maxNameAt.value;
  }

  /** Address where the bytes end that `hold` has seen to. */
  get end(): number {
    return this.#end;
  }

  /** To be called whenever other bytes are read: the same array may have other contents. */
  forget(): void {
    this.#heldFrom = 0;
    this.#heldTo = 0;
    this.#end = this.#input.byteOffset;
  }

  /** Sees to it that a record which begins at `bytes[at]` is in the memory, and gives its address. */
  hold(bytes: Uint8Array, at: number): number {
    if (bytes.buffer === this.#input.buffer) {
      this.#end = bytes.byteOffset + bytes.length;
      return bytes.byteOffset + at;
    }
    if (at + LONGEST_RECORD > this.#heldTo && this.#heldTo < bytes.length) this.#copy(bytes, at);
    return this.#input.byteOffset + at - this.#heldFrom;
  }

  #copy(bytes: Uint8Array, from: number): void {
    this.#heldFrom = from;
    this.#heldTo = Math.min(bytes.length, from + INPUT_BYTES);
    this.#input.set(bytes.subarray(from, this.#heldTo));
    this.#end = this.#input.byteOffset + this.#heldTo - from;
  }
}

let kernel: NumbersKernel | null | undefined;

/** This thread's kernel; null where there is no WebAssembly (`--jitless`), or none with SIMD (processors before 2008). */
export function numbersKernel(): NumbersKernel | null {
  if (kernel === undefined) kernel = load();
  return kernel;
}

/**
 * 256 KB to read a file through, in the kernel's memory where there is one. Until the caller has done with its contents
 * nothing else may be read in this thread; so it is for who reads a file without waiting.
 */
export function inputBuffer(): Uint8Array {
  return numbersKernel()?.input ?? new Uint8Array(INPUT_BYTES);
}

function load(): NumbersKernel | null {
  if (typeof WebAssembly === 'undefined') return null;
  const bytes = readFileSync(WASM);
  if (!WebAssembly.validate(bytes)) return null;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  return new NumbersKernel(exports as unknown as Exports);
}
