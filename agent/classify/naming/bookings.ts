/**
 * What V8 hides, counted with what a person knows: the nearest thing that refers to it.
 *
 *     Error --> array of frames --> CallSiteInfo            the Error's
 *     Promise --reactions_or_result--> PromiseReaction      the Promise's
 *     function --context--> Context                         the function's
 *     generator --> Context, registers                      the generator's
 *     FinalizationRegistry --> WeakCell                     the registry's
 *     SharedFunctionInfo --> FunctionTemplateInfo           code
 *     Map --> WeakArrayList, PrototypeInfo                  hidden class
 *
 * Objects and functions come first, then code and hidden classes. What none of these refers to stays what it is. A realm is
 * nobody's, since it leads to everything; nor are the oddballs, which everything leads to.
 */
import { type Columns, EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../../parse/columns.ts';
import { Numbers } from '../../parse/numbers.ts';
import { isContextName, isOddballName } from './words.ts';

/** What may be booked on another, by how much it says by itself. */
const SAYS_ENOUGH = 1;
/** Arrays and scopes: only on what a person has made. */
const SAYS_LITTLE = 2;
const SAYS_NOTHING = 3;
/** Never booked, and nothing on it. */
const NOBODYS = 0;

/** V8 types that a person knows. */
const KNOWN_TYPES: readonly string[] = ['object', 'closure', 'regexp'];
/** Of V8's own; Node 18 hides its hidden classes, which have a kind all the same. */
const OWN_TYPES: readonly string[] = ['code', 'object shape', 'hidden'];

/**
 * Writes the kind of their owner into `kindOf` for all nodes that are booked. Linear in nodes and edges.
 * @param kindOf kinds of all nodes
 * @param unowned arrays that nobody holds as a store have this kind
 * @param isSystem of a kind: whether its nodes are V8's own, without a word for them
 */
export function book(
  columns: Columns,
  kindOf: Uint32Array,
  unowned: number,
  isSystem: (kind: number) => boolean,
): void {
  const saying = sayings(columns, kindOf, unowned, isSystem);
  const bookings = new Bookings(columns, kindOf, saying);
  bookings.spread(KNOWN_TYPES, SAYS_LITTLE);
  bookings.spread(OWN_TYPES, SAYS_NOTHING);
}

class Bookings {
  readonly #columns: Columns;
  readonly #kindOf: Uint32Array;
  readonly #saying: Uint8Array;
  readonly #weak: number;

  constructor(columns: Columns, kindOf: Uint32Array, saying: Uint8Array) {
    this.#columns = columns;
    this.#kindOf = kindOf;
    this.#saying = saying;
    this.#weak = columns.edgeTypes.indexOf('weak');
  }

  /** Books on nodes of some types, level by level, what says no more than `least` by itself. */
  spread(types: readonly string[], least: number): void {
    const { nodeCount, nodeType, nodeTypes } = this.#columns;
    const isFrom = Uint8Array.from(nodeTypes, (type) => Number(types.includes(type)));
    const queue = new Numbers();
    for (let node = 0; node < nodeCount; node++) {
      if (this.#saying[node] === SAYS_ENOUGH && isFrom[nodeType[node]] === 1) this.#bookOn(node, least, queue);
    }
    for (let at = 0; at < queue.length; at++) this.#bookOn(queue.at(at), least, queue);
  }

  #bookOn(node: number, least: number, queue: Numbers): void {
    const { firstEdge, edgeTarget } = this.#columns;
    const saying = this.#saying;
    for (let edge = firstEdge[node], end = firstEdge[node + 1]; edge < end; edge++) {
      const packed = edgeTarget[edge];
      const target = packed >>> EDGE_TYPE_BITS;
      if (saying[target] < least || (packed & EDGE_TYPE_MASK) === this.#weak) continue;
      saying[target] = SAYS_ENOUGH;
      this.#kindOf[target] = this.#kindOf[node];
      queue.push(target);
    }
  }
}

function sayings(
  { nodeCount, nodeType, nodeTypes, nodeName, strings }: Columns,
  kindOf: Uint32Array,
  unowned: number,
  isSystem: (kind: number) => boolean,
): Uint8Array {
  const object = nodeTypes.indexOf('object');
  const isScope = byName((name) => isContextName(strings.get(name)));
  const isNobodys = byName((name) => isOfRealm(strings.get(name)));
  const saying = new Uint8Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    const name = nodeName[node];
    if (nodeType[node] === object) saying[node] = isScope(name) ? SAYS_LITTLE : SAYS_ENOUGH;
    else if (kindOf[node] === unowned) saying[node] = SAYS_LITTLE;
    else if (isSystem(kindOf[node])) saying[node] = isNobodys(name) ? NOBODYS : SAYS_NOTHING;
    else saying[node] = SAYS_ENOUGH;
  }
  return saying;
}

function isOfRealm(name: string): boolean {
  return isOddballName(name) || name.startsWith('system / NativeContext');
}

/** Each name is looked at once, however many nodes bear it. */
function byName(test: (name: number) => boolean): (name: number) => boolean {
  const known = new Map<number, boolean>();
  return (name) => {
    let is = known.get(name);
    if (is === undefined) {
      is = test(name);
      known.set(name, is);
    }
    return is;
  };
}
