/**
 * What a node is shown as by itself:
 *
 *     string                 'aaaaaaaaaaaa...aaaaaaaaaaaaa'    at most 30 characters
 *     number, bigint, symbol 3.5
 *     function               handler (src/a.js:10)
 *     a scope                module src/a.js, or: scope of handler (src/a.js:10)
 *     a timer, a generator   the function that it runs
 *     a store                @4711, its owner's id
 *     anything else          @4711
 */
import { EdgeFinder, NO_NODE } from '../classify/naming/edges.ts';
import { Locations, NO_SITE } from '../classify/naming/locations.ts';
import { scriptPath, shortPath } from '../classify/naming/script-name.ts';
import { scriptUrls } from '../classify/naming/scripts.ts';
import { SiteNames } from '../classify/naming/site-names.ts';
import { NO_OWNER, ownerIn, SEVERAL_OWNERS, STORES, storeIn, storeOwners } from '../classify/naming/stores.ts';
import { isContextName } from '../classify/naming/words.ts';
import type { Heap } from '../graph/heap.ts';
import { EDGE_TYPE_BITS } from '../parse/columns.ts';
import { moduleScopes } from '../partition/entries.ts';

/** How the nodes of one kind are shown in an identity table. */
export type Rendering = 'text' | 'value' | 'name' | 'scope' | 'owner' | 'address';

const RENDERINGS: Readonly<Record<string, Rendering>> = {
  string: 'text',
  'concatenated string': 'text',
  'sliced string': 'text',
  regexp: 'text',
  number: 'value',
  bigint: 'value',
  symbol: 'value',
  closure: 'name',
};

/** By class: the edge to the function that an object runs. */
const RUNS: Readonly<Record<string, readonly [type: string, name: string]>> = {
  Timeout: ['property', '_onTimeout'],
  Immediate: ['property', '_onImmediate'],
  Generator: ['internal', 'function'],
};

/** Characters of a string that are shown, quotes included: those of Python's reprlib. */
const MAX_TEXT = 30;
const HIDDEN_TEXT = '{*}';

export class NodeNames {
  readonly #heap: Heap;
  readonly #strings: boolean;
  #locations: Locations | undefined;
  #sites: SiteNames | undefined;
  #urls: ReadonlyMap<number, string> | undefined;
  #owners: Uint32Array | undefined;
  #modules: ReadonlyMap<number, string> | undefined;
  readonly #finders = new Map<string, EdgeFinder>();

  constructor(heap: Heap, strings: boolean) {
    this.#heap = heap;
    this.#strings = strings;
  }

  rendering(node: number): Rendering {
    const { nodeType, nodeTypes } = this.#heap.columns;
    const rendering = RENDERINGS[nodeTypes[nodeType[node]]];
    if (rendering !== undefined) return rendering;
    if (this.isScope(node)) return 'scope';
    if (this.runs(node) !== undefined) return 'name';
    return this.ownerOf(node) === undefined ? 'address' : 'owner';
  }

  /** The node as this file's head says. */
  of(node: number): string {
    switch (this.rendering(node)) {
      case 'text':
        return this.quoted(this.nameOf(node));
      case 'value':
        return this.nameOf(node);
      case 'name':
        return this.functionName(this.runs(node) ?? node);
      case 'scope':
        return this.scopeName(node);
      case 'owner':
        return this.address(this.ownerOf(node) ?? node);
      case 'address':
        return this.address(node);
    }
  }

  address(node: number): string {
    return `@${this.#heap.columns.nodeId[node]}`;
  }

  /** V8's name of the node. */
  nameOf(node: number): string {
    return this.#heap.columns.strings.get(this.#heap.columns.nodeName[node]);
  }

  /** What a node that V8 made up is called whose name is that string: `(Global handles)`. */
  rootName(name: number): string {
    return this.#heap.columns.strings.get(name) || '(root)';
  }

  /** A string in quotes, its middle left out where it is long; where strings are not to be shown, a mark for it. */
  quoted(text: string): string {
    if (!this.#strings) return HIDDEN_TEXT;
    const whole = quote(text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text);
    if (whole.length <= MAX_TEXT && text.length <= MAX_TEXT) return whole;
    const before = Math.floor((MAX_TEXT - 3) / 2);
    const after = MAX_TEXT - 3 - before;
    const cut = quote(text.slice(0, before) + text.slice(text.length - after));
    return `${cut.slice(0, before)}...${cut.slice(cut.length - after)}`;
  }

  /** `handler (src/a.js:10)`. */
  functionName(node: number): string {
    const name = this.nameOf(node) || '(anonymous)';
    const place = this.placeOf(node);
    return place === undefined ? name : `${name} (${place})`;
  }

  /** Script, line and column where the node's function or class is written. */
  placeOf(node: number): string | undefined {
    this.#locations ??= new Locations(this.#heap.columns);
    const site = this.#locations.of(node);
    if (site === NO_SITE) return undefined;
    this.#sites ??= new SiteNames(this.#heap.columns);
    return this.#sites.of([site]).get(site);
  }

  /** Script, by its whole path, and line (from 1 on) where the node's function or class is written. */
  siteOf(node: number): { script: string; line: number } | undefined {
    this.#locations ??= new Locations(this.#heap.columns);
    const site = this.#locations.of(node);
    const { siteScript, siteLine } = this.#heap.columns;
    const script = site === NO_SITE ? undefined : this.#scripts.get(siteScript[site]);
    return script === undefined ? undefined : { script: scriptPath(script), line: siteLine[site] + 1 };
  }

  /** URL or path of each script by V8's id. */
  get #scripts(): ReadonlyMap<number, string> {
    this.#urls ??= scriptUrls(this.#heap.columns);
    return this.#urls;
  }

  /** URL or path of the script of each module's scope, by node. */
  get moduleScopes(): ReadonlyMap<number, string> {
    this.#modules ??= new Map(moduleScopes(this.#heap.columns).map(({ scope, script }) => [scope, script]));
    return this.#modules;
  }

  isScope(node: number): boolean {
    const { nodeType, nodeTypes } = this.#heap.columns;
    return nodeTypes[nodeType[node]] === 'object' && isContextName(this.nameOf(node));
  }

  /** `module src/a.js`; a function's scope by a function that is in it. */
  scopeName(node: number): string {
    const url = this.moduleScopes.get(node);
    if (url !== undefined) return `module ${shortPath(scriptPath(url))}`;
    const inner = this.#functionIn(node);
    return inner === undefined ? this.address(node) : `scope of ${this.functionName(inner)}`;
  }

  /** Who holds the node as a store, if one does. */
  ownerOf(node: number): number | undefined {
    this.#owners ??= storeOwners(this.#heap.columns);
    const owner = this.#owners[node];
    return owner === NO_OWNER || owner === SEVERAL_OWNERS ? undefined : ownerIn(owner);
  }

  /** By which edge its owner holds it: `properties`, `elements`, `table`, `backing_store`. */
  storeOf(node: number): string | undefined {
    return this.ownerOf(node) === undefined ? undefined : STORES[storeIn(this.#owners![node])];
  }

  /** Whether its properties stand in a hash table, as those of an object do that is used as a dictionary. */
  hasDictionary(node: number): boolean {
    const store = this.#edge('internal', 'properties').from(node);
    const { nodeType, nodeTypes } = this.#heap.columns;
    return store !== NO_NODE && nodeTypes[nodeType[store]] === 'array';
  }

  /** Not a prototype, which has its class's name too: those have a constructor of their own. */
  isInstance(node: number): boolean {
    return this.#edge('property', 'constructor').from(node) === NO_NODE;
  }

  /** The function that a timer will call, or a generator or an async function that waits is in the middle of. */
  runs(node: number): number | undefined {
    const { nodeType, nodeTypes } = this.#heap.columns;
    if (nodeTypes[nodeType[node]] !== 'object') return undefined;
    const edge = RUNS[this.nameOf(node)];
    if (edge === undefined) return undefined;
    const run = this.#edge(...edge).from(node);
    return run === NO_NODE ? undefined : run;
  }

  #functionIn(scope: number): number | undefined {
    const { nodeType, nodeTypes } = this.#heap.columns;
    const { firstReferrer, referrer } = this.#heap.referrers;
    for (let at = firstReferrer[scope]; at < firstReferrer[scope + 1]; at++) {
      const node = referrer[at] >>> EDGE_TYPE_BITS;
      if (nodeTypes[nodeType[node]] === 'closure') return node;
    }
    return undefined;
  }

  #edge(type: string, ...names: readonly string[]): EdgeFinder {
    const key = `${type} ${names.join(' ')}`;
    const finder = this.#finders.get(key) ?? new EdgeFinder(this.#heap.columns, type, ...names);
    this.#finders.set(key, finder);
    return finder;
  }
}

/** As Python writes a string: in single quotes unless only those stand in it. */
function quote(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
  return text.includes("'") && !text.includes('"') ? `"${escaped}"` : `'${escaped.replaceAll("'", "\\'")}'`;
}
