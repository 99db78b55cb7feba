/**
 * Variables that V8 keeps in contexts: which scope of the text a context is of, and where its variables are written.
 *
 *     context { e, t }  ──>  the nearest scope around the function that declares both e and t, and whose
 *                            variables some function inside it uses (the others V8 keeps on the stack)
 */
import type { AnyNode, Program } from 'acorn';
import type { Scope, ScopeManager } from 'eslint-scope';
import { scopes as library } from './libraries.ts';
import { isIdentifier } from './text-lines.ts';
import { visitTree } from './tree.ts';

/** Offsets of the places where a variable is declared, then of those where it is used. */
export interface Variable {
  readonly at: readonly number[];
}

const MANAGERS = new WeakMap<Program, ScopeManager>();

export function variablesOf(
  program: Program,
  inner: AnyNode,
  scopes: readonly ReadonlySet<string>[],
): ReadonlyMap<string, Variable>[] {
  const found: ReadonlyMap<string, Variable>[] = [];
  let scope = scopeAround(managerOf(program), inner);
  for (const names of scopes) {
    while (scope !== null && !isOf(scope, names)) scope = scope.upper;
    if (scope === null) break;
    found.push(variablesIn(scope, names));
    scope = scope.upper;
  }
  return found;
}

/** Worked out when the first context is asked for. */
function managerOf(program: Program): ScopeManager {
  const known = MANAGERS.get(program);
  if (known) return known;
  // the library wants places twice over, which only few trees need
  visitTree(program, (node) => {
    node.range = [node.start, node.end];
  });
  const { analyze } = library();
  const manager = analyze(program as Parameters<typeof analyze>[0], {
    ecmaVersion: 2024,
    sourceType: program.sourceType,
    ignoreEval: true,
    nodejsScope: program.sourceType === 'script',
  });
  MANAGERS.set(program, manager);
  return manager;
}

/** The scope that a function or class is written in. */
function scopeAround(manager: ScopeManager, inner: AnyNode): Scope | null {
  const node = inner as Parameters<ScopeManager['acquire']>[0];
  // a function that has its own name around it has two scopes, and the outer one is where it is seen from
  return (manager.acquire(node) ?? null)?.upper ?? null;
}

function isOf(scope: Scope, names: ReadonlySet<string>): boolean {
  const ordinary = [...names].filter((name) => isIdentifier(name) && !SPECIAL.has(name));
  const variables = ordinary.filter((name) => !name.startsWith('#'));
  if (variables.length < ordinary.length && scope.type !== 'class') return false;
  if (!variables.every((name) => scope.set.has(name))) return false;
  return ordinary.length > 0 && (scope.type === 'class' || variables.some((name) => isCaptured(scope, name)));
}

/** What V8 keeps beside variables. */
const SPECIAL: ReadonlySet<string> = new Set(['this', 'arguments']);

function isCaptured(scope: Scope, name: string): boolean {
  return scope.set.get(name)!.references.some(({ from }) => from.variableScope !== scope.variableScope);
}

function variablesIn(scope: Scope, names: ReadonlySet<string>): Map<string, Variable> {
  const found = new Map<string, Variable>();
  for (const name of names) {
    const variable = scope.set.get(name);
    if (variable === undefined) continue;
    const identifiers = [...variable.identifiers, ...variable.references.map(({ identifier }) => identifier)];
    found.set(name, { at: identifiers.map((identifier) => (identifier as unknown as { start: number }).start) });
  }
  return found;
}
