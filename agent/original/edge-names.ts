/** Names of edges in their files' words: variables of contexts, private names of instances. */
import { ClassSites } from '../classify/naming/class-sites.ts';
import { NO_SITE } from '../classify/naming/locations.ts';
import { type Columns, EDGE_TYPE_MASK } from '../parse/columns.ts';
import type { MappedScript } from '../source-maps/mapped-script.ts';
import { namedContexts } from './context-variables.ts';
import type { NewStrings } from './new-strings.ts';

export interface EdgeNames {
  readonly edgeName: Uint32Array;
  /** By edge: the file of a variable, where the script of its context has several. */
  readonly variableFiles: ReadonlyMap<number, string>;
}

/** @param entries contexts of modules; the files of their variables are wanted */
export function edgeNames(
  columns: Columns,
  scripts: ReadonlyMap<number, MappedScript>,
  strings: NewStrings,
  entries: ReadonlySet<number>,
): EdgeNames {
  const edgeName = columns.edgeName.slice();
  const variableFiles = new Map<number, string>();
  const context = columns.edgeTypes.indexOf('context');
  for (const { node, variables } of namedContexts(columns, scripts)) {
    if (variables.size === 0) continue;
    for (const edge of edgesOf(columns, node, context)) {
      const original = variables.get(columns.strings.get(edgeName[edge]));
      if (original === undefined) continue;
      edgeName[edge] = strings.of(original.name);
      if (entries.has(node)) variableFiles.set(edge, original.path);
    }
  }
  privateNames(columns, scripts, strings, edgeName);
  return { edgeName, variableFiles };
}

function* edgesOf({ firstEdge, edgeTarget }: Columns, node: number, type: number): Generator<number, void> {
  for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
    if ((edgeTarget[edge] & EDGE_TYPE_MASK) === type) yield edge;
  }
}

/** A name that an instance has twice is of its class and of one that this extends: nobody knows which is which. */
function privateNames(
  columns: Columns,
  scripts: ReadonlyMap<number, MappedScript>,
  strings: NewStrings,
  edgeName: Uint32Array,
): void {
  const { nodeCount, nodeType, nodeTypes, siteScript, siteLine, siteColumn } = columns;
  const object = nodeTypes.indexOf('object');
  const property = columns.edgeTypes.indexOf('property');
  const sites = new ClassSites(columns);
  const isPrivate = new PrivateStrings(columns);
  const known = new Map<string, string | undefined>();
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== object) continue;
    const site = sites.of(node);
    const script = site === NO_SITE ? undefined : scripts.get(siteScript[site]);
    if (!script) continue;
    const edges = [...edgesOf(columns, node, property)].filter((edge) => isPrivate.has(edgeName[edge]));
    for (const edge of edges) {
      const name = columns.edgeName[edge];
      if (edges.some((other) => other !== edge && columns.edgeName[other] === name)) continue;
      const key = `${site} ${name}`;
      if (!known.has(key)) {
        const position = { line: siteLine[site], column: siteColumn[site] };
        known.set(key, script.privateNameOf(position, columns.strings.get(name)));
      }
      const original = known.get(key);
      if (original !== undefined) edgeName[edge] = strings.of(original);
    }
  }
}

const SIGN = '#'.charCodeAt(0);

/** Which strings are private names, by their first byte. */
class PrivateStrings {
  readonly #columns: Columns;

  constructor(columns: Columns) {
    this.#columns = columns;
  }

  has(index: number): boolean {
    return this.#columns.strings.byteLength(index) > 1 && this.#columns.strings.bytes(index)[0] === SIGN;
  }
}
