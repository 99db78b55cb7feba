/**
 * Kinds that say nothing of the program: what every program has, and what belongs to an object of another kind. When they grow,
 * something else holds them.
 */

const GENERIC: ReadonlySet<string> = new Set([
  ...['Object', 'Array', 'Map', 'Set', 'WeakMap', 'WeakSet', 'WeakRef', 'Date', 'RegExp', 'Promise', 'Error', 'Proxy'],
  ...['ArrayBuffer', 'SharedArrayBuffer', 'DataView', 'TypedArray', 'Buffer', 'FastBuffer', 'Int8Array', 'Uint8Array'],
  ...['Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float32Array', 'Float64Array'],
  ...['BigInt64Array', 'BigUint64Array', 'Generator', 'AsyncGenerator', 'Arguments', 'Boolean', 'Number', 'String'],
  ...['function', 'string', 'number', 'bigint', 'symbol', 'object', 'context', 'code', 'hidden class', 'wasm object'],
  ...['elements', 'properties', 'table'],
]);

/** Stores of an object, V8's own kinds, rows without a name: `elements of Session`, `(not seen by census)`, `MAP_TYPE`. */
const BELONGING = /^(?:elements|properties|table|data) of |^array \(|^native |^\(|_TYPE$/;

/** Whether a kind, as a probe names it, tells of no class of the program. */
export function isGeneric(kind: string): boolean {
  return GENERIC.has(kind) || BELONGING.test(kind);
}

/** What a generic kind's retained size is divided by: it explains growth only where no class of the program does. */
const GENERIC_DISCOUNT = 4;

/** How much speaks for a kind as the cause of growth. @param retainedBytes that die with its objects */
export function causeWeight(kind: string, retainedBytes: number): number {
  return isGeneric(kind) ? retainedBytes / GENERIC_DISCOUNT : retainedBytes;
}
