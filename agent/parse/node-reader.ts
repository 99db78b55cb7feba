/** What all readers of the section `nodes` have in common: which nodes the kernel takes, and how many there may be. */

import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import type { NumbersKernel } from './kernel/numbers.ts';
import { KernelReader, largestName } from './kernel-reader.ts';
import type { Header } from './meta.ts';

/** Fields that V8 has put first in every version; the kernel is for those, and up to two that are 0. */
const KERNEL_FIELDS = ['type', 'name', 'id', 'self_size', 'edge_count'];
const MAX_REST_FIELDS = 2;

/** What is taken without being looked at has no limit. */
const NO_LIMIT = 2 ** 32 - 1;

/** What the kernel leaves to the machine. */
export interface NodeLimits {
  /** Nodes for which there is room. */
  readonly room: number;
  /** Names, sizes from there on. */
  readonly name?: number;
  readonly sizeBytes?: number;
  /** Edges of the nodes so far, and of all at most. */
  readonly edges?: number;
  readonly edgeCount?: number;
  /** The largest name so far. */
  readonly maxName?: number;
}

export abstract class NodeReader extends KernelReader {
  protected readonly header: Header;
  /** Edges of the nodes read, where a reader without edges adds them up. */
  edgesTotal = 0;

  constructor(header: Header) {
    const { fields } = header.node;
    const fits = KERNEL_FIELDS.every((field, index) => fields[index] === field);
    super('nodes', fields.length, fits && fields.length <= KERNEL_FIELDS.length + MAX_REST_FIELDS);
    this.header = header;
  }

  /** @throws SnapshotSyntaxError where there is one node more than the header says */
  protected expectMore(offset: number): void {
    const { nodeCount } = this.header;
    if (this.count < nodeCount) return;
    throw new SnapshotSyntaxError(`"nodes" has more records than "node_count" says, ${nodeCount},`, offset);
  }

  protected override close(offset: number): void {
    const { nodeCount } = this.header;
    if (this.count === nodeCount) return;
    throw new SnapshotSyntaxError(`"nodes" ends after ${this.count} of ${nodeCount} records`, offset);
  }

  /** Has the kernel take nodes: `kernel.taken` of them are then in `kernel.nodeBatch`. */
  protected run(kernel: NumbersKernel, from: number, limits: NodeLimits): number {
    return kernel.nodes(
      from,
      kernel.end,
      Math.min(kernel.most, limits.room),
      this.header.node.fields.length,
      this.header.nodeTypes.length,
      limits.name ?? NO_LIMIT,
      limits.sizeBytes ?? NO_LIMIT,
      limits.edges ?? 0,
      limits.edgeCount ?? NO_LIMIT,
      largestName(limits.maxName ?? -1),
    );
  }
}
