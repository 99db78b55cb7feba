/**
 * The CODEOWNERS file of the repository that a script lies in: in the nearest folder above it that has one where GitHub and GitLab
 * look for it. A folder with `.git` is the repository's root, and nothing above it counts.
 */
import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { readBoundedSync } from '../base/bounded-file.ts';
import { CodeOwners, MAX_OWNERS_BYTES } from './code-owners.ts';

/** Where the file may be in a repository, in the order in which GitHub looks. */
const PLACES = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS', '.gitlab/CODEOWNERS'];
/** Folders of a repository that hold the file and are not its root. */
const HOLDERS = /^(?:\.github|docs|\.gitlab)$/;
const MAX_DEPTH = 64;
/** Folders that are remembered: a target may name ever new ones. */
const MAX_KNOWN = 10_000;

export class Repository {
  readonly root: string;
  readonly owners: CodeOwners;

  /** @throws Error of the file system, or for a file that is larger than GitHub takes */
  constructor(file: string) {
    const folder = dirname(file);
    const name = folder.slice(folder.lastIndexOf('/') + 1);
    this.root = HOLDERS.test(name) ? dirname(folder) : folder;
    this.owners = new CodeOwners(readBoundedSync(file, MAX_OWNERS_BYTES).toString('utf8'));
  }

  /** How a file of it is called from its root on; undefined for one that lies elsewhere. */
  pathOf(file: string): string | undefined {
    if (!file.startsWith('/')) return undefined;
    const path = relative(this.root, file);
    return path === '' || path.startsWith('..') ? undefined : path;
  }

  has(path: string): boolean {
    return existsSync(join(this.root, path));
  }
}

/** Repositories by folders inside of them, each looked for once. */
export class Repositories {
  readonly #known = new Map<string, Repository | undefined>();

  /** Of an absolute path; undefined where nothing above it says who owns it. */
  above(path: string): Repository | undefined {
    return path.startsWith('/') ? this.#in(dirname(path), MAX_DEPTH) : undefined;
  }

  #in(folder: string, depth: number): Repository | undefined {
    if (this.#known.has(folder)) return this.#known.get(folder);
    const own = repositoryAt(folder);
    const isEnd = folder === '/' || depth === 0 || existsSync(join(folder, '.git'));
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    const found = own ?? (isEnd ? undefined : this.#in(dirname(folder), depth - 1));
    this.#known.set(folder, found);
    return found;
  }
}

function repositoryAt(folder: string): Repository | undefined {
  for (const place of PLACES) {
    const file = join(folder, place);
    try {
      if (statSync(file).isFile()) return new Repository(file);
    } catch {
      // not there, not for us, or too large: as if it were not there
    }
  }
  return undefined;
}
