/** What holds on to the end of a path, as far as a script names it: a module's variable, a function's. */
import type { Holder } from '../../protocol/explore.ts';
import { scriptPath } from '../classify/naming/script-name.ts';
import type { HeapView } from './view.ts';

/** The nearest one to the end, which itself is none. @param nodes ordinals, from the root on */
export function holderOf(view: HeapView, nodes: readonly number[]): Holder | undefined {
  for (let at = nodes.length - 2; at >= 0; at--) {
    const holder = holderAt(view, nodes[at]);
    if (holder) return holder;
  }
  return undefined;
}

function holderAt(view: HeapView, node: number): Holder | undefined {
  const { names, heap } = view;
  const module = view.moduleScopes.get(node);
  if (module !== undefined) return { name: names.scopeName(node), script: scriptPath(module) };
  const { nodeType, nodeTypes } = heap.columns;
  const written = nodeTypes[nodeType[node]] === 'closure' ? node : names.runs(node);
  const site = written === undefined ? undefined : names.siteOf(written);
  return site && { name: names.functionName(written!), ...site };
}
