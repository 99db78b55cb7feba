/**
 * What has been read and worked out of one snapshot file, kept on disk for its next question.
 *
 *     part           what                                                         written by the first question that
 *     columns        all columns but the locations; strings as the file has them  reads all columns
 *     locations      where functions and classes are in scripts                   reads them
 *     dominators     the tree, its order, retained sizes                          works them out
 *     by-<hash>      the kind of each node by one classifier, and the kinds       classifies by it
 *
 * Of a file with redacted strings an index has those, since it has nothing but what the file has.
 *
 * An index may fail in any way: a folder that is not ours, a full disk, a part that is cut, changed or hostile. None of that is
 * the business of who asks: then the snapshot is read. NODE_DEBUG=heapwatch says why, a line each on standard error.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { debuglog } from 'node:util';
import type { Classification } from '../classify/naming/classifier.ts';
import type { Dominators } from '../graph/dominators.ts';
import { Heap } from '../graph/heap.ts';
import type { Columns } from '../parse/columns.ts';
import type { LocationColumns } from '../parse/location-columns.ts';
import { bindingOf, indexName, type Snapshot } from './binding.ts';
import {
  type ColumnFacts,
  columnArrays,
  columnFacts,
  factsOf,
  type LazyLocations,
  lazyColumns,
  once,
} from './columns-part.ts';
import { dominatorArrays, readDominators, readRetained } from './dominators-part.ts';
import { type IndexSetting, indexInUse } from './in-use.ts';
import { knownFolder, madeFolder, makeRoom, removeIndex, touch } from './index-folder.ts';
import { isWorthKeeping, kindArrays, readKinds } from './kinds-part.ts';
import { locationArrays, readLocations } from './locations-part.ts';
import { bytesOfArrays, OpenPart, type PartArrays, writePart } from './part.ts';

const debug = debuglog('heapwatch');

/** Reads from the snapshot what the index does not have. */
export type ReadLocations = () => LocationColumns;

export class SnapshotIndex implements Disposable {
  readonly #setting: IndexSetting;
  readonly #snapshot: Snapshot;
  readonly #name: string;
  readonly #binding: string;
  readonly #open: Disposable[] = [];
  /** Parts that are there and good: they need not be written. */
  readonly #good = new Set<string>();

  private constructor(setting: IndexSetting, snapshot: Snapshot) {
    this.#setting = setting;
    this.#snapshot = snapshot;
    this.#name = indexName(snapshot.stats());
    this.#binding = bindingOf(snapshot);
  }

  /** The index of a snapshot file, there or not; null where none is to be used. The snapshot must stay open beside it. */
  static of(snapshot: Snapshot): SnapshotIndex | null {
    const setting = indexInUse(snapshot.path);
    if (setting === undefined || snapshot.stats().size < setting.fromBytes) return null;
    return attempt(() => new SnapshotIndex(setting, snapshot));
  }

  /**
   * The heap as it is kept, its columns read one by one as they are asked for; null where it is not.
   * What is asked of it may throw anything: then it is to be dropped, and the snapshot read.
   */
  heap(locations: ReadLocations): Heap | null {
    return attempt(() => {
      const path = knownFolder(this.#setting, this.#name);
      const part = path && this.#part('columns');
      if (!path || !part) return null;
      touch(path);
      const facts = factsOf(part.facts);
      const columns = lazyColumns(part, facts, this.#locations(locations));
      return new Heap(columns, undefined, {
        dominators: () => this.#dominators(facts),
        retained: () => this.#retained(facts),
      });
    });
  }

  /** How nodes are kept as classified by `by`. @throws IndexFault */
  classification(by: string, nodeCount: number): Classification | undefined {
    const part = this.#part(partNameOf(by));
    if (part === null) return undefined;
    const classification = readKinds(part, by, nodeCount);
    this.#good.add(partNameOf(by));
    return classification;
  }

  /** Writes columns as the parser has given them; locations where they were read. */
  keepColumns(columns: Columns, hasLocations: boolean): void {
    const { weakEdges } = columns;
    // allocation stacks have no part: such a file is read anew
    if (weakEdges === undefined || columns.fileOfScript !== undefined || columns.allocations !== undefined) return;
    if (hasLocations) this.#keepLocations(columns);
    this.#write('columns', columnFacts(columns), () => columnArrays({ ...columns, weakEdges }));
  }

  keepDominators(dominators: Dominators, retained: Float64Array): void {
    this.#write('dominators', {}, () => dominatorArrays(dominators, retained));
  }

  keepClassification(by: string, { kindOf, kinds }: Classification): void {
    if (isWorthKeeping(kinds)) this.#write(partNameOf(by), { by }, () => kindArrays({ kindOf, kinds }));
  }

  /** Removes what is kept, since it is of no use. */
  drop(why: unknown): void {
    tell(why);
    this.#good.clear();
    attempt(() => {
      const path = knownFolder(this.#setting, this.#name);
      if (path !== null) removeIndex(this.#setting.folder, this.#name);
      return null;
    });
  }

  [Symbol.dispose](): void {
    for (const part of this.#open.splice(0)) part[Symbol.dispose]();
  }

  #locations(read: ReadLocations): LazyLocations {
    const part = once(() => this.#part('locations'));
    const columns = once(() => {
      const kept = part();
      if (kept !== null) return readLocations(kept);
      const found = read();
      this.#keepLocations(found);
      return found;
    });
    return { columns, odd: () => columns().oddLocations };
  }

  #keepLocations(locations: LocationColumns): void {
    const { oddLocations } = locations;
    this.#write('locations', oddLocations === undefined ? {} : { oddLocations }, () => locationArrays(locations));
  }

  #dominators({ nodeCount }: ColumnFacts): Dominators | undefined {
    const part = this.#part('dominators');
    return part === null ? undefined : readDominators(part, nodeCount);
  }

  #retained({ nodeCount }: ColumnFacts): Float64Array | undefined {
    const part = this.#part('dominators');
    return part === null ? undefined : readRetained(part, nodeCount);
  }

  /** Null where there is none. It stays open as long as this. */
  #part(name: string): OpenPart | null {
    const part = OpenPart.of(join(this.#setting.folder, this.#name, name), this.#binding);
    if (part !== null) this.#open.push(part);
    return part;
  }

  /** Not where the snapshot is no more what it was when it was opened. */
  #write(name: string, facts: object, arrays: () => PartArrays): void {
    if (this.#good.has(name)) return;
    attempt(() => {
      if (bindingOf(this.#snapshot) !== this.#binding) return null;
      const all = arrays();
      const path = madeFolder(this.#setting, this.#name);
      makeRoom(this.#setting, this.#name, bytesOfArrays(all));
      writePart(join(path, name), { binding: this.#binding, facts }, all);
      touch(path);
      this.#good.add(name);
      return null;
    });
  }
}

function partNameOf(by: string): string {
  return `by-${createHash('sha256').update(by).digest('hex').slice(0, 16)}`;
}

/** Null where it fails, whatever fails. */
function attempt<T>(act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    tell(error);
    return null;
  }
}

function tell(why: unknown): void {
  debug('%s', why instanceof Error ? why.message : why);
}
