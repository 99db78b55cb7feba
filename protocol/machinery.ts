/**
 * Kinds that are V8's own work, whatever program it runs: it compiles on as long as it learns, and each call of an inspector
 * adds to it, ours too. Nobody's leak by themselves: what a program leaks grows as objects, strings, functions or contexts too.
 */
const MACHINERY: ReadonlySet<string> = new Set([
  'code',
  'hidden class',
  'array (no owner)',
  'array (shared)',
  '(system)',
]);

/** Whether a kind is V8's own work: a rule on all kinds does not mean it, and what grows is shown before it. */
export function isMachinery(kind: string): boolean {
  return MACHINERY.has(kind);
}
