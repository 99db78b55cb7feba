/** Where what a node is made of is written. */
import type { Columns } from '../../parse/columns.ts';
import { Constructors } from './constructors.ts';
import { NO_NODE } from './edges.ts';
import { Locations, NO_SITE } from './locations.ts';

/** The site of what defines a node: its own location, else for an object that of its constructor. */
export class Definitions {
  readonly #columns: Columns;
  readonly #object: number;
  readonly #locations: Locations;
  readonly #constructors: Constructors;

  constructor(columns: Columns) {
    this.#columns = columns;
    this.#object = columns.nodeTypes.indexOf('object');
    this.#locations = new Locations(columns);
    this.#constructors = new Constructors(columns);
  }

  of(node: number): number {
    const site = this.#locations.of(node);
    if (site !== NO_SITE || this.#columns.nodeType[node] !== this.#object) return site;
    const maker = this.#constructors.of(node);
    return maker === NO_NODE ? NO_SITE : this.#locations.of(maker);
  }
}
