/** The kinds that are no class: what V8 keeps that no constructor of the program made. */

import { outsideText, TEXT_LENGTHS } from '../../base/outside-text.ts';

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
/** V8's name of it: memory from malloc, which gives addresses again, and V8 with them its ids. */
export const ARRAY_BUFFER_MEMORY = 'system / JSArrayBufferData';

export const SYSTEM = '(system)';

/** Hidden nodes: a Proxy looks like one, and Node 18 has its hidden classes among them. */
export function hiddenWord(name: string): string {
  if (name === 'system / JSProxy') return 'Proxy';
  return name === 'system / Map' || name.startsWith('system / Map (') ? 'hidden class' : SYSTEM;
}

/** What V8 hides and nobody has made, by V8's word for it: `(system) NativeContext`. */
export function systemWord(name: string): string {
  const word = /^system \/ ([A-Za-z0-9]+)/.exec(name)?.[1];
  return word === undefined ? SYSTEM : `${SYSTEM} ${word}`;
}

/** V8 15 shows these as native, too. */
const ODDBALLS: ReadonlySet<string> = new Set(['undefined', 'null', 'true', 'false', 'the_hole', 'optimized_out']);

/** Whether V8 names one of its few values so that everything refers to. */
export function isOddballName(name: string): boolean {
  return ODDBALLS.has(name) || name === 'system / Oddball';
}

/** An element of a page by its name alone, whatever its attributes: `<div>` of `<div id="a">`. */
export function elementName(name: string): string {
  return name.replace(/^((?:Detached )?<[^\s>]+)[\s>].*$/s, '$1>');
}

/** Memory outside V8's heap; from V8 15 on V8's own nodes, too, which were hidden before. */
export function nativeWord(name: string): string {
  if (name === ARRAY_BUFFER_MEMORY) return ARRAY_BUFFER_DATA;
  if (name.startsWith('system / ') || ODDBALLS.has(name)) return hiddenWord(name);
  return `native ${outsideText(elementName(name), TEXT_LENGTHS.name)}`.trimEnd();
}

/** Whether an object's name is V8's for a scope: `system / Context`, from V8 15 on `system / Context / scope @4711`. */
export function isContextName(name: string): boolean {
  return name.startsWith('system / ') && name.includes('Context');
}

/**
 * The class in an object's name. Node 26 marks some objects of V8's and Node's own and adds what it knows of their realm:
 * `Object (prototype) / `, `process (internal cache) / `, `global (global*)`; before that only `global / `. V8 15 marks
 * global objects otherwise: `Window [JSGlobalObject] / https://example.org`.
 */
export function className(name: string): string {
  const text = name.replace(
    / \((?:prototype|internal cache|global\*?)\)(?: \/ .*)?$| \[JSGlobal(?:Object|Proxy)\](?: \/ .*)?$|(?<=^global) \/ .*$/s,
    '',
  );
  return outsideText(text, TEXT_LENGTHS.name);
}

/** RegExp and Proxy are classes as well: their prototypes are objects of that name. */
const WORDS: ReadonlySet<string> = new Set([
  ...Object.values(WORD_OF_TYPE).filter((word) => word !== 'RegExp'),
  SHARED_ARRAY,
  CONTEXT,
  SYSTEM,
]);

/** Whether a class of that name could be taken for one of the words of this file: `class context {}`. */
export function isWord(text: string): boolean {
  return WORDS.has(text) || /^(properties|elements|table|data) of |^native /.test(text);
}
