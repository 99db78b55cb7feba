import type { Columns } from '../../parse/columns.ts';
import { EdgeFinder, NO_NODE } from './edges.ts';

/** Constructors by way of prototypes, for the objects that V8 gives no location. */
export class Constructors {
  readonly #columns: Columns;
  readonly #closure: number;
  readonly #prototypeOf: EdgeFinder;
  readonly #constructorOf: EdgeFinder;
  readonly #ofPrototype = new Map<number, number>();

  constructor(columns: Columns) {
    this.#columns = columns;
    this.#closure = columns.nodeTypes.indexOf('closure');
    this.#prototypeOf = new EdgeFinder(columns, 'property', '__proto__');
    this.#constructorOf = new EdgeFinder(columns, 'property', 'constructor');
  }

  /** The function that is `constructor` on the object's own prototype, or NO_NODE. */
  of(node: number): number {
    const prototype = this.#prototypeOf.from(node);
    if (prototype === NO_NODE) return NO_NODE;
    let maker = this.#ofPrototype.get(prototype);
    if (maker === undefined) {
      maker = this.#closureOf(prototype);
      this.#ofPrototype.set(prototype, maker);
    }
    return maker;
  }

  #closureOf(prototype: number): number {
    const maker = this.#constructorOf.from(prototype);
    if (maker === NO_NODE) return NO_NODE;
    return this.#columns.nodeType[maker] === this.#closure ? maker : NO_NODE;
  }
}
