/** A script with its map: what V8 says of the script in the words of the files that people wrote. */

import { isNameOf } from './belongs.ts';
import type { GeneratedScript } from './generated-script.ts';
import type { Place, SourceMap } from './source-map.ts';
import { isIdentifier, type Position } from './text-lines.ts';
import type { Written } from './written.ts';

/** What a function or class of a script is in its file. */
export interface Origin {
  /** Absent where the map does not tell: of what the bundler has added, of a script as a whole that has several files. */
  readonly place?: Place;
  /** Absent where the map does not tell, and where V8's name is none of the text's. */
  readonly name?: string;
}

/** What a variable is called in its file, and the path of that file. */
export interface OriginalVariable {
  readonly name: string;
  readonly path: string;
}

export class MappedScript {
  readonly #script: GeneratedScript;
  readonly #map: SourceMap;

  constructor(script: GeneratedScript, map: SourceMap) {
    this.#script = script;
    this.#map = map;
  }

  /** @param name V8's name of what begins there */
  originOf(position: Position, name: string): Origin {
    if (position.line === 0 && position.column === 0) return this.#whole();
    const written = this.#script.writtenAt(position);
    if (written === undefined) return {};
    const place = this.#placeOf(written, position);
    const original = this.#nameOf(written, name);
    return { ...(place && { place }), ...(original !== undefined && { name: original }) };
  }

  #nameOf(written: Written, seen: string): string | undefined {
    if (seen === '') return this.#declaredName(written);
    if (written.nameAt === undefined || !isNameOf(seen, written.name!)) return undefined;
    const original = this.#nameAt([written.nameAt], written.name!);
    return original === undefined ? undefined : renamed(seen, written.name!, original);
  }

  /** A minifier drops the names of function expressions that nobody calls by name: their files have them. */
  #declaredName({ node }: Written): string | undefined {
    return node.type === 'ArrowFunctionExpression' ? undefined : this.#nameAt([node.start], '');
  }

  /** By the name, else by the place itself or a segment inside of what begins there: one before it is of something else. */
  #placeOf({ node, ofClass, name, nameAt }: Written, position: Position): Place | undefined {
    const { lines } = this.#script;
    const named = nameAt === undefined ? undefined : this.#placeOfName(nameAt, name!);
    if (named) return named;
    const found = this.#map.placeOf(position);
    const from = (ofClass ?? node).start;
    return found && lines.offsetOf({ line: position.line, column: found.generatedColumn }) >= from
      ? found.place
      : undefined;
  }

  /** Undefined where the file has something else there: what a bundler adds it maps to any place. */
  #placeOfName(offset: number, name: string): Place | undefined {
    const position = this.#script.lines.positionOf(offset);
    const isKnown = this.#nameAt([offset], name) !== undefined || !this.#map.hasTextOf(position);
    return isKnown ? this.#map.placeAt(position) : undefined;
  }

  /** What a private name of the class that begins at a position, `#e`, is called in its file. */
  privateNameOf(position: Position, name: string): string | undefined {
    const body = this.#script.writtenAt(position)?.ofClass?.body.body;
    for (const member of body ?? []) {
      if (!('key' in member) || member.key.type !== 'PrivateIdentifier' || `#${member.key.name}` !== name) continue;
      return this.#nameAt([member.key.start], name);
    }
    return undefined;
  }

  /** The original variables of the contexts around a function: see GeneratedScript.variablesAround. */
  variablesAround(position: Position, scopes: readonly ReadonlySet<string>[]): ReadonlyMap<string, OriginalVariable>[] {
    const written = this.#script.writtenAt(position);
    if (written === undefined) return [];
    return this.#script.variablesAround(written, scopes).map((variables) => {
      const originals = new Map<string, OriginalVariable>();
      for (const [name, { at }] of variables) {
        const original = this.#nameAt(at, name);
        const place = original === undefined ? undefined : this.#map.placeAt(this.#script.lines.positionOf(at[0]));
        if (place !== undefined) originals.set(name, { name: original!, path: place.path });
      }
      return originals;
    });
  }

  /** By the first of the offsets that the map tells of. */
  #nameAt(offsets: readonly number[], generated: string): string | undefined {
    for (const offset of offsets) {
      const name = this.#map.nameOf(this.#script.lines.positionOf(offset), generated);
      if (name !== undefined && isIdentifier(name)) return name;
    }
    return undefined;
  }

  /** The whole script is the whole file where there is one. */
  #whole(): Origin {
    const [path, ...more] = this.#map.sources;
    return path === undefined || more.length > 0 ? {} : { place: { path, line: 0, column: 0 } };
  }
}

/** `get e` becomes `get token`. */
function renamed(seen: string, written: string, original: string): string {
  if (seen === written) return original;
  return seen.endsWith(` ${written}`) ? seen.slice(0, -written.length) + original : seen;
}
