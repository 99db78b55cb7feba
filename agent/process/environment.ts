/** What a process was started with in its environment: values are secrets, and leave this machine's memory nowhere. */
import { readFile } from 'node:fs/promises';
import { ProcessError, unreadable } from './process.ts';

/** Variable and value, in their order. Later changes of `process.env` are not in it. @throws ProcessError */
export async function environmentOf(pid: number): Promise<ReadonlyMap<string, string>> {
  let text: string;
  try {
    text = await readFile(`/proc/${pid}/environ`, 'utf8');
  } catch (cause) {
    throw new ProcessError(await unreadable(pid, cause as NodeJS.ErrnoException), { cause });
  }
  const pairs = text.split('\0').filter((pair) => pair.includes('='));
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}
