/**
 * README.md and the pages of docs/ taken apart: fenced blocks, and the commands in them.
 *
 *     ```console
 *     $ heapwatch heap 9229 --rows 1     a command
 *     Partition of a set of 7 objects    what it prints
 *     …                                  any lines
 *     ^C                                 it is interrupted when it has printed what is above
 *     >>> h = hp.heap()                  a line of its standard input, at a prompt
 *     ```
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../support/project.ts';

export interface Block {
  /** `console`, `sh`, `js`, `yaml`, …; empty where the fence names none. */
  readonly language: string;
  readonly text: string;
  /** Of its first line, 1-based. */
  readonly line: number;
}

export interface Document {
  /** Relative to the project: `docs/costs.md`. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

export interface Step {
  readonly command: string;
  /** Lines that are typed at its prompt. */
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly isInterrupted: boolean;
}

/** README.md first, then docs/ by name. */
export function documents(): Document[] {
  const pages = readdirSync(join(projectRoot, 'docs')).filter((name) => name.endsWith('.md'));
  return ['README.md', ...pages.sort().map((name) => `docs/${name}`)].map(readDocument);
}

export function readDocument(path: string): Document {
  const text = readFileSync(join(projectRoot, path), 'utf8');
  return { path, text, blocks: blocksOf(text) };
}

function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1]!,
    text: match[2]!,
    line: text.slice(0, match.index).split('\n').length + 1,
  }));
}

/** The text without its fenced blocks. */
export function proseOf(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '');
}

/** The commands of a block `console`, each with what it prints. @throws where the block does not begin with a command */
export function stepsOf({ text }: Block): Step[] {
  const [before, ...parts] = text.split(/^\$ /m);
  if (before !== '') throw new Error(`Cannot read a console block: expected "$ " first, got "${before}"`);
  return parts.map((part) => {
    const [command = '', ...lines] = part.replace(/\n$/, '').split('\n');
    const isInterrupted = lines.at(-1) === '^C';
    return {
      command,
      input: lines.filter((line) => line.startsWith('>>> ')).map((line) => line.slice('>>> '.length)),
      output: lines.filter((line) => !line.startsWith('>>> ') && line !== '^C'),
      isInterrupted,
    };
  });
}

/** The commands of a block `sh`, one a line, without comments. */
export function commandsOf({ text }: Block): string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/\s+#\s.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
