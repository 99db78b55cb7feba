/**
 * The section `nodes` for what its strings are used for: those that name nodes are marked at once; which nodes are code, and
 * which are strings of what index, is kept for the edges.
 */
import type { NumbersKernel } from '../parse/kernel/numbers.ts';
import type { Header } from '../parse/meta.ts';
import { NodeReader } from '../parse/node-reader.ts';
import { Numbers } from '../parse/numbers.ts';
import { numberBelow } from '../parse/records.ts';
import type { NameUses } from './name-uses.ts';
import { StringNodes } from './string-nodes.ts';

/** Types whose nodes are called by what they hold. */
const CONTENTS: readonly string[] = ['string', 'concatenated string', 'sliced string', 'symbol', 'regexp'];
/** Of those the ones that code may refer to: names are never concatenated. */
const STRING = 'string';

const [NAMES, HOLDS_TEXT, HOLDS_NUMBER] = [0, 1, 2];

export class NodeUses extends NodeReader {
  readonly #uses: NameUses;
  /** By node type: whether nodes of it are named, or called by their text or number. */
  readonly #roleOf: Uint8Array;
  readonly #stringType: number;
  readonly #codeType: number;
  /** Edges of each code node: from the first to before the last. */
  readonly codeEdges: { readonly from: Numbers; readonly to: Numbers } = { from: new Numbers(), to: new Numbers() };
  readonly strings = new StringNodes();

  constructor(header: Header, uses: NameUses) {
    super(header);
    this.#uses = uses;
    this.#roleOf = Uint8Array.from(header.nodeTypes, roleOf);
    this.#stringType = header.nodeTypes.indexOf(STRING);
    this.#codeType = header.nodeTypes.indexOf('code');
  }

  protected override take(values: Float64Array, offset: number): void {
    const { node: layout, nodeTypes } = this.header;
    this.expectMore(offset);
    const type = numberBelow(nodeTypes.length, values[layout.type]!, 'nodes', layout.fields[layout.type]!, offset);
    const name = numberBelow(2 ** 32, values[layout.name]!, 'nodes', layout.fields[layout.name]!, offset);
    this.#look(this.count, type, name, this.edgesTotal + values[layout.edgeCount]!, offset);
  }

  protected override takeBatch(kernel: NumbersKernel, from: number, base: number): number {
    const before = this.edgesTotal;
    const stop = this.run(kernel, from, { room: this.header.nodeCount - this.count, edges: before });
    const { taken } = kernel;
    const { type, name, edges } = kernel.nodeBatch;
    for (let at = 0; at < taken; at++) this.#look(this.count + at, type[at]!, name[at]!, edges[at]!, base + from);
    this.count += taken;
    return stop;
  }

  /** @param edgesTo edges of this node and all before it @param room bytes read so far */
  #look(node: number, type: number, name: number, edgesTo: number, room: number): void {
    if (this.#roleOf[type] === NAMES) this.#uses.markName(name, room);
    else if (this.#roleOf[type] === HOLDS_NUMBER) this.#uses.markNumber(name, room);
    if (type === this.#stringType) {
      this.strings.push(node, name);
    } else if (type === this.#codeType && edgesTo > this.edgesTotal) {
      this.codeEdges.from.push(this.edgesTotal);
      this.codeEdges.to.push(edgesTo);
    }
    this.edgesTotal = edgesTo;
  }
}

function roleOf(type: string): number {
  if (CONTENTS.includes(type)) return HOLDS_TEXT;
  return type === 'number' ? HOLDS_NUMBER : NAMES;
}
