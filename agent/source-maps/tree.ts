/** A walk over the tree of a script that does not recurse: minified code nests as deep as it likes. */
import type {
  AnonymousClassDeclaration,
  AnonymousFunctionDeclaration,
  AnyNode,
  ArrowFunctionExpression,
  ClassDeclaration,
  ClassExpression,
  FunctionDeclaration,
  FunctionExpression,
} from 'acorn';

export type FunctionNode =
  | FunctionDeclaration
  | AnonymousFunctionDeclaration
  | FunctionExpression
  | ArrowFunctionExpression;
export type ClassNode = ClassDeclaration | AnonymousClassDeclaration | ClassExpression;

/** Calls `visit` on each node, parents first; `parents` holds those around it, the outermost first, and is used again. */
export function visitTree(root: AnyNode, visit: (node: AnyNode, parents: readonly AnyNode[]) => void): void {
  const parents: AnyNode[] = [];
  const pending: AnyNode[] = [root];
  const depths: number[] = [0];
  for (let node = pending.pop(); node; node = pending.pop()) {
    const depth = depths.pop()!;
    parents.length = depth;
    visit(node, parents);
    parents.push(node);
    for (const value of Object.values(node)) {
      if (typeof value !== 'object' || value === null) continue;
      for (const child of Array.isArray(value) ? value : [value]) {
        if (!isNode(child)) continue;
        pending.push(child);
        depths.push(depth + 1);
      }
    }
  }
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as AnyNode).type === 'string';
}
