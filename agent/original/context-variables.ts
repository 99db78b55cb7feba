/**
 * The variables of contexts in their files' words. All functions of one site lie in contexts of the same scopes, so each site
 * is asked once:
 *
 *     closure ──context──> { e, t } ──previous──> { h, p, u }
 *     site 4711             handle: e = request     the module's: h = openSessions (src/sessions.ts)
 */
import { EdgeFinder, NO_NODE } from '../classify/naming/edges.ts';
import { Locations, NO_SITE } from '../classify/naming/locations.ts';
import { isContextName } from '../classify/naming/words.ts';
import { addBit, emptyBits, hasBit } from '../graph/bits.ts';
import { type Columns, EDGE_TYPE_MASK } from '../parse/columns.ts';
import type { MappedScript, OriginalVariable } from '../source-maps/mapped-script.ts';

/** A context and what its variables are called. */
export interface NamedContext {
  readonly node: number;
  /** By the name that V8 has. */
  readonly variables: ReadonlyMap<string, OriginalVariable>;
}

/** Contexts around one function that are looked at. */
const MAX_DEPTH = 64;

/** Each context around a function of `scripts` once. Linear in nodes. */
export function* namedContexts(
  columns: Columns,
  scripts: ReadonlyMap<number, MappedScript>,
): Generator<NamedContext, void> {
  const { nodeCount, nodeType, nodeTypes, siteScript, siteLine, siteColumn } = columns;
  const closure = nodeTypes.indexOf('closure');
  const locations = new Locations(columns);
  const chains = new Chains(columns);
  const done = emptyBits(nodeCount);
  const layersOfSite = new Map<number, readonly ReadonlyMap<string, OriginalVariable>[]>();
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== closure) continue;
    const site = locations.of(node);
    const script = site === NO_SITE ? undefined : scripts.get(siteScript[site]);
    if (!script) continue;
    const chain = chains.around(node);
    let layers = layersOfSite.get(site);
    if (layers === undefined) {
      const names = chain.map((context) => chains.namesIn(context));
      layers = script.variablesAround({ line: siteLine[site], column: siteColumn[site] }, names);
      layersOfSite.set(site, layers);
    }
    for (const [depth, context] of chain.entries()) {
      // another function may know what this one does not: the script as a whole knows none
      const variables = layers[depth];
      if (variables === undefined || hasBit(done, context)) continue;
      addBit(done, context);
      yield { node: context, variables };
    }
  }
}

/** The contexts around a function that have variables, the nearest first. */
class Chains {
  readonly #columns: Columns;
  readonly #context: EdgeFinder;
  readonly #previous: EdgeFinder;
  readonly #variable: number;

  constructor(columns: Columns) {
    this.#columns = columns;
    this.#context = new EdgeFinder(columns, 'internal', 'context');
    this.#previous = new EdgeFinder(columns, 'internal', 'previous');
    this.#variable = columns.edgeTypes.indexOf('context');
  }

  around(node: number): number[] {
    const { nodeName, strings } = this.#columns;
    const chain: number[] = [];
    let context = this.#context.from(node);
    for (let depth = 0; context !== NO_NODE && depth < MAX_DEPTH; depth++) {
      if (!isContextName(strings.get(nodeName[context]))) break;
      if (this.#hasVariables(context)) chain.push(context);
      context = this.#previous.from(context);
    }
    return chain;
  }

  namesIn(context: number): Set<string> {
    const { firstEdge, edgeTarget, edgeName, strings } = this.#columns;
    const names = new Set<string>();
    for (let edge = firstEdge[context]; edge < firstEdge[context + 1]; edge++) {
      if ((edgeTarget[edge] & EDGE_TYPE_MASK) === this.#variable) names.add(strings.get(edgeName[edge]));
    }
    return names;
  }

  #hasVariables(context: number): boolean {
    const { firstEdge, edgeTarget } = this.#columns;
    for (let edge = firstEdge[context]; edge < firstEdge[context + 1]; edge++) {
      if ((edgeTarget[edge] & EDGE_TYPE_MASK) === this.#variable) return true;
    }
    return false;
  }
}
