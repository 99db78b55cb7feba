/**
 * Where a script and its map may lie, the likeliest first:
 *
 *     script    where it says that it is (file URL or path), then every file of its name in the folders that are given
 *     map       in the script's last line (`data:`), beside it as that line says, beside it as `x.js.map`,
 *               then in the folders: by the name that the line gives, by `x.js.map`, by the script's debug id
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { scriptPath } from '../classify/naming/script-name.ts';
import type { FolderIndex } from './folder-index.ts';

const MAX_SCRIPT_BYTES = 64 * 2 ** 20;
const MAX_MAP_BYTES = 256 * 2 ** 20;

/** Files in the order in which they are tried. */
export function scriptFiles(url: string, folders: FolderIndex): string[] {
  const path = scriptPath(url);
  const own = path.startsWith('/') && existsSync(path) ? [path] : [];
  return [...new Set([...own, ...folders.named(basename(path))])];
}

export function scriptText(file: string): string | undefined {
  return textOf(file, MAX_SCRIPT_BYTES);
}

/** A map as it was found. */
export interface FoundMap {
  readonly text: string;
  /** What the paths in it are relative to: where the script says that its map is. */
  readonly url: string;
}

/** What the last lines of a script say. */
export interface Trailer {
  readonly mapUrl?: string;
  /** In small letters. */
  readonly debugId?: string;
}

/** The comments are in the last lines; the last of each counts. */
export function trailerOf(text: string): Trailer {
  const mapUrl = [...text.matchAll(/^[ \t]{0,80}(?:\/\/|\/\*)[#@][ \t]{0,80}sourceMappingURL=([^\s'"]+)/gm)].at(
    -1,
  )?.[1];
  const debugId = /^\/\/# debugId=([0-9a-f-]{32,36})\s*$/im.exec(text.slice(-TRAILER_CHARACTERS))?.[1];
  return { ...(mapUrl !== undefined && { mapUrl }), ...(debugId !== undefined && { debugId: debugId.toLowerCase() }) };
}

const TRAILER_CHARACTERS = 10_000;
const DATA = /^data:application\/json(?:;charset=[^;,]*)?(;base64)?,/i;

/** Maps in the order in which they are tried; each is read when it is asked for. */
export function* mapsOf(url: string, file: string, trailer: Trailer, folders: FolderIndex): Generator<FoundMap, void> {
  const { mapUrl, debugId } = trailer;
  const inline = mapUrl === undefined ? undefined : inlineMap(mapUrl);
  const base = scriptPath(url);
  if (inline !== undefined) {
    yield { text: inline, url: base };
    return;
  }
  const name = mapUrl === undefined || mapUrl.startsWith('data:') ? `${basename(base)}.map` : scriptPath(mapUrl);
  const told = resolve(dirname(base), name);
  const beside = [resolve(dirname(file), name), `${file}.map`];
  const named = [...folders.named(basename(name)), ...folders.named(`${basename(file)}.map`)];
  const seen = new Set<string>();
  for (const each of [...beside, ...named, ...(debugId === undefined ? [] : folders.withDebugId(debugId))]) {
    if (seen.has(each)) continue;
    seen.add(each);
    const text = textOf(each, MAX_MAP_BYTES);
    if (text !== undefined) yield { text, url: told };
  }
}

function inlineMap(mapUrl: string): string | undefined {
  const head = DATA.exec(mapUrl);
  if (head === null) return undefined;
  const data = mapUrl.slice(head[0].length);
  if (head[1] !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  try {
    return decodeURIComponent(data);
  } catch {
    // no escapes after all: it is refused as what it is not
    return data;
  }
}

/** Undefined where there is no such file, or one that nobody would load. */
function textOf(file: string, maxBytes: number): string | undefined {
  try {
    const stats = statSync(file);
    return stats.isFile() && stats.size <= maxBytes ? readFileSync(file, 'utf8') : undefined;
  } catch {
    // not there, or not for us: as if it were not there
    return undefined;
  }
}
