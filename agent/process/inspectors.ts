/**
 * The open inspectors of this machine's Node processes, to be looked for again and again: nothing is attached to, nothing
 * signalled, and each socket is asked once whether it is an inspector's, so that no service finds us in its log twice.
 */

import { AttachError } from '../base/errors.ts';
import { outsideText, TEXT_LENGTHS } from '../base/outside-text.ts';
import { nodeInspectorUrl } from '../cdp/endpoint.ts';
import { isNodeName } from './executable.ts';
import { listeningRows } from './listening.ts';
import { addressOf } from './open.ts';
import { type LocalProcess, ProcessError, processIds, readProcess } from './process.ts';
import { hostOf, type TcpRow } from './tcp-table.ts';

/** How long a socket has for its answer. */
const ASK_MS = 500;

export interface OpenProcess {
  readonly pid: number;
  /** `127.0.0.1:9229` */
  readonly address: string;
  /** The command line, or the title that the program gave itself. */
  readonly command: readonly string[];
}

/** What a socket turned out to be: the address of an inspector, or null. */
type InspectorUrl = string | null;

export class Inspectors {
  #answers = new Map<number, InspectorUrl>();

  /** The processes with an open inspector now, by pid; this one is left out. @throws ProcessError where there is no /proc */
  async look(signal?: AbortSignal): Promise<OpenProcess[]> {
    const answers = new Map<number, InspectorUrl>();
    const pids = (await processIds()).filter((pid) => pid !== process.pid);
    const found = await Promise.all(pids.map((pid) => this.#inspectorsOf(pid, answers, signal)));
    signal?.throwIfAborted();
    // sockets that were closed are forgotten: their numbers may come again
    this.#answers = answers;
    return found.flat().sort((a, b) => a.pid - b.pid);
  }

  async #inspectorsOf(pid: number, answers: Map<number, InspectorUrl>, signal?: AbortSignal): Promise<OpenProcess[]> {
    try {
      const found = await readProcess(pid);
      if (!found.isNode || !found.sharesNetwork) return [];
      const rows = await listeningRows(pid);
      const all = await Promise.all(rows.map((row) => this.#answerOf(row, answers, signal)));
      return openOf(found, all);
    } catch (error) {
      if (error instanceof ProcessError) return []; // it has ended, or belongs to somebody else
      throw error;
    }
  }

  async #answerOf(row: TcpRow, answers: Map<number, InspectorUrl>, signal?: AbortSignal): Promise<InspectorUrl> {
    const known = this.#answers.get(row.inode);
    const answer = known === undefined ? await ask(row, signal) : known;
    if (answer !== undefined) answers.set(row.inode, answer);
    return answer ?? null;
  }
}

function openOf({ pid, command }: LocalProcess, answers: readonly InspectorUrl[]): OpenProcess[] {
  const address = answers.find((answer) => answer !== null);
  return address === undefined || address === null
    ? []
    : [{ pid, address, command: command.map((word) => outsideText(word, TEXT_LENGTHS.command)) }];
}

/** Undefined where nothing answered in time: then it is asked again. */
async function ask(row: TcpRow, signal?: AbortSignal): Promise<InspectorUrl | undefined> {
  try {
    const options = { timeoutMs: ASK_MS, ...(signal && { signal }) };
    return addressOf(await nodeInspectorUrl(hostOf(row), row.localPort, options));
  } catch (error) {
    if (!(error instanceof AttachError)) throw error;
    return error.cause instanceof DOMException ? undefined : null;
  }
}

/** `api.js` of `/usr/bin/node --inspect api.js`: what a process is called by, also where it gave itself a title. */
export function programOf([first = '', ...rest]: readonly string[]): string {
  const baseOf = (path: string) => path.split('/').at(-1) ?? path;
  if (!isNodeName(baseOf(first))) return baseOf(first.split(' ')[0] ?? first);
  const script = rest.find((word) => !word.startsWith('-'));
  return script === undefined ? baseOf(first) : baseOf(script);
}
