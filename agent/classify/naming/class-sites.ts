/**
 * Where the class of an object is written: V8's location of the instance, which is its constructor's; where there is
 * none, `__proto__` -> own `constructor` -> that function's location, if the function bears the object's name.
 *
 * A running generator has the location of its function and the name `Generator`, which is no class of the program:
 * names that no located function bears have no sites.
 */
import type { Columns } from '../../parse/columns.ts';
import { Constructors } from './constructors.ts';
import { NO_NODE } from './edges.ts';
import { Locations, NO_SITE } from './locations.ts';

const NO_NAME = 0xffffffff;

export class ClassSites {
  readonly #columns: Columns;
  readonly #locations: Locations;
  readonly #constructors: Constructors;
  /** By string index, 1 for the names of functions that have a location. */
  readonly #isFunctionName: Uint8Array;
  /** By site, 1 where a function of the heap is written. */
  readonly #hasFunction: Uint8Array;

  constructor(columns: Columns) {
    this.#columns = columns;
    this.#locations = new Locations(columns);
    this.#constructors = new Constructors(columns);
    this.#isFunctionName = new Uint8Array(columns.strings.count);
    this.#hasFunction = new Uint8Array(columns.siteScript.length);
    this.#readFunctions();
  }

  /** The site of an object's class, or NO_SITE. */
  of(node: number): number {
    const site = this.#locations.of(node);
    const name = this.#columns.nodeName[node];
    if (this.#isFunctionName[name] === 0) return site !== NO_SITE && this.#hasFunction[site] === 0 ? site : NO_SITE;
    if (site !== NO_SITE) return site;
    const maker = this.#constructors.of(node);
    if (maker === NO_NODE || this.#columns.nodeName[maker] !== name) return NO_SITE;
    return this.#locations.of(maker);
  }

  /** The sites of each class name that has any. */
  byName(): Map<string, Set<number>> {
    const { nodeCount, nodeType, nodeTypes, nodeName, siteScript, strings } = this.#columns;
    const object = nodeTypes.indexOf('object');
    const sitesOfName = new Map<string, Set<number>>();
    // nearly every site has instances of one name only
    const nameOfSite = new Uint32Array(siteScript.length).fill(NO_NAME);
    for (let node = 0; node < nodeCount; node++) {
      if (nodeType[node] !== object) continue;
      const site = this.of(node);
      if (site === NO_SITE || nameOfSite[site] === nodeName[node]) continue;
      nameOfSite[site] = nodeName[node];
      const name = strings.get(nodeName[node]);
      const sites = sitesOfName.get(name);
      if (sites) sites.add(site);
      else sitesOfName.set(name, new Set([site]));
    }
    return sitesOfName;
  }

  #readFunctions(): void {
    const { locationNode, locationSite, nodeType, nodeTypes, nodeName } = this.#columns;
    const closure = nodeTypes.indexOf('closure');
    for (let at = 0; at < locationNode.length; at++) {
      const node = locationNode[at];
      if (nodeType[node] !== closure) continue;
      this.#isFunctionName[nodeName[node]] = 1;
      this.#hasFunction[locationSite[at]] = 1;
    }
  }
}
