/**
 * The flags that a Node process was started with, as far as /proc shows them: NODE_OPTIONS first, then its command line, of
 * which the last counts. A program that gives itself a title writes it over its command line, and the flags are gone.
 */
import { readFile } from 'node:fs/promises';

export interface NodeFlags {
  readonly words: readonly string[];
  /** False: the command line has been written over, so there may have been others. */
  readonly whole: boolean;
}

/** Characters of NODE_OPTIONS that are looked at. */
const MAX_OPTIONS = 8_192;

/** @param commandLine bytes of /proc/PID/cmdline @param exe what /proc/PID/exe leads to */
export async function nodeFlags(pid: number, commandLine: string, exe: string): Promise<NodeFlags> {
  const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => ''); // belongs to its user only
  const options = /(?:^|\0)NODE_OPTIONS=([^\0]*)/.exec(environment)?.[1]?.slice(0, MAX_OPTIONS) ?? '';
  const isTitle = hasTitle(commandLine, exe);
  const own = isTitle ? [] : beforeScript(commandWords(commandLine).slice(1));
  return { words: [...optionWords(options), ...own], whole: !isTitle };
}

/** What is behind the program's script is the program's. */
function beforeScript(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => word === '--' || (!word.startsWith('-') && /\.[cm]?[jt]sx?$/.test(word)));
  // `--import ./hook.mjs` names a script too, and is followed by flags
  return at < 0 || isValue(words[at - 1]) ? words : words.slice(0, at);
}

function isValue(flag: string | undefined): boolean {
  return flag !== undefined && /^(?:-r|--require|--import|--loader|--experimental-loader)$/.test(flag);
}

export function commandWords(commandLine: string): string[] {
  let end = commandLine.length;
  while (end > 0 && commandLine[end - 1] === '\0') end--;
  return commandLine.slice(0, end).split('\0');
}

/**
 * libuv fills what a title leaves of the command line's room with zeros. A title that fills it all is one word, which is
 * not the program's name.
 */
function hasTitle(commandLine: string, exe: string): boolean {
  if (commandLine.endsWith('\0\0')) return true;
  const words = commandWords(commandLine);
  return words.length === 1 && baseOf(words[0] as string) !== baseOf(exe) && !/^node/.test(baseOf(words[0] as string));
}

/** NODE_OPTIONS in words: a space parts them, except between double quotes, where a backslash takes the next character as it is. */
export function optionWords(text: string): string[] {
  const words = text.match(/(?:"(?:\\.|[^"\\])*"|[^\s"])+/g) ?? [];
  return words.map((word) => word.replace(/"((?:\\.|[^"\\])*)"/g, (_, inner: string) => inner.replace(/\\(.)/g, '$1')));
}

/** The last value of a flag that takes one, `--NAME=value` or `--NAME value`. */
export function flagValue(words: readonly string[], name: string): string | undefined {
  let value: string | undefined;
  for (const [at, word] of words.entries()) {
    const plain = word.replaceAll('_', '-');
    if (plain === name) value = words[at + 1];
    else if (plain.startsWith(`${name}=`)) value = word.slice(name.length + 1);
  }
  return value;
}

/** What a flag makes of SIGUSR1, other than to open the inspector: the flag; undefined where none is. */
export function sigusr1Flag({ words }: NodeFlags): string | undefined {
  return ['--heapsnapshot-signal', '--report-signal'].find((name) => flagValue(words, name) === 'SIGUSR1');
}

export interface InspectAddress {
  readonly host: string;
  /** 0 for any. */
  readonly port: number;
}

/**
 * Where the inspector of a process would listen if a signal opened it; a program can change it later by `process.debugPort`,
 * which is not seen from outside.
 */
export function inspectAddressIn(words: readonly string[]): InspectAddress {
  let address: InspectAddress = { host: '127.0.0.1', port: 9229 };
  for (const [at, word] of words.entries()) {
    const flag = /^--(?:inspect(?:-brk|-wait|-port)?|debug-port)(?:=(.*))?$/.exec(word);
    if (!flag) continue;
    const value = flag[1] ?? (/-port$/.test(word) ? (words[at + 1] ?? '') : '');
    address = { ...address, ...partsOf(value) };
  }
  return address;
}

/** Of `9229`, `host:9229`, `[::1]:9229`, `host`; nothing of an empty one. */
function partsOf(value: string): Partial<InspectAddress> {
  const [, bracketed, name, digits] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(value) ?? [];
  if (bracketed !== undefined || digits !== undefined) {
    return { host: bracketed ?? (name as string), ...(digits !== undefined && { port: Number(digits) }) };
  }
  if (name === undefined || name === '') return {};
  return /^\d+$/.test(name) ? { port: Number(name) } : { host: name };
}

function baseOf(path: string): string {
  return path.split('/').at(-1) ?? path;
}
