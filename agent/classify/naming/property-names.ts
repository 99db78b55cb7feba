/**
 * The names of an object's properties, by its hidden class. An object's own edges do not tell: small integers have none.
 *
 *     object --internal:map--> Map --internal:descriptors--> DescriptorArray --0, 3, 6, …--> string     the names
 *                               \--internal:back_pointer--> Map without the newest of them               how many
 *
 * A walk calls the last edge `constructor`, and counts the array's words behind its header, a multiple of three. Maps that add
 * to each other share one array, so that a Map has as many of its names as there are Maps behind it. Objects without a Map
 * (other writers than V8) have the names of their edges.
 */
import { type Columns, EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../../parse/columns.ts';
import { EdgeFinder, NO_NODE } from './edges.ts';

/** Words of a DescriptorArray a property: key, details, value. */
const DESCRIPTOR_WORDS = 3;
/** Of a chain of Maps: V8 keeps no longer ones, it makes such an object a dictionary. */
const LONGEST_CHAIN = 2_000;

export class PropertyNames {
  readonly #columns: Columns;
  readonly #map: EdgeFinder;
  readonly #descriptors: EdgeFinder;
  readonly #before: EdgeFinder;
  readonly #properties: EdgeFinder;
  readonly #ofMap = new Map<number, readonly string[]>();
  readonly #countOfMap = new Map<number, number>();
  readonly #array: number;

  constructor(columns: Columns) {
    this.#columns = columns;
    this.#map = new EdgeFinder(columns, 'internal', 'map');
    this.#descriptors = new EdgeFinder(columns, 'internal', 'descriptors');
    this.#before = new EdgeFinder(columns, 'internal', 'back_pointer', 'constructor');
    this.#properties = new EdgeFinder(columns, 'internal', 'properties');
    this.#array = columns.nodeTypes.indexOf('array');
  }

  /** Whether the object is a dictionary: its names are data, and may be as many as its entries. */
  isDictionary(node: number): boolean {
    const store = this.#properties.from(node);
    return store !== NO_NODE && this.#columns.nodeType[store] === this.#array;
  }

  /** The node of the object's hidden class, or NO_NODE. */
  mapOf(node: number): number {
    return this.#map.from(node);
  }

  /** In the order of their making where the Map tells. */
  of(node: number): readonly string[] {
    const map = this.#map.from(node);
    if (map === NO_NODE || this.#descriptors.from(map) === NO_NODE) return this.#ofEdges(node);
    const known = this.#ofMap.get(map);
    if (known !== undefined) return known;
    const names = this.#keysOf(map).slice(0, this.#countOf(map));
    this.#ofMap.set(map, names);
    return names;
  }

  /** How many of its array's names are the Map's own: one more than those of the Map before it. */
  #countOf(map: number): number {
    const chain: number[] = [];
    let at = map;
    let count: number | undefined;
    while (chain.length < LONGEST_CHAIN) {
      count = this.#countOfMap.get(at);
      if (count !== undefined) break;
      chain.push(at);
      const before = this.#before.from(at);
      if (before === NO_NODE || this.#descriptors.from(before) === NO_NODE) break;
      at = before;
    }
    for (const each of chain.reverse()) {
      count = count === undefined ? this.#keysOf(each).length : count + 1;
      this.#countOfMap.set(each, count);
    }
    return count ?? 0;
  }

  /** All names of the Map's array. */
  #keysOf(map: number): string[] {
    const { firstEdge, edgeTarget, edgeName, edgeTypes, nodeName, nodeType, nodeTypes, strings } = this.#columns;
    const array = this.#descriptors.from(map);
    const hidden = edgeTypes.indexOf('hidden');
    const internal = edgeTypes.indexOf('internal');
    const keys: string[] = [];
    for (let edge = firstEdge[array], end = firstEdge[array + 1]; edge < end; edge++) {
      const type = edgeTarget[edge] & EDGE_TYPE_MASK;
      if (type !== hidden && type !== internal) continue;
      const word = type === hidden ? edgeName[edge] : wholeNumber(strings.get(edgeName[edge]));
      if (word % DESCRIPTOR_WORDS !== 0) continue;
      const key = edgeTarget[edge] >>> EDGE_TYPE_BITS;
      const kind = nodeTypes[nodeType[key]];
      if (kind === 'string') keys.push(strings.get(nodeName[key]));
      else if (kind === 'symbol') keys.push(symbolText(strings.get(nodeName[key])));
    }
    return keys;
  }

  #ofEdges(node: number): string[] {
    const { firstEdge, edgeTarget, edgeName, edgeTypes, strings } = this.#columns;
    const property = edgeTypes.indexOf('property');
    const names: string[] = [];
    for (let edge = firstEdge[node], end = firstEdge[node + 1]; edge < end; edge++) {
      if ((edgeTarget[edge] & EDGE_TYPE_MASK) !== property) continue;
      const name = strings.get(edgeName[edge]);
      if (name !== '__proto__') names.push(name);
    }
    return names;
  }
}

/** Not a number for a name that is none. */
function wholeNumber(text: string): number {
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}

/** V8 names a symbol `Symbol(a)`, a walk `<symbol a>`. */
function symbolText(name: string): string {
  return /^(?:<symbol |Symbol\()/.test(name) ? name : `<symbol ${name}>`;
}
