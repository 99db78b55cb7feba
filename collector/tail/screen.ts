/**
 * The whole of a terminal, for pictures that follow one another: taken with `enter`, given back with `leave`, whatever happens
 * in between.
 *
 *     enter ──> draw … draw ──> leave        only lines that changed are written, in one write a picture
 *        └─> guard: gives the terminal back if this process dies without a word (guard.ts)
 */
import { type Guard, startGuard } from './guard.ts';
import { listenToKeys } from './keys.ts';
import { paint } from './paint.ts';
import { lineWidth, type StyledLine } from './spans.ts';

/** The alternate screen, no cursor, and no wrapping of lines that are one column too long. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J';
/** Ends a picture that was broken off, too. */
const LEAVE = '\x1b[?2026l\x1b[m\x1b[?7h\x1b[?25h\x1b[?1049l';
/** Between these a terminal shows nothing until it has all (synchronized output; others pass over it). */
const [BEGIN, END] = ['\x1b[?2026h', '\x1b[?2026l'];

export interface TerminalInput extends NodeJS.ReadableStream {
  setRawMode(raw: boolean): unknown;
}

export interface TerminalOutput extends NodeJS.WritableStream {
  readonly columns: number;
  readonly rows: number;
  readonly writableNeedDrain: boolean;
  /** Of the terminal, for the guard. */
  readonly fd?: number;
}

export interface ScreenOptions {
  readonly input: TerminalInput;
  readonly output: TerminalOutput;
  readonly colour: boolean;
  readonly onKey: (key: string) => void;
  /** The picture is gone, or of another size: draw it anew. */
  readonly onStale: () => void;
}

export class Screen implements AsyncDisposable {
  readonly #options: ScreenOptions;
  /** What the terminal shows now, painted. */
  #shown: string[] = [];
  #inside = false;
  #guard: Guard | undefined;
  #unlisten: (() => void) | undefined;
  readonly #onResize = () => this.clear();
  readonly #onDrain = () => this.#options.onStale();
  readonly #onExit = () => this.#restore();

  constructor(options: ScreenOptions) {
    this.#options = options;
  }

  get size(): { readonly columns: number; readonly rows: number } {
    const { columns, rows } = this.#options.output;
    return { columns: Math.max(1, columns), rows: Math.max(1, rows) };
  }

  async enter(): Promise<void> {
    const { input, output, onKey } = this.#options;
    if (output.fd !== undefined) this.#guard = await startGuard(output.fd, LEAVE);
    this.#inside = true;
    process.on('exit', this.#onExit);
    input.setRawMode(true);
    await this.#guard?.watch();
    output.on('resize', this.#onResize);
    output.on('drain', this.#onDrain);
    this.#unlisten = listenToKeys(input, onKey);
    output.write(ENTER);
    this.#shown = [];
    this.#options.onStale();
  }

  /** Shows a picture. One that the terminal is too slow for is passed over: `onStale` asks for the next. */
  draw(lines: readonly StyledLine[]): void {
    const { output, colour } = this.#options;
    if (!this.#inside || output.writableNeedDrain) return;
    const { columns } = this.size;
    const painted = lines.map((line) => paint(line, colour));
    let text = '';
    painted.forEach((line, index) => {
      if (line === this.#shown[index]) return;
      // erasing behind a full line would take its last character on some terminals
      const erase = lineWidth(lines[index]!) < columns ? '\x1b[K' : '';
      text += `\x1b[${index + 1};1H${line}${erase}`;
    });
    this.#shown = painted;
    if (text !== '') output.write(`${BEGIN}${text}${END}`);
  }

  /** Draws the next picture whole: the terminal shows something else, or has another size. */
  clear(): void {
    if (!this.#inside) return;
    this.#shown = [];
    this.#options.output.write('\x1b[2J');
    this.#options.onStale();
  }

  /** Gives the terminal back. */
  async leave(): Promise<void> {
    this.#restore();
    await this.#guard?.release();
    this.#guard = undefined;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.leave();
  }

  /** At once, so that it can be done while the process exits. */
  #restore(): void {
    if (!this.#inside) return;
    this.#inside = false;
    const { input, output } = this.#options;
    process.off('exit', this.#onExit);
    output.off('resize', this.#onResize);
    output.off('drain', this.#onDrain);
    this.#unlisten?.();
    output.write(LEAVE);
    input.setRawMode(false);
  }
}
