/**
 * The section `nodes` a few thousand at a time, for who looks at each node once: what tells it and how large it is, and
 * none of its edges. Nothing of a node is kept when its batch has been looked at.
 */
import type { NumbersKernel } from './kernel/numbers.ts';
import type { Header } from './meta.ts';
import { NodeReader } from './node-reader.ts';
import { numberBelow } from './records.ts';

/** Nodes one after the other, `count` of them; the arrays are used again for the next batch. */
export interface NodeBatch {
  readonly count: number;
  /** Index into the snapshot's node types. */
  readonly type: Uint8Array;
  /** String index. */
  readonly name: Uint32Array;
  readonly id: Uint32Array;
  readonly sizeBytes: Float64Array;
}

export class NodeBatchReader extends NodeReader {
  readonly #stringCount: number;
  readonly #look: (batch: NodeBatch) => void;
  /** Largest string index that is a node's name; -1 without nodes. */
  maxName = -1;
  /** A node that the kernel does not take: a batch by itself. */
  readonly #one: NodeBatch = {
    count: 1,
    type: new Uint8Array(1),
    name: new Uint32Array(1),
    id: new Uint32Array(1),
    sizeBytes: new Float64Array(1),
  };

  /** @param stringCount strings that the snapshot has: no name is beyond them */
  constructor(header: Header, stringCount: number, look: (batch: NodeBatch) => void) {
    super(header);
    this.#stringCount = stringCount;
    this.#look = look;
  }

  protected override take(values: Float64Array, offset: number): void {
    const { node: layout, nodeTypes } = this.header;
    this.expectMore(offset);
    const number = (field: number, limit: number): number =>
      numberBelow(limit, values[field]!, 'nodes', layout.fields[field]!, offset);
    const { type, name, id, sizeBytes } = this.#one;
    type[0] = number(layout.type, nodeTypes.length);
    name[0] = number(layout.name, this.#stringCount);
    this.maxName = Math.max(this.maxName, name[0]);
    id[0] = number(layout.id, 2 ** 32);
    sizeBytes[0] = number(layout.selfSize, 2 ** 53);
    this.edgesTotal += values[layout.edgeCount]!;
    this.#look(this.#one);
  }

  protected override takeBatch(kernel: NumbersKernel, from: number): number {
    const stop = this.run(kernel, from, {
      room: this.header.nodeCount - this.count,
      name: this.#stringCount,
      maxName: this.maxName,
    });
    const { taken } = kernel;
    if (taken > 0) this.edgesTotal += kernel.nodeBatch.edges[taken - 1]!;
    if (kernel.maxNameAt !== 0) this.maxName = kernel.maxName;
    if (taken > 0) this.#look({ ...kernel.nodeBatch, count: taken });
    this.count += taken;
    return stop;
  }
}
