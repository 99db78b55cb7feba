/**
 * The same script loaded again and again: each copy has its own variables and classes, and what its functions keep.
 *
 *     script /app/a.mjs?1 @5, @9, …                      import() with another query, vm.Script
 *     Module @7, @11, … --filename--> '/app/a.cjs'       require() after its cache was cleared; V8 shares their script
 *            --exports--> … --> function --context--> the module's variables
 */
import type { Finding } from '../../protocol/finding.ts';
import { humanSize } from '../../protocol/human.ts';
import { EdgeFinder, NO_NODE } from '../classify/naming/edges.ts';
import { isBuiltin, scriptPath, shortPath } from '../classify/naming/script-name.ts';
import { ScriptNames } from '../classify/naming/scripts.ts';
import type { Facts } from './facts.ts';
import { severer, severityOf } from './severity.ts';
import { together } from './together.ts';
import { counted } from './words.ts';

const LEAST = 10;
const MANY = 50;
const NAMED = 2;
/** Functions of a script that are looked at. */
const MOST_CLOSURES = 1_000;

interface Copies {
  readonly path: string;
  readonly count: number;
  /** What they are, and what they keep. */
  readonly nodes: readonly number[];
}

export function moduleCopies(facts: Facts): Finding[] {
  const most = new Map<string, Copies>();
  for (const copies of [...scriptCopies(facts), ...requiredCopies(facts)]) {
    if (copies.count >= LEAST && copies.count > (most.get(copies.path)?.count ?? 0)) most.set(copies.path, copies);
  }
  return [...most.values()]
    .sort((a, b) => b.count - a.count || (a.path < b.path ? -1 : 1))
    .slice(0, NAMED)
    .map((copies) => findingOf(facts, copies));
}

function findingOf(facts: Facts, { path, count, nodes }: Copies): Finding {
  const sizeBytes = Math.round((together(facts, nodes) * (count - 1)) / count);
  return {
    finding: 'module copies',
    severity: severer(severityOf(sizeBytes, facts.sizeBytes), count >= MANY ? 'high' : 'medium'),
    confidence: 'certain',
    title: `${shortPath(path)} is loaded ${counted(count, 'time')}: its copies hold ${humanSize(sizeBytes)}`,
    reason: 'A module that is loaded again has its variables and classes again, and whatever its functions keep.',
    sizeBytes,
    count,
    ...facts.holding(nodes),
    next: 'load it once: no clearing of require.cache, no new query in import(), no vm.Script of the same text',
  };
}

/** Scripts of one path, with functions of theirs. */
function scriptCopies(facts: Facts): Copies[] {
  const { columns } = facts;
  const { nodeCount, nodeType, nodeTypes } = columns;
  const closure = nodeTypes.indexOf('closure');
  const shared = new EdgeFinder(columns, 'internal', 'shared');
  const scriptOf = new EdgeFinder(columns, 'internal', 'script', 'script_or_debug_info');
  const names = new ScriptNames(columns);
  const pathOf = new Map<number, string>();
  const byPath = new Map<string, Map<number, number[]>>();
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== closure) continue;
    const info = shared.from(node);
    const script = info === NO_NODE ? NO_NODE : scriptOf.from(info);
    if (script === NO_NODE) continue;
    const path = pathOf.get(script) ?? scriptPath(names.of(script));
    pathOf.set(script, path);
    if (path === '' || isBuiltin(path) || path.includes('<anonymous>')) continue;
    const scripts = byPath.get(path) ?? new Map<number, number[]>();
    byPath.set(path, scripts);
    const nodes = scripts.get(script) ?? [script];
    scripts.set(script, nodes);
    if (nodes.length < MOST_CLOSURES) nodes.push(node);
  }
  return Array.from(byPath, ([path, scripts]) => ({
    path,
    count: scripts.size,
    // functions first: what holds them is what holds the copies
    nodes: [...scripts.values()].flatMap(([script, ...closures]) => [...closures, script!]),
  }));
}

/** Modules that require() has made, of one file. */
function requiredCopies(facts: Facts): Copies[] {
  const { columns } = facts;
  const file = new EdgeFinder(columns, 'property', 'filename');
  const byPath = new Map<string, number[]>();
  for (const module of facts.instancesOf('Module')) {
    const name = file.from(module);
    if (name === NO_NODE || !facts.isType(name, 'string')) continue;
    const path = facts.view.names.nameOf(name);
    const modules = byPath.get(path);
    if (modules) modules.push(module);
    else byPath.set(path, [module]);
  }
  return [...byPath]
    .filter(([, modules]) => modules.length >= LEAST)
    .map(([path, modules]) => ({
      path,
      count: modules.length,
      nodes: [...modules, ...modules.flatMap((module) => scopesOf(facts, module))],
    }));
}

/** Variables that a module's exported functions keep. */
function scopesOf(facts: Facts, module: number): number[] {
  const { columns } = facts;
  const context = new EdgeFinder(columns, 'internal', 'context');
  const exported = new EdgeFinder(columns, 'property', 'exports').from(module);
  if (exported === NO_NODE) return [];
  const functions = facts.isType(exported, 'closure') ? [exported] : [];
  facts.eachEdge(exported, (target, type) => {
    if (type === 'property' && facts.isType(target, 'closure')) functions.push(target);
  });
  return [...new Set(functions.map((each) => context.from(each)))].filter((scope) => scope !== NO_NODE);
}
