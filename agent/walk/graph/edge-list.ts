/** Edges of a walked graph, appended in the order of the nodes that they leave. */
import { EDGE_TYPE_BITS } from '../../parse/columns.ts';
import { GrowingWords } from './growing-words.ts';

/** V8's edge types, in the order of a snapshot's `meta`. */
export const EDGE_TYPES = ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'] as const;
export const CONTEXT = 0;
export const ELEMENT = 1;
export const PROPERTY = 2;
export const INTERNAL = 3;
export const HIDDEN = 4;
export const SHORTCUT = 5;
export const WEAK = 6;

export class EdgeList {
  /** Of the edges before `length`; replaced when it is full. */
  target: Uint32Array;
  name: Uint32Array;
  readonly weak = new GrowingWords(1 << 10);
  length = 0;

  /** @param room edges at first: address space, which takes no memory before it is written */
  constructor(room: number) {
    this.target = new Uint32Array(room);
    this.name = new Uint32Array(room);
  }

  /** @param name index of a string, or the number itself for elements and hidden edges */
  add(to: number, type: number, name: number): void {
    const edge = this.length;
    if (edge === this.target.length) this.#widen();
    if (type === WEAK) this.weak.push(edge);
    this.target[edge] = (to << EDGE_TYPE_BITS) | type;
    this.name[edge] = name;
    this.length = edge + 1;
  }

  #widen(): void {
    const room = Math.ceil(this.target.length * 1.5) + 1;
    const [target, name] = [new Uint32Array(room), new Uint32Array(room)];
    target.set(this.target);
    name.set(this.name);
    [this.target, this.name] = [target, name];
  }
}
