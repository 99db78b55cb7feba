/**
 * The scopes of modules: contexts that hold the variables at the top level of a file, which to its author are roots.
 *
 *     closure --internal:context--> context --internal:previous--> context --internal:previous--> V8's native context
 *        |                          of a function                  of a module                     (has no previous)
 *        +--internal:shared--> --internal:script--> the script, named by URL or path
 *
 * CommonJS wraps a module in a function, whose context is that of the module; ES modules have contexts of their own. Both
 * stand just inside the native context, as do those of classic scripts and of Node's own files.
 */
import type { Columns } from '../heap/columns.ts';
import { EdgeFinder, NO_NODE } from './edges.ts';
import { isContextName } from './words.ts';

/** URL or path of the script of each scope of a module that some function of the heap stands in, by node. Linear. */
export function moduleScopes(columns: Columns): Map<number, string> {
  const { nodeCount, nodeType, nodeName, strings } = columns;
  const closure = columns.nodeTypes.indexOf('closure');
  const script = new ClosureScripts(columns);
  const contextOf = new EdgeFinder(columns, 'internal', 'context');
  const previousOf = new EdgeFinder(columns, 'internal', 'previous');
  const isContext = contextTest(columns);
  const urls = new Map<number, string>();
  const seen = new Set<number>();
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== closure) continue;
    let scope = contextOf.from(node);
    if (scope === NO_NODE || seen.has(scope)) continue;
    for (let outer = previousOf.from(scope); outer !== NO_NODE && isContext(outer); outer = previousOf.from(scope)) {
      const outermost = previousOf.from(outer) === NO_NODE;
      seen.add(scope);
      if (outermost) {
        const url = script.of(node);
        if (url !== NO_NODE && !urls.has(scope)) urls.set(scope, strings.get(nodeName[url]));
        break;
      }
      if (seen.has(outer)) break;
      scope = outer;
    }
  }
  return urls;
}

/** The script that a function comes from, as a node. */
class ClosureScripts {
  readonly #shared: EdgeFinder;
  readonly #script: EdgeFinder;

  constructor(columns: Columns) {
    this.#shared = new EdgeFinder(columns, 'internal', 'shared');
    this.#script = new EdgeFinder(columns, 'internal', 'script', 'script_or_debug_info');
  }

  of(closure: number): number {
    const shared = this.#shared.from(closure);
    return shared === NO_NODE ? NO_NODE : this.#script.from(shared);
  }
}

function contextTest({ nodeName, strings }: Columns): (node: number) => boolean {
  const known = new Map<number, boolean>();
  return (node) => {
    const name = nodeName[node];
    const isContext = known.get(name) ?? isContextName(strings.get(name));
    known.set(name, isContext);
    return isContext;
  };
}
