/** One call of a tool: a command whose output is kept, and whose questions go to the person through the host of the assistant. */

import { setTimeout as wait } from 'node:timers/promises';
import { Either } from '../../agent/base/either.ts';
import { exitCodeOf, lineOf } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';

/** Runs a command line. @throws what the command throws */
export type RunCommand = (line: readonly string[], io: Io) => Promise<void>;

/** Yes, no, or null where nobody can be asked. */
export type Ask = (question: string) => Promise<boolean | null>;

export interface ToolResult {
  readonly text: string;
  readonly failed: boolean;
  readonly asked: readonly string[];
}

/** Output that an answer may have: a command that prints for ever is ended. */
const MOST_CHARACTERS = 2 ** 22;
/** Lines beside it: prices, what could not be read. */
const MOST_LINES = 100;

/** @param seconds after which a command that follows something is interrupted */
export async function runTool(
  line: readonly string[],
  run: RunCommand,
  { ask, signal, seconds }: { readonly ask: Ask; readonly signal: AbortSignal; readonly seconds?: number },
): Promise<ToolResult> {
  const output: string[] = [];
  const said: string[] = [];
  const asked: string[] = [];
  let length = 0;
  const ending = new AbortController();
  const over = seconds === undefined ? undefined : wait(seconds * 1_000, undefined, { signal: ending.signal });
  const time = new AbortController();
  using either = new Either([signal, time.signal]);
  over?.then(
    () => time.abort(new Over()),
    () => {}, // the command was done before
  );
  const io: Io = {
    signal: either.signal,
    onInterrupt: () => () => {},
    onHangup: () => () => {},
    leaveInterrupts: async (work) => work(),
    print: (text) => {
      length += text.length;
      if (length > MOST_CHARACTERS) time.abort(new Over());
      else output.push(text);
    },
    printed: async () => {},
    say: (text) => {
      if (said.length < MOST_LINES) said.push(text);
    },
    progress: () => {},
    ask: async (question) => {
      asked.push(question);
      return await ask([...said.slice(-2), question].join('\n'));
    },
  };
  try {
    await run(line, io);
    return { text: text(output, said), failed: false, asked };
  } catch (error) {
    const isOver = error instanceof Over || (time.signal.aborted && time.signal.reason instanceof Over);
    if (isOver) return { text: text(output, said), failed: false, asked };
    signal.throwIfAborted();
    // of leaks and the like, that something was found is no failure
    if (exitCodeOf(error) === JUDGED) return { text: text(output, said), failed: false, asked };
    return { text: text([...output, lineOf(error) ?? ''], said), failed: true, asked };
  } finally {
    ending.abort();
  }
}

const JUDGED = 6;

class Over extends Error {}

/** What was printed, and below it what was said beside: prices, what could not be read. */
function text(output: readonly string[], said: readonly string[]): string {
  return [...output, ...said.map((line) => `(${line})`)].join('\n');
}
