/** What a person at the prompt sees of an error: one line. */
import { isNativeError } from 'node:util/types';
import { CLASSIFIERS } from '../../agent/classify/classifiers.ts';
import { ALL_WORDS, suggestion } from './words.ts';

/** What people type who are used to other prompts. */
const COMMANDS: ReadonlyMap<string, string> = new Map([
  ...['exit', 'quit', 'q', 'bye'].map((word): [string, string] => [word, '.exit']),
  ...['help', 'man'].map((word): [string, string] => [word, '.help']),
  ['h', 'h = hp.heap() first'],
]);

const RELATIONS = CLASSIFIERS.map(({ by }) => by);

/** Python's slices, which JavaScript does not have. */
const SLICE = /\[\s*(-?\d*)\s*:\s*(-?\d*)\s*\]/;

/**
 * @param names what can be written at the prompt
 * @param code what was typed
 */
export function errorLine(error: unknown, names: readonly string[], code = ''): string {
  // the prompt's variables are of another realm, and so are its errors
  if (!isNativeError(error)) return `threw ${String(error)}`;
  if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED') return 'interrupted';
  const [message = ''] = error.message.split('\n');
  const unknownName = /^([\w$]+) is not defined$/.exec(message)?.[1];
  const unknownProperty = /^Cannot get "([\w$]+)"/.exec(message)?.[1];
  if (unknownName !== undefined) {
    const command = COMMANDS.get(unknownName);
    return `${error.name}: ${message}${command === undefined ? suggestion(unknownName, names) : `, write ${command}`}`;
  }
  if (unknownProperty !== undefined) return `${message}${suggestion(unknownProperty, ALL_WORDS)}`;
  const unknownRelation = /^Cannot classify by "([^"]+)"/.exec(message)?.[1];
  if (unknownRelation !== undefined) return `${message}${suggestion(unknownRelation, RELATIONS)}`;
  const slice = error.name === 'SyntaxError' ? SLICE.exec(code) : null;
  if (slice) return `SyntaxError: ${slice[0]} is no JavaScript: write .slice(${sliceArguments(slice)})`;
  // ours say what was tried; of JavaScript's own the name says more than the text
  return /^(Cannot|Detached) .*: |^interrupted$/.test(message) ? message : `${error.name}: ${message}`;
}

function sliceArguments([, start = '', end = '']: readonly string[]): string {
  return end === '' ? start : `${start || '0'}, ${end}`;
}
