/**
 * The prompt: Node's own, with three things changed. What a line gives is waited for before it is printed, and before the
 * next line is read; errors are one line; an interruption ends what runs and not the session.
 *
 *     line ──> evaluate ──> a promise? wait ──> print, or one line of error ──> next line
 *                 └───────────┴── Ctrl-C: given up
 */
import type { EventEmitter } from 'node:events';
import { type REPLEval, type REPLServer, Recoverable, start } from 'node:repl';
import { type Context, createContext, runInContext } from 'node:vm';
import { oneLine, terminalText } from '../../protocol/printable.ts';
import { offers } from './completer.ts';
import { errorLine } from './error-line.ts';
import { HELP } from './help.ts';
import { keepHistory } from './history.ts';
import { LineFeed } from './line-feed.ts';
import { isPending } from './pending.ts';
import { Interruption, RunningLine } from './running-line.ts';
import { failureOf, ScriptError } from './script-failure.ts';
import type { Terminal } from './session-face.ts';
import { shownText } from './shown-value.ts';
import { javaScriptOf } from './typed-line.ts';

export interface ReplOptions {
  readonly input: NodeJS.ReadStream;
  readonly output: NodeJS.WriteStream;
  /** Names of the session, made anew when the prompt is cleared. */
  readonly names: (terminal: () => Terminal) => PropertyDescriptorMap;
  /** Commands beside Node's. What they give is printed. */
  readonly commands: Readonly<Record<string, { help: string; action: (text: string) => unknown }>>;
  /** Takes what tells the person of something that happens by itself, while a line is typed. */
  readonly onAside: (tell: (text: string) => void) => void;
  readonly banner: string;
  readonly say: (text: string) => void;
  readonly progress: (text: string) => void;
  /** As Io's. */
  readonly onInterrupt: (handler: () => void) => () => void;
  /** As Io's. */
  readonly leaveInterrupts: <T>(work: () => T) => Promise<T>;
  /** Ends the session. */
  readonly signal: AbortSignal;
}

/**
 * Reads lines until they end or the person leaves. Where standard input is no terminal it is a script: nothing is asked, no
 * prompt is shown, and its first error ends it.
 * @throws what a script's line threw
 */
export async function runRepl(options: ReplOptions): Promise<void> {
  const isInteractive = Boolean(options.input.isTTY && options.output.isTTY);
  const feed = isInteractive ? null : new LineFeed(options.input);
  const prompt = new Prompt(options, feed);
  await prompt.run();
}

class Prompt {
  readonly #options: ReplOptions;
  readonly #feed: LineFeed | null;
  readonly #server: REPLServer;
  readonly #evaluate: REPLEval;
  /** Null while the next line is read. */
  #line: RunningLine | null = null;
  /** Node's own answer to Ctrl-C. */
  #onCtrlC: () => void = () => {};
  readonly #textOf: (value: unknown) => string;
  /** What was typed so far goes on in the next line. */
  #isIncomplete = false;
  #failure: unknown;

  constructor(options: ReplOptions, feed: LineFeed | null) {
    this.#options = options;
    this.#feed = feed;
    const { output } = options;
    if (!feed) output.write(terminalText(options.banner));
    const isColoured = !feed && process.env.NO_COLOR === undefined && output.hasColors();
    this.#textOf = (value) => shownText(value, isColoured);
    const settings = {
      input: feed ? feed.input : options.input,
      output,
      terminal: !feed,
      prompt: feed ? '' : '>>> ',
      useColors: isColoured,
      // sets stand behind proxies, which Node's own writer would show
      writer: (value: unknown) => this.#written(value),
      ignoreUndefined: true,
      // it would evaluate what is being typed, and sets are worked out when they are looked at
      preview: false,
      breakEvalOnSigint: true,
      handleError: (error: unknown) => {
        this.#caught(error);
        return 'ignore';
      },
    };
    this.#server = start(settings);
    this.#evaluate = this.#server.eval;
    this.#prepare();
  }

  async run(): Promise<void> {
    const { signal, onInterrupt, say } = this.#options;
    const server = this.#server;
    let leave: () => void = () => {};
    const left = new Promise<void>((resolve) => {
      leave = resolve;
      server.once('exit', resolve);
    });
    const close = () => {
      this.#interrupt();
      server.close();
      // a prompt that waits for something says nothing of its end
      leave();
    };
    signal.addEventListener('abort', close);
    if (signal.aborted) close();
    const onRejection = (error: unknown) => say(errorLine(error, this.#names()));
    process.on('unhandledRejection', onRejection);
    this.#options.onAside((text) => this.#tellAside(text));
    const release = this.#feed ? () => {} : onInterrupt(() => this.#interrupt());
    try {
      // it can be interrupted before a line is typed
      if (this.#feed) await Promise.race([this.#feed.next(), left]);
      else {
        const problem = await keepHistory(server);
        if (problem !== null) say(problem);
      }
      await left;
    } finally {
      release();
      process.off('unhandledRejection', onRejection);
      signal.removeEventListener('abort', close);
    }
    signal.throwIfAborted();
    if (this.#isIncomplete)
      this.#failure ??= new ScriptError('SyntaxError: the script ends in the middle of a statement');
    if (this.#failure !== undefined) throw this.#failure;
  }

  #prepare(): void {
    const server = this.#server;
    const evaluate: REPLEval = (code, context, file, done) => void this.#work(code, context, file, done);
    Object.defineProperty(server, 'eval', { value: evaluate });
    this.#define(server.context);
    server.on('reset', (context) => this.#define(context));
    this.#takeErrors();
    this.#addCommands();
    this.#addCompletion();
    [this.#onCtrlC] = server.listeners('SIGINT') as (() => void)[];
    server.removeAllListeners('SIGINT');
    server.on('SIGINT', () => (this.#line ? this.#interrupt() : this.#onCtrlC()));
    if (!this.#feed) return;
    // shown after each line, or piece of a line, has been worked off
    server.displayPrompt = () => {
      if (this.#failure === undefined) void this.#feed?.next();
    };
  }

  #define(context: Context): void {
    Object.defineProperties(
      context,
      this.#options.names(() => this.#terminal()),
    );
  }

  #addCommands(): void {
    const commands: ReplOptions['commands'] = {
      ...this.#options.commands,
      help: { help: 'The words of a session', action: () => HELP },
    };
    const print = (text: unknown) => this.#write(`${String(text)}\n`);
    const server = this.#server;
    for (const [name, { help, action }] of Object.entries(commands)) {
      server.defineCommand(name, {
        help,
        action: (text: string) => {
          try {
            print(action(text));
          } catch (error) {
            this.#tell(error);
          }
          server.displayPrompt();
        },
      });
    }
  }

  #addCompletion(): void {
    const server = this.#server;
    const standard = server.completer;
    Object.defineProperty(server, 'completer', {
      value: (line: string, done: (error: Error | null, result?: [string[], string]) => void) => {
        const own = offers(line, (name) => (server.context as Record<string, unknown>)[name]);
        if (own) done(null, own);
        else (standard as (line: string, callback: typeof done) => void).call(server, line, done);
      },
    });
  }

  /**
   * Node tells what a line throws, and what its timers throw later, to `handleError` (26) or to a domain (before), whose own
   * listener would print it with its stack.
   */
  #takeErrors(): void {
    const { _domain: domain } = this.#server as unknown as { _domain?: EventEmitter };
    domain?.removeAllListeners('error').on('error', (error: unknown) => this.#caught(error));
  }

  #caught(error: unknown): void {
    if (!this.#line?.takesError(error)) this.#tell(error);
  }

  async #work(
    code: string,
    context: Context,
    file: string,
    done: (error: Error | null, result?: unknown) => void,
  ): Promise<void> {
    const line = new RunningLine(this.#feed ? null : this.#server);
    this.#line = line;
    try {
      const value = await line.until(this.#value(line, javaScriptOf(code), context, file));
      if (value !== undefined) line.shown = { value, text: await this.#interruptibly(() => this.#textOf(value)) };
      this.#isIncomplete = false;
      done(null, value);
    } catch (error) {
      this.#isIncomplete = error instanceof Recoverable;
      if (error instanceof Recoverable) done(error);
      else {
        this.#tell(error, code);
        done(null);
      }
    } finally {
      this.#line = null;
      line.end();
    }
  }

  /** What the line gives; variables that were given something still to come are given it when it has come. */
  async #value(line: RunningLine, code: string, context: Context, file: string): Promise<unknown> {
    const given = await line.evaluation<{ value: unknown }>((resolve, reject) => {
      const done = (error: Error | null, value: unknown) => {
        if (error) reject(error);
        // in a wrapper: a promise would be waited for here, and not taken apart from what it gives
        else resolve({ value });
      };
      const evaluate = () => this.#evaluate.call(this.#server, code, context, file, done);
      this.#options.leaveInterrupts(evaluate).then(() => line.evaluated(), reject);
    });
    const value = await given.value;
    await settle(context);
    return value;
  }

  #written(value: unknown): string {
    const shown = this.#line?.shown;
    return shown && shown.value === value ? shown.text : this.#textOf(value);
  }

  /** Does what takes this thread for long so that Ctrl-C ends it. @throws an error of code ERR_SCRIPT_EXECUTION_INTERRUPTED */
  #interruptibly<T>(work: () => T): Promise<T> {
    return this.#options.leaveInterrupts(() => {
      // only a script is ended by a signal, so one calls it
      return runInContext('work()', createContext({ work }), { breakOnSigint: true }) as T;
    });
  }

  /** Tells the person of an error; a script ends with it. */
  #tell(error: unknown, code = ''): void {
    this.#options.progress('');
    const line = errorLine(error, this.#names(), code);
    if (this.#feed) {
      this.#failure ??= failureOf(error, line);
      this.#server.close();
    } else this.#write(`${oneLine(line)}\n`);
  }

  /** What is being typed is drawn again below. */
  #tellAside(text: string): void {
    if (this.#feed) return;
    this.#write(`\n${oneLine(text)}\n`);
    if (!this.#line) this.#server.displayPrompt(true);
  }

  #write(text: string): void {
    this.#options.output.write(terminalText(text));
  }

  #names(): string[] {
    return Object.getOwnPropertyNames(this.#server.context);
  }

  #terminal(): Terminal {
    const line = this.#line;
    const { say, progress } = this.#options;
    return {
      signal: line?.signal ?? AbortSignal.abort(new Interruption()),
      say: (text) => {
        progress('');
        say(text);
      },
      progress,
      ask: (question) => (this.#feed || !line ? Promise.resolve(null) : line.ask(question)),
    };
  }

  #interrupt(): void {
    this.#options.progress('');
    const isEvaluating = this.#line?.isEvaluating;
    this.#line?.interrupt();
    // of a line with an `await` in it, Node would wait for the end and take nothing else meanwhile
    if (isEvaluating) this.#onCtrlC();
  }
}

/** Gives each variable that holds something still to come what has come. */
async function settle(context: Context): Promise<void> {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(context))) {
    if (isPending(value)) context[name] = await value;
  }
}
