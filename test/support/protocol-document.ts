/** protocol/PROTOCOL.md, with protocol/METHODS.md behind it, taken apart: sections, the code in them, and the types they declare. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './project.ts';

export interface Section {
  /** ``` `hello` ```, without the number signs. */
  readonly heading: string;
  readonly text: string;
}

export const document: string = ['PROTOCOL.md', 'METHODS.md']
  .map((name) => readFileSync(join(projectRoot, 'protocol', name), 'utf8'))
  .join('\n');

/** The parts of the documents under its headings of any level. */
export function sections(): Section[] {
  return document
    .split(/^#+ /m)
    .slice(1)
    .map((part) => ({ heading: part.slice(0, part.indexOf('\n')), text: part }));
}

/** The fenced blocks of `language` in `text`. */
export function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => match[1]!);
}

/** The cells of each row of the table in `text`, without its head. */
export function tableRows(text: string): string[][] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/**
 * The types that the document declares, by name, each written out in full on one line: what an interface extends behind
 * its own fields, and every name replaced by what it stands for.
 */
export function declaredTypes(): Map<string, string> {
  const types = new Map<string, string>();
  const code = blocks(document, 'typescript')
    .join('\n')
    .replace(/\/\/.*$/gm, '');
  // a declaration comes after those that it names
  for (const { groups = {} } of code.matchAll(DECLARATION)) {
    const { shape, base, fields, alias, meaning } = groups;
    if (alias !== undefined) types.set(alias, writtenOut(oneLine(meaning!).replace(/^\| /, ''), types));
    else types.set(shape!, writtenOut(oneLine(`{ ${fields} ${base ? fieldsOf(types.get(base)!) : ''} }`), types));
  }
  return types;
}

const DECLARATION =
  /^interface (?<shape>\w+)(?: extends (?<base>\w+))? \{(?<fields>[\s\S]*?)\}$|^type (?<alias>\w+) =(?<meaning>[^;]*);/gm;

function fieldsOf(type: string): string {
  return type.slice('{ '.length, -' }'.length);
}

function writtenOut(text: string, types: ReadonlyMap<string, string>): string {
  return text.replace(/(?<!['\w])([A-Z]\w*)(\[\])?/g, (whole, name: string, array = '') => {
    const type = types.get(name);
    if (type === undefined) return whole;
    return array && type.startsWith("'") ? `(${type})[]` : `${type}${array}`;
  });
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/; \}/g, ' }').replace(/^ | $/g, '');
}
