/** What an npm package has in a heap: its functions, and the scopes of its modules. */
import { EdgeFinder, NO_NODE } from '../classify/naming/edges.ts';
import { packageName, scriptPath } from '../classify/naming/script-name.ts';
import { ScriptNames } from '../classify/naming/scripts.ts';
import { type NodeSet, nodeSet } from '../graph/set.ts';
import type { Columns } from '../parse/columns.ts';
import { moduleScopes } from '../partition/entries.ts';

export function packageNodes(columns: Columns, name: string): NodeSet {
  const { nodeCount, nodeType, nodeTypes } = columns;
  const closure = nodeTypes.indexOf('closure');
  const shared = new EdgeFinder(columns, 'internal', 'shared');
  const script = new EdgeFinder(columns, 'internal', 'script', 'script_or_debug_info');
  const names = new ScriptNames(columns);
  const isOfPackage = new Map<number, boolean>();
  const ofScript = (node: number): boolean => {
    const known = isOfPackage.get(node) ?? packageName(scriptPath(names.of(node))) === name;
    isOfPackage.set(node, known);
    return known;
  };
  const nodes: number[] = [];
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== closure) continue;
    const info = shared.from(node);
    const from = info === NO_NODE ? NO_NODE : script.from(info);
    if (from !== NO_NODE && ofScript(from)) nodes.push(node);
  }
  for (const each of moduleScopes(columns)) {
    if (packageName(scriptPath(each.script)) === name) nodes.push(each.scope);
  }
  return nodeSet(nodes);
}
