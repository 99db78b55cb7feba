/** A script as it runs: its text, its tree, and what of it V8's positions mean. */
import type { Parser, Program } from 'acorn';
import { outsideText, TEXT_LENGTHS } from '../base/outside-text.ts';
import { acorn } from './libraries.ts';
import { type Position, TextLines } from './text-lines.ts';
import { type Variable, variablesOf } from './variables.ts';
import { type Written, writtenIn } from './written.ts';

export class GeneratedScript {
  readonly lines: TextLines;
  readonly #program: Program;
  readonly #written: ReadonlyMap<number, Written>;

  /** @throws Error of one line for what is no JavaScript */
  constructor(text: string) {
    this.lines = new TextLines(text);
    this.#program = parsed(text);
    this.#written = writtenIn(text, this.#program);
  }

  /** What V8 says to begin at a position: a function, a class; undefined where nothing does. */
  writtenAt(position: Position): Written | undefined {
    const offset = this.lines.offsetOf(position);
    return offset < 0 ? undefined : this.#written.get(offset);
  }

  /**
   * Where the variables of the scopes around a function are written, by name; in the order of `scopes`, which are the names
   * that V8 keeps in each context around it, the nearest first. Where a scope is not recognized there is nothing of it.
   */
  variablesAround(written: Written, scopes: readonly ReadonlySet<string>[]): ReadonlyMap<string, Variable>[] {
    return variablesOf(this.#program, written.node, scopes);
  }
}

/**
 * acorn without its search for names that are declared twice, which takes the square of their number in a bundle: V8 has
 * looked for them already.
 */
function parser(): typeof Parser {
  return acorn().Parser.extend((Base) => {
    class Lenient extends (Base as unknown as new (...given: unknown[]) => object) {
      declareName(): void {}
      checkLocalExport(): void {}
    }
    return Lenient as unknown as typeof Parser;
  });
}

/** As V8 reads it: a module, or what Node wraps into a function. */
function parsed(text: string): Program {
  const options = {
    ecmaVersion: 'latest',
    allowHashBang: true,
    allowReturnOutsideFunction: true,
  } as const;
  try {
    return parser().parse(text, { ...options, sourceType: 'module', allowReturnOutsideFunction: false });
  } catch {
    // no module: the second try says what is wrong with it
  }
  try {
    return parser().parse(text, { ...options, sourceType: 'script' });
  } catch (cause) {
    const reason = outsideText((cause as Error).message, TEXT_LENGTHS.message);
    throw new Error(`it is no JavaScript that can be read: ${reason}`, { cause });
  }
}
