/** A source map: from places of a script as it runs to places, and names, of the files that people wrote. */
import type { SourceMapInput, TraceMap } from '@jridgewell/trace-mapping';
import { outsideText, TEXT_LENGTHS } from '../base/outside-text.ts';
import { scriptPath } from '../classify/naming/script-name.ts';
import { traceMapping } from './libraries.ts';
import { identifierIn, isIdentifier, type Position, TextLines } from './text-lines.ts';

/** Where something is written. */
export interface Place extends Position {
  /** With slashes; where a bundler has made up an address of its own (`webpack://app/./src/a.ts`) the path in it. */
  readonly path: string;
}

/** Of a segment `[column, source, line, column, name]`. */
const SOURCE = 1;
const LINE = 2;
const COLUMN = 3;
const NAME = 4;

export class SourceMap {
  /** `debugId` of ECMA-426, in small letters. */
  readonly debugId: string | undefined;
  readonly #trace: TraceMap;
  readonly #mappings: ReturnType<typeof import('@jridgewell/trace-mapping').decodedMappings>;
  readonly #paths: readonly string[];
  readonly #texts = new Map<number, TextLines | null>();

  /**
   * @param text JSON, also with `)]}'` before it, and of an indexed map
   * @param url of the map, as its script gives it: what the paths of sources are relative to
   * @throws Error of one line for what is no source map
   */
  constructor(text: string, url: string) {
    const map = objectOf(text);
    try {
      // reads maps with sections as well
      this.#trace = new (traceMapping().AnyMap as unknown as new (map: SourceMapInput, url: string) => TraceMap)(
        map,
        url,
      );
      this.#mappings = traceMapping().decodedMappings(this.#trace);
    } catch (cause) {
      throw new Error(`it is no source map: ${outsideText((cause as Error).message, TEXT_LENGTHS.message)}`, { cause });
    }
    this.#paths = this.#trace.resolvedSources.map((source) => pathOf(source ?? ''));
    this.debugId = debugIdOf(map);
  }

  /** The files that it names. */
  get sources(): readonly string[] {
    return this.#paths;
  }

  /** Line and column of each segment that names a source, with the name that it gives; in the order of the script. */
  *segments(): Generator<Position & { readonly name?: string }, void> {
    const { names } = this.#trace;
    for (const [line, segments] of this.#mappings.entries()) {
      for (const segment of segments) {
        if (segment.length === 1) continue;
        const name = segment.length === 5 ? names[segment[NAME]] : undefined;
        yield { line, column: segment[0], ...(name !== undefined && { name }) };
      }
    }
  }

  /** Where the text at just this position comes from. */
  placeAt(position: Position): Place | undefined {
    const found = this.placeOf(position);
    return found?.generatedColumn === position.column ? found.place : undefined;
  }

  /** The same, or of the segment before it on its line, and where that begins. */
  placeOf({ line, column }: Position): { place: Place; generatedColumn: number } | undefined {
    const segment = traceMapping().traceSegment(this.#trace, line, column);
    if (segment === null || segment.length === 1) return undefined;
    const place = { path: this.#paths[segment[SOURCE]], line: segment[LINE], column: segment[COLUMN] };
    return { place, generatedColumn: segment[0] };
  }

  /**
   * What the identifier at a position is called in its file; undefined where the map does not tell of just this position.
   * @param generated the identifier, as it is in the script
   */
  nameOf({ line, column }: Position, generated: string): string | undefined {
    const segment = traceMapping().traceSegment(this.#trace, line, column);
    if (segment === null || segment[0] !== column || segment.length === 1) return undefined;
    const told = segment.length === 5 ? this.#trace.names[segment[NAME]] : undefined;
    if (told) return asPrivate(told, generated.startsWith('#'));
    const text = this.#textOf(segment[SOURCE]);
    return text && declaredAt(text, { line: segment[LINE], column: segment[COLUMN] }, generated);
  }

  /** Whether the text of the file that a position comes from is in the map. */
  hasTextOf({ line, column }: Position): boolean {
    const segment = traceMapping().traceSegment(this.#trace, line, column);
    return segment !== null && segment.length > 1 && this.#textOf(segment[SOURCE]!) !== undefined;
  }

  /** How the identifier at a position of the script reads in its file, where the file's text is in the map. */
  textAt({ line, column }: Position): string | undefined {
    const segment = traceMapping().traceSegment(this.#trace, line, column);
    if (segment === null || segment[0] !== column || segment.length === 1) return undefined;
    return this.#textOf(segment[SOURCE])?.identifierAt({ line: segment[LINE], column: segment[COLUMN] });
  }

  #textOf(source: number): TextLines | undefined {
    const known = this.#texts.get(source);
    if (known !== undefined) return known ?? undefined;
    const content = this.#trace.sourcesContent?.[source] ?? null;
    const lines = content === null ? null : new TextLines(content);
    this.#texts.set(source, lines);
    return lines ?? undefined;
  }
}

/** As it came: the library checks what it reads of it. */
type RawMap = Exclude<SourceMapInput, string> & { readonly debugId?: unknown; readonly debug_id?: unknown };

function objectOf(text: string): RawMap {
  let value: unknown;
  try {
    // servers put this before JSON, so that no page can read it as a script
    value = JSON.parse(text.replace(/^\)\]\}'[^\n]*\n/, ''));
  } catch (cause) {
    throw new Error('it is no source map: expected JSON', { cause });
  }
  if (typeof value !== 'object' || value === null) throw new Error('it is no source map: expected an object');
  return value as RawMap;
}

/** In the standard's word, and in the one that came before it. */
function debugIdOf(map: RawMap): string | undefined {
  const id = map.debugId ?? map.debug_id;
  return typeof id === 'string' ? id.toLowerCase() : undefined;
}

/** `webpack://app/./src/a.ts?1a2b` is `src/a.ts`. */
function pathOf(source: string): string {
  const path = scriptPath(outsideText(source, TEXT_LENGTHS.url));
  return path
    .replace(/^(?:webpack|turbopack|rspack|ng|vite|rollup):\/\/[^/]*\/(?:\.\/)?/, '')
    .replace(/^(?:\.\.?\/)+/, '');
}

function asPrivate(name: string, isPrivate: boolean): string | undefined {
  const text = isPrivate && !name.startsWith('#') ? `#${name}` : name;
  return isIdentifier(text) ? text : undefined;
}

const DECLARED = /(?:export\s+)?(?:default\s+)?(?:abstract\s+)?(?:async\s+)?(?:class|function)\b\s*\*?\s*/uy;
const WORDS: ReadonlySet<string> = new Set(['extends', 'implements']);

/**
 * What is declared at a place of a file: the identifier there if it has kept its name, or that of the class or function
 * whose declaration begins there.
 */
function declaredAt(text: TextLines, place: Position, generated: string): string | undefined {
  const original = text.identifierAt(place);
  // private names are of their own: one stands for another only
  if (original === generated || (original?.startsWith('#') && generated.startsWith('#'))) return original;
  const offset = text.offsetOf(place);
  if (offset < 0) return undefined;
  DECLARED.lastIndex = offset;
  const head = DECLARED.exec(text.text)?.[0];
  const name = head === undefined ? undefined : identifierIn(text.text, offset + head.length);
  return name === undefined || WORDS.has(name) ? undefined : name;
}
