/** Finds the targets that files name, and sees when they change. */

import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readBounded } from '../../agent/base/bounded-file.ts';
import { matchesGlob } from '../../protocol/glob.ts';
import { reasonOf } from '../../protocol/reason.ts';
import type { SdPath } from '../config/sd-path.ts';
import type { DiscoveredTarget } from './discovered-target.ts';
import { readSdText } from './sd-text.ts';

/** Bytes of a file: those of some thousand targets. */
const MAX_BYTES = 2 ** 20;
/** How long folder and files have: a mount may be dead. */
const LOOK_MS = 5_000;

export class FileSource {
  readonly isFinal = true;
  readonly lookMs = LOOK_MS;
  readonly #path: SdPath;
  /** What each file said when it could be read last, by path. */
  #said = new Map<string, readonly DiscoveredTarget[]>();

  constructor(path: SdPath) {
    this.#path = path;
  }

  get text(): string {
    return `file ${join(this.#path.folder, this.#path.glob)}`;
  }

  /** Of a file that cannot be read, what it said before still holds. */
  async look(_signal: AbortSignal, warn: (problem: string) => void): Promise<readonly DiscoveredTarget[]> {
    const { folder, glob } = this.#path;
    const names = (await readdir(folder)).filter((name) => matchesGlob(glob, name)).sort();
    const said = new Map<string, readonly DiscoveredTarget[]>();
    for (const path of names.map((name) => join(folder, name))) {
      try {
        said.set(path, readSdText(await readBounded(path, MAX_BYTES, ', name fewer targets or part them among files')));
      } catch (error) {
        warn(`Cannot read ${path}: ${reasonOf(error).split('\n', 1)[0]}`);
        said.set(path, this.#said.get(path) ?? []);
      }
    }
    this.#said = said;
    return [...said.values()].flat();
  }

  /**
   * Watches the folder once it has answered: on a dead mount the call alone would stop the collector, since it waits in this
   * thread. Where it cannot be watched, looks at their intervals have to do.
   */
  watch(changed: () => void): () => void {
    let watcher: FSWatcher | undefined;
    let isOver = false;
    const { folder } = this.#path;
    const begin = () => {
      if (isOver) return;
      watcher = watch(folder, { persistent: false }, changed);
      watcher.on('error', () => watcher?.close());
      changed(); // since the first look
    };
    // one that is not there, or takes no more watches, is not watched
    void stat(folder)
      .then(begin)
      .catch(() => {});
    return () => {
      isOver = true;
      watcher?.close();
    };
  }
}
