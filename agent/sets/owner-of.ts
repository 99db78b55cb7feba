/**
 * Who owns what leaks: the people whose class it is, else those whose code holds it, the nearest first; else a package. Node itself
 * is nobody who could be told.
 */

import { NOT_IN_SET } from '../classify/naming/classifier.ts';
import { scriptPath } from '../classify/naming/script-name.ts';
import { owner as byOwner, NO_OWNER } from '../classify/owner.ts';
import { areOwnersWanted, ownersInUse } from '../owners/in-use.ts';
import type { HeapSet } from './heap-set.ts';
import type { Path } from './paths.ts';

/** Undefined where nobody asks, and where nobody is named. */
export function ownerOf(objects: HeapSet, paths: readonly Path[]): string | undefined {
  if (!areOwnersWanted()) return undefined;
  const candidates = [...ofClasses(objects), ...paths.flatMap((path) => ofHolders(objects, path))];
  return candidates.find(isPerson) ?? candidates.find(isPackage);
}

function isPackage(owner: string): boolean {
  return owner.startsWith('npm:');
}

function isPerson(owner: string): boolean {
  return !isPackage(owner) && !/^(?:node|ext):/.test(owner) && owner !== NO_OWNER;
}

/** Owners of the objects themselves, of most of them first. */
function ofClasses({ view, nodes }: HeapSet): string[] {
  const { kindOf, kinds } = view.classified(byOwner);
  const counts = new Map<number, number>();
  for (const node of nodes) {
    const kind = kindOf[node]!;
    if (kind !== NOT_IN_SET) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([kind]) => kinds[kind]!);
}

/** Owners along a path from its end on: of classes, functions, variables of modules. */
function ofHolders({ view }: HeapSet, { nodes, edges }: Path): string[] {
  const { kindOf, kinds } = view.classified(byOwner);
  const { variableFiles } = view.heap.columns;
  return nodes
    .map((node, at) => {
      const url = variableFiles?.get(edges[at]!) ?? view.moduleScopes.get(node);
      if (url !== undefined) return ownersInUse().of(scriptPath(url), scriptPath(view.moduleScopes.get(node) ?? url));
      return kindOf[node] === NOT_IN_SET ? undefined : kinds[kindOf[node]!];
    })
    .filter((found) => found !== undefined)
    .reverse();
}
