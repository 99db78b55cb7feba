/**
 * Columns of a bundled program in the names and places of the files that people wrote, so that whatever reads columns reads
 * those: classifiers, findings, paths.
 *
 *     nodeName     functions, instances and prototypes of mapped classes        e          -> Session
 *     edgeName     variables of contexts, private names of instances            h, #e      -> openSessions, #secret
 *     sites        script, line, column; a script id of its own for each file   bundle:1:9 -> src/sessions.ts:3
 *     fileOfScript, bundleOfFile   of those ids: the file, the script that it is a part of
 *
 * What does not change is shared with the columns as they came.
 */

import { ClassSites } from '../classify/naming/class-sites.ts';
import { EdgeFinder, NO_NODE } from '../classify/naming/edges.ts';
import { Locations, NO_SITE } from '../classify/naming/locations.ts';
import { scriptUrls } from '../classify/naming/scripts.ts';
import type { Columns } from '../parse/columns.ts';
import { moduleScopes } from '../partition/entries.ts';
import type { SeenFunction } from '../source-maps/belongs.ts';
import type { MappedScript } from '../source-maps/mapped-script.ts';
import type { SourceMaps } from '../source-maps/source-maps.ts';
import { edgeNames } from './edge-names.ts';
import { NewStrings } from './new-strings.ts';

/** The same columns where no script of them has a map that belongs to it. */
export function originalColumns(columns: Columns, maps: SourceMaps): Columns {
  const scripts = mappedScripts(columns, maps);
  if (scripts.size === 0) return columns;
  const entries = new Set(moduleScopes(columns).map(({ scope }) => scope));
  const strings = new NewStrings(columns.strings);
  const names = () => ({
    nodeName: nodeNames(columns, scripts, strings),
    ...edgeNames(columns, scripts, strings, entries),
  });
  // once to learn which names there are, once more to put them in
  names();
  strings.settle();
  return { ...columns, ...sitesOf(columns, scripts), ...names(), strings: strings.table() };
}

type MappedScripts = ReadonlyMap<number, MappedScript>;

/** By V8's script id. */
function mappedScripts(columns: Columns, maps: SourceMaps): Map<number, MappedScript> {
  const seen = seenFunctions(columns);
  const found = new Map<number, MappedScript>();
  for (const [id, url] of scriptUrls(columns)) {
    const script = maps.of(url, seen.get(id) ?? []);
    if (script) found.set(id, script);
  }
  return found;
}

/** Functions of each script, by V8's script id. */
function seenFunctions(columns: Columns): Map<number, SeenFunction[]> {
  const { locationNode, locationSite, nodeType, nodeTypes, nodeName, siteScript, siteLine, siteColumn, strings } =
    columns;
  const closure = nodeTypes.indexOf('closure');
  const seen = new Map<number, SeenFunction[]>();
  const isDone = new Uint8Array(siteScript.length);
  for (const [at, node] of locationNode.entries()) {
    const site = locationSite[at];
    if (nodeType[node] !== closure || isDone[site] === 1) continue;
    isDone[site] = 1;
    const list = seen.get(siteScript[site]) ?? [];
    list.push({ name: strings.get(nodeName[node]), line: siteLine[site], column: siteColumn[site] });
    seen.set(siteScript[site], list);
  }
  return seen;
}

type Sites = Pick<Columns, 'siteScript' | 'siteLine' | 'siteColumn'> & {
  fileOfScript: ReadonlyMap<number, string>;
  bundleOfFile: ReadonlyMap<number, string>;
};

/** V8's ids of scripts are small; those of files begin here. */
const FIRST_FILE_ID = 2 ** 31;

function sitesOf(columns: Columns, scripts: MappedScripts): Sites {
  const siteScript = columns.siteScript.slice();
  const siteLine = columns.siteLine.slice();
  const siteColumn = columns.siteColumn.slice();
  const idOfPath = new Map<string, number>();
  const bundleOfFile = new Map<number, string>();
  const urls = scriptUrls(columns);
  for (let site = 0; site < siteScript.length; site++) {
    const { place } = scripts.get(siteScript[site])?.originOf(positionOf(columns, site), '') ?? {};
    if (!place) continue;
    const id = idOfPath.get(place.path) ?? FIRST_FILE_ID + idOfPath.size;
    idOfPath.set(place.path, id);
    if (!bundleOfFile.has(id)) bundleOfFile.set(id, urls.get(siteScript[site]) ?? '');
    siteScript[site] = id;
    siteLine[site] = place.line;
    siteColumn[site] = place.column;
  }
  const fileOfScript = new Map(Array.from(idOfPath, ([path, id]) => [id, path]));
  return { siteScript, siteLine, siteColumn, fileOfScript, bundleOfFile };
}

function positionOf({ siteLine, siteColumn }: Columns, site: number): { line: number; column: number } {
  return { line: siteLine[site], column: siteColumn[site] };
}

/** Names of functions, of instances, and of prototypes, which bear the name of their class. */
function nodeNames(columns: Columns, scripts: MappedScripts, strings: NewStrings): Uint32Array {
  const { nodeCount, nodeType, nodeTypes, nodeName, siteScript } = columns;
  const [object, closure] = [nodeTypes.indexOf('object'), nodeTypes.indexOf('closure')];
  const definitions = new NamedSites(columns);
  const renamed = nodeName.slice();
  const known = new Map<string, number>();
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== object && nodeType[node] !== closure) continue;
    const site = definitions.of(node, nodeType[node] === closure);
    const script = site === NO_SITE ? undefined : scripts.get(siteScript[site]);
    if (!script) continue;
    const key = `${site} ${nodeName[node]}`;
    let name = known.get(key);
    if (name === undefined) {
      const original = script.originOf(positionOf(columns, site), columns.strings.get(nodeName[node])).name;
      name = original === undefined ? nodeName[node] : strings.of(original);
      known.set(key, name);
    }
    renamed[node] = name;
  }
  return renamed;
}

/** The site that a node has its name from. */
class NamedSites {
  readonly #columns: Columns;
  readonly #locations: Locations;
  readonly #classes: ClassSites;
  readonly #maker: EdgeFinder;

  constructor(columns: Columns) {
    this.#columns = columns;
    this.#locations = new Locations(columns);
    this.#classes = new ClassSites(columns);
    this.#maker = new EdgeFinder(columns, 'property', 'constructor');
  }

  of(node: number, isFunction: boolean): number {
    if (isFunction) return this.#locations.of(node);
    const site = this.#classes.of(node);
    if (site !== NO_SITE) return site;
    const maker = this.#maker.from(node);
    const { nodeName } = this.#columns;
    return maker === NO_NODE || nodeName[maker] !== nodeName[node] ? NO_SITE : this.#locations.of(maker);
  }
}
