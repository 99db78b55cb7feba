/**
 * The ends of a command: data to stdout, words to stderr, and the person at the terminal, if there is one. The only exit of text
 * (beside the pictures of `tail` and the prompt): here whatever would steer a terminal becomes an escape.
 */
import { setMaxListeners } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { fileError } from '../../agent/base/file-error.ts';
import { oneLine, terminalText } from '../../protocol/printable.ts';
import { Interrupted } from './exit.ts';

export interface Io {
  /** Aborted, with an `Interrupted`, by SIGINT, SIGTERM, SIGHUP and by a reader of stdout that left; with an Error by a full disk. */
  readonly signal: AbortSignal;
  /**
   * Hands SIGINT to `handler` instead of ending the command, until what it returns is called: for a session that goes on
   * after an interruption.
   */
  onInterrupt(handler: () => void): () => void;
  /** Hands SIGHUP to `handler` instead of ending the command, until what it returns is called: for a service that reads its settings anew. */
  onHangup(handler: () => void): () => void;
  /**
   * Does `work` while SIGINT is nobody's: Node breaks off a script that runs on and on (`breakOnSigint`) only if the process
   * has no listener of its own, else it dies.
   */
  leaveInterrupts<T>(work: () => T): Promise<T>;
  /** Writes data and a newline to stdout: lines of text, or JSON. */
  print(text: string): void;
  /** Resolves when all that was printed has been written. @throws Error of one line: disk full; Interrupted */
  printed(): Promise<void>;
  /** Writes one line to stderr. */
  say(text: string): void;
  /** Shows `text` in place on stderr while a long work runs; '' clears it. Nothing where stderr is no terminal. */
  progress(text: string): void;
  /** Asks a yes-or-no question; null where nobody is there to answer. */
  ask(question: string): Promise<boolean | null>;
}

/** The process's own ends. The second SIGINT ends the process at once. */
export function processIo(): Io {
  const interruption = new AbortController();
  const taken = new Map<NodeJS.Signals, () => void>();
  const take = (signal: NodeJS.Signals, handler: () => void) => {
    taken.set(signal, handler);
    return () => void taken.delete(signal);
  };
  const interrupt = (signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') => {
    const handler = taken.get(signal);
    if (handler) {
      handler();
      return;
    }
    if (interruption.signal.aborted) process.exit(new Interrupted(signal).exitCode);
    interruption.abort(new Interrupted(signal));
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', interrupt);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    interruption.abort(error.code === 'EPIPE' ? new Interrupted('EPIPE') : fileError('write', 'output', error));
  });
  // words that nobody can read are lost, but not the data
  process.stderr.on('error', () => {});
  const { signal } = interruption;
  // `ls` asks all processes at once, and each that is asked listens: that is no leak to warn of
  setMaxListeners(0, signal);
  const drawn = new InPlace(process.stderr);
  return {
    signal,
    onInterrupt: (handler) => take('SIGINT', handler),
    onHangup: (handler) => take('SIGHUP', handler),
    leaveInterrupts: async (work) => {
      process.off('SIGINT', interrupt);
      // the signal is given back to the system in the loop's next turn
      await new Promise(setImmediate);
      try {
        return work();
      } finally {
        process.on('SIGINT', interrupt);
      }
    },
    print: (text) => {
      drawn.show('');
      process.stdout.write(`${terminalText(text)}\n`);
    },
    printed: async () => {
      // an error is reported after the callback of the write that met it
      await new Promise((resolve) => process.stdout.write('', () => setImmediate(resolve)));
      signal.throwIfAborted();
    },
    say: (text) => {
      drawn.show('');
      process.stderr.write(`${oneLine(text)}\n`);
    },
    progress: (text) => drawn.show(text),
    ask: (question) => {
      drawn.show('');
      return askPerson(question, signal);
    },
  };
}

/** One line of a terminal that is written over again and again. */
class InPlace {
  readonly #terminal: NodeJS.WriteStream;
  #shown = '';

  constructor(terminal: NodeJS.WriteStream) {
    this.#terminal = terminal;
  }

  show(text: string): void {
    if (!this.#terminal.isTTY || text === this.#shown) return;
    const width = this.#terminal.columns ?? 80;
    this.#terminal.write(`\r\x1b[K${oneLine(text).slice(0, width - 1)}`);
    this.#shown = text;
  }
}

async function askPerson(question: string, signal: AbortSignal): Promise<boolean | null> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
  const dialog = createInterface({ input: process.stdin, output: process.stderr });
  // the dialog takes Ctrl-C for itself: hand it on
  dialog.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  try {
    return /^\s*y(es)?\s*$/i.test(await dialog.question(`${oneLine(question)} [y/N] `, { signal }));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Error && error.name === 'AbortError')) throw error;
    // Ctrl-D: no answer is a no, and leaves the line unfinished
    process.stderr.write('\n');
    return false;
  } finally {
    dialog.close();
  }
}
