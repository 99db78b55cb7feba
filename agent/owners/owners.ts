/**
 * Who owns a script: its npm package, Node itself, or those that CODEOWNERS names for its file.
 *
 *     /srv/app/node_modules/@s/b/c.js      npm:@s/b
 *     node:internal/streams/readable       node:internal/streams
 *     /srv/app/src/billing/cart.ts         @acme/billing      by a file that was given, else by the one above the script
 *     what no line of it names             nobody
 */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileError } from '../base/file-error.ts';
import { builtinName, packageName } from '../classify/naming/script-name.ts';
import { Repositories, Repository } from './repository.ts';

export interface OwnersOptions {
  /** A CODEOWNERS file for all scripts; absent: the one above each. */
  readonly file?: string;
}

/** Scripts that are remembered: a target may name ever new ones. */
const MAX_KNOWN = 10_000;

export class Owners {
  readonly #given: Repository | undefined;
  readonly #repositories = new Repositories();
  readonly #known = new Map<string, string | undefined>();

  /** @throws Error of one line for a file that is not there, or none */
  constructor({ file }: OwnersOptions) {
    this.#given = file === undefined ? undefined : given(resolve(file));
  }

  /**
   * Several with a blank between them; undefined where nobody is named.
   * @param path of a script, or of the file that people wrote
   * @param bundle path of the script that such a file was made a part of
   */
  of(path: string, bundle = path): string | undefined {
    const key = `${path}\n${bundle}`;
    if (this.#known.has(key)) return this.#known.get(key);
    const found = this.#find(path, bundle);
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(key, found);
    return found;
  }

  #find(path: string, bundle: string): string | undefined {
    const name = packageName(path);
    if (name !== undefined) return `npm:${name}`;
    const builtin = builtinName(path);
    if (builtin !== undefined) return builtin;
    const repository = this.#given ?? this.#repositories.above(path) ?? this.#repositories.above(bundle);
    if (!repository) return undefined;
    const owners = repository.owners.of(pathIn(repository, path, bundle));
    return owners.length > 0 ? owners.join(' ') : undefined;
  }
}

/** @throws Error of one line */
function given(file: string): Repository {
  try {
    return new Repository(file);
  } catch (cause) {
    throw fileError('read owners of', file, cause as NodeJS.ErrnoException);
  }
}

/** Folders between a bundle and its repository's root, and parts of a path, that are tried. */
const MAX_TRIED = 64;

/** A path from the repository's root on. */
function pathIn(repository: Repository, path: string, bundle: string): string {
  const inside = repository.pathOf(path);
  if (inside !== undefined) return inside;
  if (!path.startsWith('/')) return fromPackage(repository, path, bundle);
  // of another copy of the repository: the longest end of it that is a file here
  const parts = path.split('/').slice(1);
  for (let from = 0; from < Math.min(parts.length, MAX_TRIED); from++) {
    const end = parts.slice(from).join('/');
    if (repository.has(end)) return end;
  }
  return parts.join('/');
}

/** What a bundler says from its package's root on, which need not be the repository's. */
function fromPackage(repository: Repository, path: string, bundle: string): string {
  let folder = dirname(bundle);
  for (let tried = 0; tried < MAX_TRIED; tried++) {
    const file = join(folder, path);
    const inside = repository.pathOf(file);
    if (inside === undefined) break;
    if (existsSync(file)) return inside;
    folder = dirname(folder);
  }
  return path;
}
