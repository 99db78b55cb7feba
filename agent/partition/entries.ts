/**
 * Where a program begins, by the names its author knows: the global object and the scopes of its modules. Paths from there
 * say what a person can act on; V8's own roots (stack, handles, caches) are for what these do not reach.
 *
 *     root --shortcut--> global object                                          Node 18 to 24
 *     root --shortcut--> realm --internal:global_object--> global object        Node 26
 *                        realm --internal:global_object--> global object        Chromium, of whose root no edge leads there
 *     realm (`system / NativeContext`) --internal:script_context_table--> ... --> scopes of scripts
 *     scope (object `system / Context`, from V8 15 on `system / Context / scope @N`) --internal:previous--> realm            a module's, or a function's in a module
 *           --internal:extension--> `system / SourceTextModule`                 that has none: the first kind has
 *           --internal:scope_info--> code `system / ScopeInfo`                  this, or a nameless ScopeInfo of its own
 *     closure --internal:context--> scope, --internal:shared--> ... --> script  which script the scope is of
 *
 * Modules of which no variable is used by a function have no scope in the heap, and those of Node itself are none of the
 * program's.
 */
import { EdgeFinder, NO_NODE } from '../classify/naming/edges.ts';
import { isBuiltin, scriptPath } from '../classify/naming/script-name.ts';
import { ScriptNames } from '../classify/naming/scripts.ts';
import { className } from '../classify/naming/words.ts';
import type { Graph } from '../graph/graph.ts';
import { type Entry, globalEntries } from '../graph/roots.ts';
import { type Columns, EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../parse/columns.ts';

export interface NamedEntry extends Entry {
  /** `global`, `module /app/src/x.js`. */
  readonly name: string;
}

/** What is looked for here, found at once. */
const NAMES = [
  'global_object',
  'previous',
  'extension',
  'scope_info',
  'context',
  'shared',
  'script',
  'script_or_debug_info',
];

/** The globals first, then the modules in the order of their scopes (`moduleScopes`). Linear. */
export function programEntries(graph: Graph, scopes = moduleScopes(graph.columns)): NamedEntry[] {
  const { columns } = graph;
  const entries = globals(graph);
  for (const { scope, script } of scopes) {
    if (isBuiltin(script)) continue;
    entries.push({ edge: columns.edgeCount + entries.length, node: scope, name: `module ${scriptPath(script)}` });
  }
  return entries;
}

function globals(graph: Graph): NamedEntry[] {
  const { columns } = graph;
  const globalOf = new EdgeFinder(columns, 'internal', 'global_object');
  const name = (of: number): string => className(columns.strings.get(columns.nodeName[of]));
  const entries = globalEntries(graph);
  if (entries.length === 0) {
    const owned = realms(columns).map((realm) => globalOf.from(realm));
    const nodes = owned.filter((node) => node !== NO_NODE);
    return nodes.map((node, i) => ({ edge: columns.edgeCount + i, node, name: name(node) }));
  }
  return entries.map(({ edge, node }, i) => {
    const own = globalOf.from(node);
    return own === NO_NODE
      ? { edge, node, name: name(node) }
      : { edge: columns.edgeCount + i, node: own, name: name(own) };
  });
}

/** V8's contexts of realms. */
function realms(columns: Columns): number[] {
  const { nodeCount, nodeName } = columns;
  const isRealm = nameTest(columns, REALM);
  const found: number[] = [];
  for (let node = 0; node < nodeCount; node++) if (isRealm(nodeName[node])) found.push(node);
  return found;
}

export interface ModuleScope {
  /** Ordinal of a context. */
  readonly scope: number;
  /** URL or path. */
  readonly script: string;
}

/** The scopes of all modules, Node's own among them. Linear. */
export function moduleScopes(columns: Columns): ModuleScope[] {
  columns.strings.seek(NAMES);
  const candidates = outermostScopes(columns);
  const scripts = scriptsOf(columns, candidates);
  return candidates.flatMap((scope) => {
    const script = scripts.get(scope);
    return script === undefined ? [] : [{ scope, script }];
  });
}

/** Scopes right below a realm that are a module's. */
function outermostScopes(columns: Columns): number[] {
  const { nodeCount, nodeTypes, nodeType, nodeName } = columns;
  const isRealm = nameTest(columns, REALM);
  const isScope = nameTest(columns, /^system \/ Context($| \/ )/);
  const object = nodeTypes.indexOf('object');
  const previous = new EdgeFinder(columns, 'internal', 'previous');
  const outermost: number[] = [];
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== object || !isScope(nodeName[node])) continue;
    const above = previous.from(node);
    if (above !== NO_NODE && isRealm(nodeName[above])) outermost.push(node);
  }
  return modulesAmong(columns, outermost);
}

const REALM = /^system \/ NativeContext($| \/ )/;

const UNKNOWN = 0;
const YES = 1;
const NO = 2;

/** Tells names that `pattern` fits, each looked at once. On Node 26 a realm that an inspector knows has more to its name. */
function nameTest({ strings }: Columns, pattern: RegExp): (name: number) => boolean {
  const known = new Uint8Array(strings.count);
  return (name) => {
    if (known[name] === UNKNOWN) known[name] = pattern.test(strings.get(name)) ? YES : NO;
    return known[name] === YES;
  };
}

/** Leaves out the scopes of functions in modules that have no scope: those of a name, and those that were made more than once. */
function modulesAmong(columns: Columns, scopes: readonly number[]): number[] {
  const extension = new EdgeFinder(columns, 'internal', 'extension');
  const scopeInfo = new EdgeFinder(columns, 'internal', 'scope_info');
  const uses = new Map<number, number>();
  for (const scope of scopes) uses.set(scopeInfo.from(scope), (uses.get(scopeInfo.from(scope)) ?? 0) + 1);
  return scopes.filter((scope) => {
    const module = extension.from(scope);
    if (module !== NO_NODE) return columns.strings.equals(columns.nodeName[module], 'system / SourceTextModule');
    const info = scopeInfo.from(scope);
    return uses.get(info) === 1 && isNameless(columns, info);
  });
}

/** Whether a ScopeInfo, whose last edge but that to an outer one is the function's name, has an empty name and no outer one. */
function isNameless(columns: Columns, info: number): boolean {
  if (info === NO_NODE) return false;
  const hidden = columns.edgeTypes.indexOf('hidden');
  const { firstEdge, edgeTarget, nodeName, strings } = columns;
  let last = NO_NODE;
  for (let edge = firstEdge[info]; edge < firstEdge[info + 1]; edge++) {
    if ((edgeTarget[edge] & EDGE_TYPE_MASK) === hidden) last = edgeTarget[edge] >>> EDGE_TYPE_BITS;
  }
  return last !== NO_NODE && strings.equals(nodeName[last], '');
}

/** The script of a function that was made in each scope. */
function scriptsOf(columns: Columns, scopes: readonly number[]): Map<number, string> {
  const wanted = new Set(scopes);
  const closure = columns.nodeTypes.indexOf('closure');
  const context = new EdgeFinder(columns, 'internal', 'context');
  const shared = new EdgeFinder(columns, 'internal', 'shared');
  const script = new EdgeFinder(columns, 'internal', 'script', 'script_or_debug_info');
  const names = new ScriptNames(columns);
  const scripts = new Map<number, string>();
  const { nodeType } = columns;
  for (let node = nodeType.indexOf(closure); node >= 0; node = nodeType.indexOf(closure, node + 1)) {
    if (scripts.size === wanted.size) break;
    const scope = context.from(node);
    if (!wanted.has(scope) || scripts.has(scope)) continue;
    const info = shared.from(node);
    const found = info === NO_NODE ? NO_NODE : script.from(info);
    if (found === NO_NODE) continue;
    const url = names.of(found);
    if (url !== '') scripts.set(scope, url);
  }
  return scripts;
}
