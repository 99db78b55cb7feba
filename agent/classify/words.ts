/** The kinds that are no class: what V8 keeps that no constructor of the program made. */

/** One kind for all nodes of a V8 type. Types that are not here are named by their nodes' names. */
export const WORD_OF_TYPE: Readonly<Record<string, string>> = {
  closure: 'function',
  string: 'string',
  'concatenated string': 'string',
  'sliced string': 'string',
  number: 'number',
  bigint: 'bigint',
  symbol: 'symbol',
  regexp: 'RegExp',
  'wasm object': 'wasm object',
  code: 'code',
  'object shape': 'hidden class',
  array: 'array (no owner)',
};

export const SHARED_ARRAY = 'array (shared)';
export const CONTEXT = 'context';
export const ARRAY_BUFFER_DATA = 'data of ArrayBuffer';

/** Hidden nodes: a Proxy looks like one, and Node 18 has its hidden classes among them. */
export function hiddenWord(name: string): string {
  if (name === 'system / JSProxy') return 'Proxy';
  return name === 'system / Map' || name.startsWith('system / Map (') ? 'hidden class' : '(system)';
}

/** Memory outside V8's heap. */
export function nativeWord(name: string): string {
  return name === 'system / JSArrayBufferData' ? ARRAY_BUFFER_DATA : `native ${name}`.trimEnd();
}

/** Whether an object's name is V8's for a scope: `system / Context`. */
export function isContextName(name: string): boolean {
  return name.startsWith('system / ') && name.includes('Context');
}

/**
 * The class in an object's name. Node 26 marks some objects of V8's and Node's own and adds what it knows of their realm:
 * `Object (prototype) / `, `process (internal cache) / `, `global (global*)`; before that only `global / `.
 */
export function className(name: string): string {
  return name.replace(/ \((?:prototype|internal cache|global\*?)\)(?: \/ .*)?$|(?<=^global) \/ .*$/s, '');
}

/** RegExp and Proxy are classes as well: their prototypes are objects of that name. */
const WORDS: ReadonlySet<string> = new Set([
  ...Object.values(WORD_OF_TYPE).filter((word) => word !== 'RegExp'),
  SHARED_ARRAY,
  CONTEXT,
  '(system)',
]);

/** Whether a class of that name could be taken for one of the words of this file: `class context {}`. */
export function isWord(text: string): boolean {
  return WORDS.has(text) || /^(properties|elements|table|data) of |^native /.test(text);
}
