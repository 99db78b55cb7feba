/**
 * The section `edges` for what strings are used for: names of properties are counted, those of variables and of V8's own edges
 * marked; and a string that code refers to is part of the source. Feedback vectors do not count as code: they hold the keys that the
 * program has used. Their weak edges distinguish them from constant pools and boilerplates, which have none.
 */
import { EDGE_TYPE_BITS } from '../parse/columns.ts';
import type { NumbersKernel } from '../parse/kernel/numbers.ts';
import { KernelReader } from '../parse/kernel-reader.ts';
import type { Header } from '../parse/meta.ts';
import { numberBelow } from '../parse/records.ts';
import { NUMBERED_EDGE_TYPES } from '../parse/types.ts';
import type { NameUses } from './name-uses.ts';
import type { NodeUses } from './node-uses.ts';

/** The fields as V8 has ordered them in every version; the kernel is for those. */
const KERNEL_FIELDS = 'type,name_or_index,to_node';
const PROPERTY = 'property';
const WEAK = 'weak';

const [NUMBERED, NAMED, OF_A_PROPERTY] = [0, 1, 2];

export class EdgeUses extends KernelReader {
  readonly #header: Header;
  readonly #uses: NameUses;
  readonly #nodes: NodeUses;
  readonly #roleOf: Uint8Array;
  readonly #typeCount: number;
  /** Bit t is set if edges of type t have names. */
  readonly #named: number;
  readonly #weak: number;
  /** The code node whose edges the next one may be among, what it refers to so far, and whether weakly. */
  #run = 0;
  #targets: number[] = [];
  #isWeak = false;
  /** Bit of each node that code refers to. */
  readonly #inCode: Uint8Array;

  constructor(header: Header, nodes: NodeUses, nodeCount: number, uses: NameUses) {
    super(
      'edges',
      header.edge.fields.length,
      header.edge.fields.join() === KERNEL_FIELDS && header.edgeTypeOf === null,
    );
    this.#header = header;
    this.#uses = uses;
    this.#nodes = nodes;
    this.#roleOf = Uint8Array.from(header.edgeTypes, roleOf);
    this.#weak = header.edgeTypes.indexOf(WEAK);
    this.#typeCount = header.edgeTypeOf?.length ?? header.edgeTypes.length;
    this.#named = this.#roleOf.reduce((bits, role, type) => bits | (role === NUMBERED ? 0 : 1 << type), 0);
    this.#inCode = new Uint8Array(Math.ceil(nodeCount / 8));
  }

  protected override take(values: Float64Array, offset: number): void {
    const { edge: layout, node, nodeCount, edgeTypeOf } = this.#header;
    const number = (field: number, limit: number): number =>
      numberBelow(limit, values[field]!, 'edges', layout.fields[field]!, offset);
    const typeNumber = number(layout.type, this.#typeCount);
    const type = edgeTypeOf === null ? typeNumber : edgeTypeOf[typeNumber]!;
    const target = Math.floor(number(layout.toNode, nodeCount * node.fields.length) / node.fields.length);
    const name = this.#roleOf[type] === NUMBERED ? 0 : number(layout.nameOrIndex, 2 ** 32);
    this.#look(this.count, type, name, target, offset);
  }

  protected override takeBatch(kernel: NumbersKernel, from: number, base: number): number {
    const { node, nodeCount } = this.#header;
    const { end, most } = kernel;
    const noName = 0;
    const stop = kernel.edges(from, end, most, node.fields.length, nodeCount, this.#typeCount, this.#named, -1, noName);
    const { taken } = kernel;
    const { target, name } = kernel.edgeBatch;
    const typeBits = 2 ** EDGE_TYPE_BITS - 1;
    for (let at = 0; at < taken; at++) {
      const packed = target[at]!;
      this.#look(this.count + at, packed & typeBits, name[at]!, packed >>> EDGE_TYPE_BITS, base + from);
    }
    this.count += taken;
    return stop;
  }

  /** Marks the strings that code refers to, when all edges have been read. */
  protected override close(): void {
    this.#endRun();
    this.#nodes.strings.each((node, name) => {
      if ((this.#inCode[node >>> 3]! >>> (node & 7)) & 1) this.#uses.markInCode(name);
    });
  }

  #look(edge: number, type: number, name: number, target: number, room: number): void {
    const role = this.#roleOf[type];
    if (role === NAMED) this.#uses.markName(name, room);
    else if (role === OF_A_PROPERTY) this.#uses.markProperty(name, room);
    if (!this.#isOfCode(edge)) return;
    if (type === this.#weak) this.#isWeak = true;
    else this.#targets.push(target);
  }

  /** Edges come in the order of their nodes. */
  #isOfCode(edge: number): boolean {
    const { from, to } = this.#nodes.codeEdges;
    while (this.#run < to.length && to.at(this.#run) <= edge) this.#endRun();
    return this.#run < from.length && from.at(this.#run) <= edge;
  }

  /** All edges of a code node have been looked at. */
  #endRun(): void {
    if (!this.#isWeak) for (const target of this.#targets) this.#inCode[target >>> 3]! |= 1 << (target & 7);
    this.#targets = [];
    this.#isWeak = false;
    this.#run++;
  }
}

function roleOf(type: string): number {
  if (NUMBERED_EDGE_TYPES.includes(type)) return NUMBERED;
  return type === PROPERTY ? OF_A_PROPERTY : NAMED;
}
