/**
 * Paths as a JavaScript person reads them, a step of the program at a time rather than one of V8's:
 *
 *     global.sessions.get("a1").user.cart[3]                       properties, elements, entries of Maps and Sets
 *     module /app/src/x.js: cache                                  a variable of a module
 *     module /app/src/x.js: bus.on("message")[3]                   a listener
 *     ... → closure handler (src/x.js:10): ctx.pool                a variable that a function uses
 *     timer refresh (src/x.js:20): ctx.session                     what a timer's function uses
 *     ... → promise → await in waitFor (src/x.js:30): local        what an async function waits with
 *     timer poll (src/x.js:40) → AsyncLocalStorage store           what asyncLocalStorage.run() was given
 *     ...->feedback_cell                                           what only V8 sees
 *
 * A module's variable and a timer are known by themselves: what led there is left out. What repeats is written once
 * (folded-steps.ts), and of a path that is long even so its middle is left out.
 */
import { propertyLabel } from '../classify/naming/edge-labels.ts';
import { scriptPath } from '../classify/naming/script-name.ts';
import { weakPairOf } from '../graph/weak-pair.ts';
import { EDGE_TYPE_BITS, EDGE_TYPE_MASK, selfSizeOf } from '../parse/columns.ts';
import type { NodePath } from '../partition/paths.ts';
import { folded } from './folded-steps.ts';
import { slotOf } from './hash-table.ts';
import type { HeapView } from './view.ts';

/** Characters of a key that are shown. */
const MAX_KEY = 40;
const HIDDEN = '{*}';

/** By which Node before 24 hangs the store of an AsyncLocalStorage on what was begun within it. */
const RESOURCE_STORE = '<symbol kResourceStore>';

const TIMERS: ReadonlySet<string> = new Set(['Timeout', 'Immediate']);

/** The text of a path; `source` stands for where it starts, if that is not a root. */
export function pathText(view: HeapView, { nodes, edges }: NodePath, source?: string): string {
  const text = new PathText(view);
  text.start(nodes[0], source);
  for (let i = 0; i < edges.length; i++) text.step(nodes[i], edges[i], nodes[i + 1]);
  return text.toString();
}

/** The ways in which one node refers to another, each as a step of a path. */
export function edgeText(view: HeapView, from: number, to: number): string[] {
  const { columns } = view.heap;
  const weak = columns.edgeTypes.indexOf('weak');
  const steps: string[] = [];
  for (let edge = columns.firstEdge[from]; edge < columns.firstEdge[from + 1]; edge++) {
    const packed = columns.edgeTarget[edge];
    if (packed >>> EDGE_TYPE_BITS === to && (packed & EDGE_TYPE_MASK) !== weak) steps.push(stepText(view, from, edge));
  }
  return steps.sort();
}

/** One edge by itself: `.points`, `[0]`, `ctx.pool`. */
export function stepText(view: HeapView, from: number, edge: number): string {
  const text = new PathText(view);
  text.start(from, '');
  text.step(from, edge, view.heap.columns.edgeTarget[edge] >>> EDGE_TYPE_BITS);
  return text.toString();
}

class PathText {
  readonly #view: HeapView;
  /** What each step so far has added: the text of a path is put together once, at its end. */
  #steps: string[] = [];
  /** Whether the path begins at a root and has not left V8's roots. */
  #isRooted = false;
  /** Whether the text ends where a variable or property is to follow without a dot: after `: `. */
  #isOpen = false;
  /** Whether the function stands in the text by name already. */
  #isNamed = false;
  /** By which edge the path came to the node it has reached, if that is a store and it came from its owner. */
  #store: string | undefined;
  /** Whether the last property was `_events`, whose own are names of events. */
  #isEvents = false;

  constructor(view: HeapView) {
    this.#view = view;
  }

  toString(): string {
    return folded(this.#steps).replace(/: $/, '');
  }

  start(node: number, source: string | undefined): void {
    this.#isRooted = source === undefined && this.#isRoot(node);
    this.#restart(source ?? (this.#isRooted ? '' : this.#view.names.of(node)));
  }

  #add(text: string): void {
    if (text !== '') this.#steps.push(text);
  }

  #restart(text: string): void {
    this.#steps = text === '' ? [] : [text];
  }

  /** Whether nothing stands there yet. */
  get #isEmpty(): boolean {
    return this.#steps.length === 0;
  }

  #endsWith(text: string): boolean {
    return this.#steps.at(-1)?.endsWith(text) ?? false;
  }

  step(from: number, edge: number, to: number): void {
    const { columns } = this.#view.heap;
    const [before, last] = [this.#steps, this.#steps.length];
    this.#follow(from, edge, to);
    const name = this.#view.names.nameOf(to);
    if (columns.nodeTypes[columns.nodeType[to]] === 'object' && TIMERS.has(name) && this.#view.names.isInstance(to)) {
      this.#restartAtTimer(to, name);
    }
    const isLonger = this.#steps !== before || this.#steps.length !== last;
    if (isLonger && !this.#endsWith(': ')) this.#isOpen = false;
  }

  #follow(from: number, edge: number, to: number): void {
    const { columns } = this.#view.heap;
    const wasEvents = this.#isEvents;
    this.#isEvents = false;
    const cameBy = this.#store;
    this.#store = undefined;
    if (this.#isRooted && this.#isRoot(from)) {
      this.#fromRoot(from, edge, to);
      return;
    }
    const name = columns.edgeName[edge];
    switch (columns.edgeTypes[columns.edgeTarget[edge] & EDGE_TYPE_MASK]) {
      case 'property':
        this.#property(from, columns.strings.get(name), wasEvents);
        break;
      case 'element':
        this.#add(`[${name}]`);
        break;
      case 'context':
        this.#variable(from, edge, columns.strings.get(name));
        break;
      case 'hidden':
        this.#hidden(name, to);
        break;
      case 'weak':
        this.#add(this.#view.names.nameOf(from) === 'WeakRef' ? '.deref()' : ` → (weakly) ${this.#view.kindText(to)}`);
        break;
      default:
        this.#internal(from, columns.strings.get(name), to, cameBy);
    }
  }

  /** Into the heap: a global object, a module's scope, or one of V8's roots by its name. */
  #fromRoot(from: number, edge: number, to: number): void {
    const { columns } = this.#view.heap;
    const { nodeType, nodeTypes, nodeName } = columns;
    if (nodeTypes[nodeType[to]] === 'synthetic') this.#restart(this.#view.names.rootName(nodeName[to]));
    else if (this.#view.moduleScopes.has(to)) this.#restart('');
    else if (from === this.#view.heap.graph.root) this.#restart(this.#globalName(to));
    else if (edge < columns.edgeCount) this.#add(this.#rootSlot(columns.edgeName[edge], edge));
  }

  /** A global object; where V8 has a realm before it, that says no more. */
  #globalName(node: number): string {
    return this.#view.entries.find((entry) => entry.node === node)?.name ?? this.#view.kindText(node);
  }

  #rootSlot(name: number, edge: number): string {
    const { columns } = this.#view.heap;
    const type = columns.edgeTypes[columns.edgeTarget[edge] & EDGE_TYPE_MASK];
    const text = type === 'element' || type === 'hidden' ? String(name) : columns.strings.get(name);
    return `[${text.replace(/^\d+ \/ /, '')}]`;
  }

  #property(from: number, name: string, isEvent: boolean): void {
    if (isEvent) this.#add(`.on(${this.#key(name)})`);
    else if (name === '_events') this.#isEvents = true;
    else if (name === '_onTimeout' && this.#isNamed) return;
    else if (name === RESOURCE_STORE) this.#add(' → AsyncLocalStorage store');
    else this.#member(this.#isDictionary(from) && !this.#view.showsStrings ? `[${HIDDEN}]` : propertyLabel(name));
    this.#isNamed = false;
  }

  /** A label, after `: ` without its dot. */
  #member(label: string): void {
    this.#add(this.#isOpen && label.startsWith('.') ? label.slice(1) : label);
    this.#isOpen = false;
  }

  #variable(from: number, edge: number, name: string): void {
    const url = this.#view.heap.columns.variableFiles?.get(edge) ?? this.#view.moduleScopes.get(from);
    if (url !== undefined) {
      this.#restart(`module ${scriptPath(url)}: ${name}`);
    } else this.#add(this.#isEmpty || this.#endsWith(': ') ? `ctx.${name}` : `: ctx.${name}`);
  }

  #internal(from: number, name: string, to: number, cameBy: string | undefined): void {
    const { names } = this.#view;
    const isSlot = /^\d+$/.test(name);
    const store = isSlot ? (cameBy ?? names.storeOf(from)) : undefined;
    if (store === 'table') this.#add(this.#entry(from, Number(name)));
    else if (store !== undefined) this.#add(`[${name}]`);
    else if (name === 'table' || name === 'elements' || name === 'properties') this.#store = name;
    else if (name.includes(' pair in WeakMap ')) this.#restart(this.#weakEntry(from, name));
    else if (name === 'context' || name === 'previous') this.#scope(from, name, to);
    else if (name === 'parameters_and_registers') return;
    else if (isSlot && this.#endsWith(')') && this.#isNamed) this.#add(': local');
    else if (name === 'extension' && names.nameOf(to) === 'Generator') this.#await(to);
    else if (name === 'extension' && names.nameOf(to) === 'Promise') this.#add(' → promise');
    else if (name === 'reactions_or_result') return;
    else this.#add(isSlot ? `->[${name}]` : `->${name.replace(/^\d+ \/ /, '')}`);
  }

  /** Into a scope: from a function it is named, from another scope it goes without saying. */
  #scope(from: number, name: string, to: number): void {
    if (name === 'previous' || this.#view.moduleScopes.has(to)) return;
    const isBuiltin = this.#view.names.nameOf(from) === '' && this.#view.names.placeOf(from) === undefined;
    if (!this.#isNamed && !isBuiltin) {
      const arrow = this.#isEmpty ? '' : ' → ';
      this.#add(`${arrow}closure ${this.#view.names.functionName(from)}`);
    }
    this.#isNamed = false;
  }

  #await(generator: number): void {
    const made = this.#view.names.runs(generator);
    this.#add(` → await in ${made === undefined ? '(unknown)' : this.#view.names.functionName(made)}`);
    this.#isNamed = true;
  }

  #hidden(name: number, to: number): void {
    const target = this.#view.names.nameOf(to);
    if (target === 'Promise') this.#add(' → promise');
    else if (target !== 'system / PromiseReaction' && !this.#endsWith('promise')) this.#add(`->[${name}]`);
  }

  #restartAtTimer(node: number, name: string): void {
    const run = this.#view.names.runs(node);
    const word = name === 'Timeout' ? 'timer' : 'immediate';
    this.#restart(
      run === undefined ? `${word} ${this.#view.names.address(node)}` : `${word} ${this.#view.names.functionName(run)}`,
    );
    this.#isNamed = true;
  }

  /** `.get("a1")` for a Map's value, `.keys()[0]` for its key, `[...set][0]` for a member of a Set. */
  #entry(table: number, slot: number): string {
    const found = slotOf(selfSizeOf(this.#view.heap.columns, table), slot);
    if (found === undefined) return `.get(${HIDDEN})`;
    if (found.part === 'value') return `.get(${this.#keyAt(table, found.keySlot)})`;
    return `.keys()[${found.entry}]`;
  }

  #keyAt(table: number, slot: number): string {
    const { columns } = this.#view.heap;
    const internal = columns.edgeTypes.indexOf('internal');
    for (let edge = columns.firstEdge[table]; edge < columns.firstEdge[table + 1]; edge++) {
      if ((columns.edgeTarget[edge] & EDGE_TYPE_MASK) !== internal) continue;
      if (columns.strings.equals(columns.edgeName[edge], String(slot))) {
        return this.#keyText(columns.edgeTarget[edge] >>> EDGE_TYPE_BITS);
      }
    }
    // small integers are no nodes
    return 'number';
  }

  #keyText(node: number): string {
    const { names } = this.#view;
    if (names.rendering(node) === 'text') return this.#key(names.nameOf(node));
    return names.rendering(node) === 'value' ? names.of(node) : `${this.#view.kindText(node)} ${names.address(node)}`;
  }

  #key(text: string): string {
    if (!this.#view.showsStrings) return HIDDEN;
    return JSON.stringify(text.length > MAX_KEY ? `${text.slice(0, MAX_KEY - 3)}...` : text);
  }

  /** The value of a weak map, from its key or from its table. */
  #weakEntry(from: number, label: string): string {
    const { key = '', tableId = '' } = weakPairOf(label) ?? {};
    const before = folded(this.#steps);
    if (this.#view.names.address(from) === `@${tableId}`) return `${before}.get(${key})`;
    return `WeakMap (table @${tableId}).get(${before})`;
  }

  /** The names of a global object's properties are the program's own, wherever they are kept. */
  #isDictionary(node: number): boolean {
    const isGlobal = this.#view.entries.some((entry) => entry.node === node);
    return !isGlobal && this.#view.names.hasDictionary(node);
  }

  #isRoot(node: number): boolean {
    const { nodeType, nodeTypes } = this.#view.heap.columns;
    return nodeTypes[nodeType[node]] === 'synthetic' || node === this.#view.heap.graph.root;
  }
}
