/** Names that are in every program: of the language and of Node's own globals, and of their methods. They tell nobody anything. */

/** Two steps from the global object: `Array`, `Array.prototype.map`. Getters are not asked. */
export const PUBLIC_NAMES: ReadonlySet<string> = new Set([...namesOf(globalThis, 2), ...namesOf(process, 1)]);

function* namesOf(object: object, depth: number): Generator<string> {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(object))) {
    yield name;
    if (depth > 0 && value !== object && (typeof value === 'function' || typeof value === 'object') && value !== null) {
      yield* namesOf(value as object, depth - 1);
    }
  }
}
