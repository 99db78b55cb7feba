/** The source maps of a program's scripts: each script is looked for once, and each map is held against what runs. */
import { outsideText, TEXT_LENGTHS } from '../base/outside-text.ts';
import { isBuiltin, scriptPath } from '../classify/naming/script-name.ts';
import { mapFault, type SeenFunction, scriptFault } from './belongs.ts';
import { FolderIndex } from './folder-index.ts';
import { mapsOf, scriptFiles, scriptText, trailerOf } from './found.ts';
import { GeneratedScript } from './generated-script.ts';
import { MappedScript } from './mapped-script.ts';
import { SourceMap } from './source-map.ts';

export interface SourceMapOptions {
  /** Folders in which scripts and maps are looked for that are not where the scripts say. */
  readonly folders: readonly string[];
}

/** A map that was found and is not used. */
export interface RefusedMap {
  readonly script: string;
  readonly reason: string;
}

export class SourceMaps {
  readonly #folders: FolderIndex;
  readonly #known = new Map<string, MappedScript | undefined>();
  readonly #refused = new Map<string, string>();

  /** @throws Error of one line for a folder that is none */
  constructor({ folders }: SourceMapOptions) {
    this.#folders = new FolderIndex(folders);
  }

  /** Scripts that have a map which is not theirs, or not of the build that runs. */
  get refused(): RefusedMap[] {
    return Array.from(this.#refused, ([script, reason]) => ({ script, reason }));
  }

  /**
   * The script at `url` with its map; undefined where none is found, or none that belongs to what runs.
   * @param seen functions of it in the heap or profile
   */
  of(url: string, seen: readonly SeenFunction[]): MappedScript | undefined {
    if (url === '' || isBuiltin(url)) return undefined;
    if (!this.#known.has(url)) this.#known.set(url, this.#found(url, seen));
    return this.#known.get(url);
  }

  #found(url: string, seen: readonly SeenFunction[]): MappedScript | undefined {
    const faults: string[] = [];
    for (const file of scriptFiles(url, this.#folders)) {
      const mapped = this.#mapped(url, file, seen, faults);
      if (mapped) return mapped;
    }
    if (faults.length > 0) this.#refused.set(scriptPath(url), faults[0]);
    return undefined;
  }

  #mapped(url: string, file: string, seen: readonly SeenFunction[], faults: string[]): MappedScript | undefined {
    const text = scriptText(file);
    if (text === undefined) return undefined;
    const trailer = trailerOf(text);
    let script: GeneratedScript | undefined;
    for (const found of mapsOf(url, file, trailer, this.#folders)) {
      try {
        script ??= runningScript(text, file, seen);
        const map = new SourceMap(found.text, found.url);
        const fault = mapFault(map, script, trailer.debugId);
        if (fault === undefined) return new MappedScript(script, map);
        faults.push(`it is of another build: ${fault}`);
      } catch (error) {
        faults.push(outsideText((error as Error).message, TEXT_LENGTHS.message));
        if (script === undefined) return undefined;
      }
    }
    return undefined;
  }
}

/** @throws Error of one line for what is no script, or not the one that runs */
function runningScript(text: string, file: string, seen: readonly SeenFunction[]): GeneratedScript {
  const script = new GeneratedScript(text);
  const fault = scriptFault(script, seen);
  if (fault !== undefined) throw new Error(`${file} is of another build: ${fault}`);
  return script;
}
