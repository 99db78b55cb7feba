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
 *
 * A step adds to the text by where the path is (`Reached`) and by its edge:
 *
 *     roots     ── anything ──>          roots, value
 *     value     ── `_events` ──>         events     ── property ──>  value
 *     value     ── `elements` … ──>      store      ── slot ──>      value
 *     value     ── its generator ──>     function   ── slot, scope ──> value
 *     anything  ── to a timer ──>        function
 */
import { propertyLabel } from '../classify/naming/edge-labels.ts';
import { scriptPath } from '../classify/naming/script-name.ts';
import { weakPairOf } from '../graph/weak-pair.ts';
import { EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../parse/columns.ts';
import type { NodePath } from '../partition/paths.ts';
import { folded } from './folded-steps.ts';
import { entryText, HIDDEN, keyText } from './key-text.ts';
import type { HeapView } from './view.ts';

/** By which Node before 24 hangs the store of an AsyncLocalStorage on what was begun within it. */
const RESOURCE_STORE = '<symbol kResourceStore>';

const TIMERS: ReadonlySet<string> = new Set(['Timeout', 'Immediate']);

/** What V8 keeps an object's entries in: the edge to it says which. */
const STORES: ReadonlySet<string> = new Set(['table', 'elements', 'properties']);

/**
 * Where a path is after a step.
 *
 *     roots      among V8's roots
 *     value      at something that the text names, or that only V8 sees
 *     events     at an emitter's `_events`: its properties are names of events
 *     store      at a store of an object, by this edge from it
 *     function   at a timer or a generator, whose function the text names
 */
type Reached =
  | { readonly is: 'roots' | 'value' | 'events' | 'function' }
  | { readonly is: 'store'; readonly by: string };

const VALUE: Reached = { is: 'value' };
const ROOTS: Reached = { is: 'roots' };
const EVENTS: Reached = { is: 'events' };
const FUNCTION: Reached = { is: 'function' };

/** The text of a path; `source` stands for where it starts, if that is not a root. */
export function pathText(view: HeapView, { nodes, edges }: NodePath, source?: string): string {
  const text = new PathText(view, nodes[0], source);
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
  const text = new PathText(view, from, '');
  text.step(from, edge, view.heap.columns.edgeTarget[edge] >>> EDGE_TYPE_BITS);
  return text.toString();
}

class PathText {
  readonly #view: HeapView;
  /** What each step so far has added: the text of a path is put together once, at its end. */
  #steps: string[] = [];
  #reached: Reached;

  constructor(view: HeapView, node: number, source: string | undefined) {
    this.#view = view;
    this.#reached = source === undefined && this.#isRoot(node) ? ROOTS : VALUE;
    this.#restart(source ?? (this.#reached === ROOTS ? '' : view.names.of(node)));
  }

  toString(): string {
    return folded(this.#steps).replace(/: $/, '');
  }

  step(from: number, edge: number, to: number): void {
    const { columns } = this.#view.heap;
    const before = this.#reached;
    const reached = before.is === 'roots' && this.#isRoot(from) ? this.#fromRoot(from, edge, to) : undefined;
    this.#reached = reached ?? this.#follow(before, from, edge, to);
    const name = this.#view.names.nameOf(to);
    if (columns.nodeTypes[columns.nodeType[to]] !== 'object' || !TIMERS.has(name)) return;
    if (this.#view.names.isInstance(to)) this.#reached = this.#atTimer(to, name);
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

  #follow(before: Reached, from: number, edge: number, to: number): Reached {
    const { columns } = this.#view.heap;
    const name = columns.edgeName[edge];
    switch (columns.edgeTypes[columns.edgeTarget[edge] & EDGE_TYPE_MASK]) {
      case 'property':
        return this.#property(before, from, columns.strings.get(name));
      case 'element':
        this.#add(`[${name}]`);
        return VALUE;
      case 'context':
        this.#variable(from, edge, columns.strings.get(name));
        return VALUE;
      case 'hidden':
        return this.#hidden(before, name, to);
      case 'weak':
        this.#add(this.#view.names.nameOf(from) === 'WeakRef' ? '.deref()' : ` → (weakly) ${this.#view.kindText(to)}`);
        return VALUE;
      default:
        return this.#internal(before, from, columns.strings.get(name), to);
    }
  }

  /** Into the heap: a global object, a module's scope, or one of V8's roots by its name. */
  #fromRoot(from: number, edge: number, to: number): Reached {
    const { columns } = this.#view.heap;
    const { nodeType, nodeTypes, nodeName } = columns;
    if (nodeTypes[nodeType[to]] === 'synthetic') this.#restart(this.#view.names.rootName(nodeName[to]));
    else if (this.#view.moduleScopes.has(to)) this.#restart('');
    else if (from === this.#view.heap.graph.root) this.#restart(this.#globalName(to));
    else if (edge < columns.edgeCount) this.#add(this.#rootSlot(columns.edgeName[edge], edge));
    return this.#isRoot(to) ? ROOTS : VALUE;
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

  #property(before: Reached, from: number, name: string): Reached {
    if (before.is === 'events') this.#add(`.on(${keyText(this.#view, name)})`);
    else if (name === '_events') return EVENTS;
    else if (name === '_onTimeout' && before.is === 'function') return FUNCTION;
    else if (name === RESOURCE_STORE) this.#add(' → AsyncLocalStorage store');
    else this.#add(this.#isDictionary(from) && !this.#view.showsStrings ? `[${HIDDEN}]` : propertyLabel(name));
    return VALUE;
  }

  #variable(from: number, edge: number, name: string): void {
    const url = this.#view.heap.columns.variableFiles?.get(edge) ?? this.#view.moduleScopes.get(from);
    if (url !== undefined) {
      this.#restart(`module ${scriptPath(url)}: ${name}`);
    } else this.#add(this.#isEmpty || this.#endsWith(': ') ? `ctx.${name}` : `: ctx.${name}`);
  }

  #internal(before: Reached, from: number, name: string, to: number): Reached {
    const { names } = this.#view;
    if (/^\d+$/.test(name)) return this.#slot(before, from, Number(name));
    if (STORES.has(name)) return { is: 'store', by: name };
    if (name === 'context' || name === 'previous') return this.#scope(before, from, name, to);
    if (name === 'parameters_and_registers' || name === 'reactions_or_result') return before;
    if (name === 'extension' && names.nameOf(to) === 'Generator') return this.#await(to);
    if (name.includes(' pair in WeakMap ')) this.#restart(this.#weakEntry(from, name));
    else if (name === 'extension' && names.nameOf(to) === 'Promise') this.#add(' → promise');
    else this.#add(`->${name.replace(/^\d+ \/ /, '')}`);
    return VALUE;
  }

  /** A slot by its number: of a store, or of what a generator has in hand. */
  #slot(before: Reached, from: number, slot: number): Reached {
    const store = before.is === 'store' ? before.by : this.#view.names.storeOf(from);
    if (store === 'table') this.#add(entryText(this.#view, from, slot));
    else if (store !== undefined) this.#add(`[${slot}]`);
    else this.#add(before.is === 'function' ? ': local' : `->[${slot}]`);
    return VALUE;
  }

  /** Into a scope: from a function it is named, from another scope it goes without saying. */
  #scope(before: Reached, from: number, name: string, to: number): Reached {
    if (name === 'previous' || this.#view.moduleScopes.has(to)) return before;
    const isBuiltin = this.#view.names.nameOf(from) === '' && this.#view.names.placeOf(from) === undefined;
    if (before.is !== 'function' && !isBuiltin) {
      const arrow = this.#isEmpty ? '' : ' → ';
      this.#add(`${arrow}closure ${this.#view.names.functionName(from)}`);
    }
    return VALUE;
  }

  #await(generator: number): Reached {
    const made = this.#view.names.runs(generator);
    this.#add(` → await in ${made === undefined ? '(unknown)' : this.#view.names.functionName(made)}`);
    return FUNCTION;
  }

  #hidden(before: Reached, name: number, to: number): Reached {
    const target = this.#view.names.nameOf(to);
    if (target === 'Promise') this.#add(' → promise');
    else if (target !== 'system / PromiseReaction' && !this.#endsWith('promise')) this.#add(`->[${name}]`);
    return before;
  }

  #atTimer(node: number, name: string): Reached {
    const run = this.#view.names.runs(node);
    const word = name === 'Timeout' ? 'timer' : 'immediate';
    this.#restart(`${word} ${run === undefined ? this.#view.names.address(node) : this.#view.names.functionName(run)}`);
    return FUNCTION;
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
