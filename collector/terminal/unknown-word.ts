/** A word of a command line that is none, and the one that was meant. */
import { closest, distance } from 'fastest-levenshtein';

/** What yargs knows of the command that was being read: the third argument of its `fail`. */
export interface KnownWords {
  getCommands(): readonly (readonly [command: string, ...rest: unknown[]])[];
  getDescriptions(): Readonly<Record<string, unknown>>;
}

/** `Unknown argument: rws` -> `; did you mean --rows?`; empty for other messages, and where nothing is near. */
export function meantInstead(message: string, known: KnownWords): string {
  const unknown = /^Unknown (?:arguments?|commands?): ([^,]+)/.exec(message)?.[1];
  if (unknown === undefined) return '';
  const commands = known.getCommands().map(([command]) => command.replace(/^\$0 /, '').split(' ', 1)[0]!);
  const options = Object.keys(known.getDescriptions()).filter((name) => name.length > 1);
  const word = unknown.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const command = nearest(word, commands);
  if (command !== undefined) return `; did you mean ${command}?`;
  const option = nearest(word, options);
  return option === undefined ? '' : `; did you mean --${option}?`;
}

/** Within two letters, or a third of a long word. */
function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const near = closest(word, known);
  const wrong = distance(word, near);
  return wrong < word.length && wrong <= Math.max(2, word.length / 3) ? near : undefined;
}
