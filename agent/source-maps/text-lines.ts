/** Lines of a script as V8 counts them: `\n`, `\r`, `\r\n` and the two separators of Unicode end one. */
import { firstNotBelow } from '../base/bisect.ts';

/** Line and column, both from 0, as V8 and source maps count them. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export class TextLines {
  readonly text: string;
  readonly #starts: Uint32Array;

  constructor(text: string) {
    this.text = text;
    const starts = [0];
    for (const { index, 0: end } of text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) starts.push(index + end.length);
    this.#starts = Uint32Array.from(starts);
  }

  get count(): number {
    return this.#starts.length;
  }

  /** The offset of a position, or -1 where the text has none such. */
  offsetOf({ line, column }: Position): number {
    if (line < 0 || line >= this.count) return -1;
    const offset = this.#starts[line] + column;
    return offset <= (line + 1 < this.count ? this.#starts[line + 1] - 1 : this.text.length) ? offset : -1;
  }

  positionOf(offset: number): Position {
    const line = firstNotBelow(this.#starts, offset + 1) - 1;
    return { line, column: offset - this.#starts[line] };
  }

  /** The identifier that begins at a position, private ones with their `#`; undefined where none does. */
  identifierAt(position: Position): string | undefined {
    const offset = this.offsetOf(position);
    return offset < 0 ? undefined : identifierIn(this.text, offset);
  }
}

const IDENTIFIER = /#?[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/uy;

/** Longest identifier that is read; a longer one is no name that a person wrote. */
const MAX_LENGTH = 256;

export function identifierIn(text: string, offset: number): string | undefined {
  IDENTIFIER.lastIndex = offset;
  const found = IDENTIFIER.exec(text)?.[0];
  return found === undefined || found.length > MAX_LENGTH ? undefined : found;
}

/** Whether `text` is an identifier and nothing else. Only such are taken from a map: it puts no other contents in. */
export function isIdentifier(text: string): boolean {
  return identifierIn(text, 0)?.length === text.length;
}
