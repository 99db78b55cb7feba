/**
 * What a node is shown as where it stands for itself:
 *
 *     string                 'aaaaaaaaaaaa...aaaaaaaaaaaaa'    at most 30 characters
 *     number, bigint, symbol 3.5
 *     function               handler (src/a.js:10)
 *     a store                @4711, its owner's id
 *     anything else          @4711
 */
import { Locations, NO_SITE } from '../classify/locations.ts';
import { SiteNames } from '../classify/site-names.ts';
import { NO_OWNER, ownerIn, SEVERAL_OWNERS, storeOwners } from '../classify/stores.ts';
import type { Heap } from '../heap/heap.ts';

/** How the nodes of one kind are shown in an identity table. */
export type Rendering = 'text' | 'value' | 'name' | 'owner' | 'address';

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

/** Characters of a string that are shown, quotes included: those of Python's reprlib. */
const MAX_TEXT = 30;
const HIDDEN_TEXT = '{*}';

export class NodeNames {
  readonly #heap: Heap;
  readonly #strings: boolean;
  readonly #locations: Locations;
  #sites: SiteNames | undefined;
  #owners: Uint32Array | undefined;

  constructor(heap: Heap, strings: boolean) {
    this.#heap = heap;
    this.#strings = strings;
    this.#locations = new Locations(heap.columns);
  }

  rendering(node: number): Rendering {
    const { nodeType, nodeTypes } = this.#heap.columns;
    const rendering = RENDERINGS[nodeTypes[nodeType[node]]];
    return rendering ?? (this.ownerOf(node) === undefined ? 'address' : 'owner');
  }

  /** The node as this file's head says. */
  of(node: number): string {
    switch (this.rendering(node)) {
      case 'text':
        return this.quoted(this.nameOf(node));
      case 'value':
        return this.nameOf(node);
      case 'name':
        return this.functionName(node);
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
    const site = this.#locations.of(node);
    if (site === NO_SITE) return undefined;
    this.#sites ??= new SiteNames(this.#heap.columns);
    return this.#sites.of([site]).get(site);
  }

  /** Who holds the node as a store, if one does. */
  ownerOf(node: number): number | undefined {
    this.#owners ??= storeOwners(this.#heap.columns);
    const owner = this.#owners[node];
    return owner === NO_OWNER || owner === SEVERAL_OWNERS ? undefined : ownerIn(owner);
  }
}

/** As Python writes a string: in single quotes unless only those stand in it. */
function quote(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return text.includes("'") && !text.includes('"') ? `"${escaped}"` : `'${escaped.replaceAll("'", "\\'")}'`;
}
