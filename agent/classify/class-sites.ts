/**
 * Where the class of an object is written: V8's location of the instance, which is its constructor's; where there is
 * none, `__proto__` -> own `constructor` -> that function's location, if the function bears the object's name.
 */
import type { Columns } from '../heap/columns.ts';
import { Constructors } from './constructors.ts';
import { NO_NODE } from './edges.ts';
import { Locations, NO_SITE } from './locations.ts';

export class ClassSites {
  readonly #columns: Columns;
  readonly #locations: Locations;
  readonly #constructors: Constructors;
  /** 1 for each string that is the name of a function with a location: only objects of these names are looked up. */
  readonly #isFunctionName: Uint8Array;

  constructor(columns: Columns) {
    this.#columns = columns;
    this.#locations = new Locations(columns);
    this.#constructors = new Constructors(columns);
    this.#isFunctionName = locatedFunctionNames(columns);
  }

  /** The site of an object's class, or NO_SITE. */
  of(node: number): number {
    const site = this.#locations.of(node);
    const name = this.#columns.nodeName[node];
    if (site !== NO_SITE || this.#isFunctionName[name] === 0) return site;
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
    const nameOfSite = new Uint32Array(siteScript.length).fill(0xffffffff);
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
}

function locatedFunctionNames({ locationNode, nodeType, nodeTypes, nodeName, strings }: Columns): Uint8Array {
  const closure = nodeTypes.indexOf('closure');
  const isName = new Uint8Array(strings.count);
  for (const node of locationNode) {
    if (nodeType[node] === closure) isName[nodeName[node]] = 1;
  }
  return isName;
}
