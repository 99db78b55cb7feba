/** The section `nodes` counted by type and name; nothing of a node is kept. */
import type { NumbersKernel } from './kernel/numbers.ts';
import type { Header } from './meta.ts';
import { NameCounts } from './name-counts.ts';
import { NodeReader } from './node-reader.ts';
import { numberBelow } from './records.ts';

export class NodeCountsReader extends NodeReader {
  readonly counts: NameCounts;
  /** Largest string index that is a node's name, and where it is; -1 without nodes. */
  maxName = -1;
  maxNameOffset = 0;

  /** @param told whether nodes of a type are distinguished by name */
  constructor(header: Header, told: (type: string) => boolean) {
    super(header);
    this.counts = new NameCounts(header.nodeTypes.map(told));
  }

  protected override take(values: Float64Array, offset: number): void {
    const { node: layout, nodeTypes } = this.header;
    this.expectMore(offset);
    const number = (field: number, limit: number): number =>
      numberBelow(limit, values[field]!, 'nodes', layout.fields[field]!, offset);
    const type = number(layout.type, nodeTypes.length);
    const name = number(layout.name, 2 ** 32);
    if (name > this.maxName) {
      this.maxName = name;
      this.maxNameOffset = offset;
    }
    this.counts.add(type, name, number(layout.selfSize, 2 ** 53));
    this.edgesTotal += values[layout.edgeCount]!;
  }

  protected override takeBatch(kernel: NumbersKernel, from: number, base: number): number {
    const stop = this.run(kernel, from, { room: this.header.nodeCount - this.count, maxName: this.maxName });
    const { taken } = kernel;
    if (taken > 0) this.edgesTotal += kernel.nodeBatch.edges[taken - 1]!;
    const { type, name, sizeBytes } = kernel.nodeBatch;
    const { counts } = this;
    for (let i = 0; i < taken; i++) counts.add(type[i]!, name[i]!, sizeBytes[i]!);
    if (kernel.maxNameAt !== 0) {
      this.maxName = kernel.maxName;
      this.maxNameOffset = base + kernel.maxNameAt;
    }
    this.count += taken;
    return stop;
  }
}
