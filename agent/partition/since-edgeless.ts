/**
 * What was born, freed and survived between two snapshot files of one epoch, by V8 type and name, without an edge of either
 * (edgeless-file.ts): the objects of the first are kept by their ids, and each of the second is looked up among them.
 *
 *     before  ──> KnownObjects  <── now: found, the same object      survived, and crossed out
 *                      │                 found, another one          born; the old one was freed
 *                      │                 not found                   born
 *                      └── what is not crossed out in the end        freed
 *
 * The same as `relative` gives (since.ts) but for memory of ArrayBuffers: which of them holds it only edges tell, so here
 * it survives with its id and its size.
 */

import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import { ARRAY_BUFFER_MEMORY } from '../classify/naming/words.ts';
import { type EdgelessHead, type FileStrings, readEdgeless, stringsOf } from '../parse/edgeless-file.ts';
import type { ReadAt } from '../parse/find-section.ts';
import { NameCounts } from '../parse/name-counts.ts';
import type { NodeBatch } from '../parse/node-batches.ts';
import { isNamedByContent, rawNameText } from '../parse/raw-name.ts';
import { hashesOf, Imprints, mayBeSame } from './imprint.ts';
import { add, KindTallies, type KindTally, merge } from './kind-tallies.ts';
import { KnownObjects, NOWHERE } from './known-objects.ts';
import type { RelativeRows } from './since.ts';

/** A file that can be read anywhere. */
export interface ReadableFile {
  readonly read: ReadAt;
  readonly sizeBytes: number;
}

/** The strings of a snapshot and their hashes (imprint.ts): they may be read by another thread. */
export interface HashedStrings extends FileStrings {
  readonly hashes: Uint32Array;
}

/** @throws SnapshotSyntaxError, as EdgelessCheckpoint does */
export function hashedStringsOf({ read, sizeBytes }: ReadableFile): HashedStrings {
  const found = stringsOf(read, sizeBytes);
  return { ...found, hashes: hashesOf(found.strings) };
}

/**
 * The objects of one file, to hold one other against.
 * @throws SnapshotSyntaxError, also for a file that only a whole reading can read
 */
export class EdgelessCheckpoint {
  #objects!: KnownObjects;
  #head!: EdgelessHead;
  #imprints!: Imprints;
  #synthetic = -1;
  #maxId = 0;

  constructor({ read, sizeBytes }: ReadableFile) {
    readEdgeless(read, sizeBytes, (head) => this.#open(head));
  }

  /**
   * The rows of `now` relative to this one, which is of no use afterwards. Linear.
   * @param ahead its strings, where they have been read already
   * @throws SnapshotSyntaxError, as the constructor does
   */
  relative(
    now: ReadableFile,
    { header, by }: { readonly header: string; readonly by: string },
    ahead?: HashedStrings,
  ): RelativeRows {
    const since = new Now(this.#objects, ahead?.hashes);
    readEdgeless(now.read, now.sizeBytes, (head) => since.open(head), ahead);
    const tallies = new KindTallies();
    since.tell(tallies);
    this.#tellFreed(tallies);
    const rows = tallies.rows();
    return {
      header,
      by,
      ...rows,
      recycled: since.recycled,
      isReversed: rows.count > 0 && since.maxId < this.#maxId,
    };
  }

  #open(head: EdgelessHead): (batch: NodeBatch) => void {
    this.#objects = new KnownObjects(head.header.nodeCount);
    this.#head = head;
    this.#imprints = imprintsOf(head);
    this.#synthetic = head.header.nodeTypes.indexOf('synthetic');
    return (batch) => this.#remember(batch);
  }

  #remember({ count, type, name, id, sizeBytes }: NodeBatch): void {
    const objects = this.#objects;
    const imprints = this.#imprints;
    const synthetic = this.#synthetic;
    for (let i = 0; i < count; i++) {
      if ((id[i]! & 1) === 0) continue;
      if (id[i]! > this.#maxId) this.#maxId = id[i]!;
      if (type[i] === synthetic) continue;
      const isNew = objects.keep(id[i]!, imprints.of(type[i]!, name[i]!), type[i]!, name[i]!, sizeBytes[i]!);
      if (!isNew) throw new SnapshotSyntaxError(`two nodes have the id ${id[i]}, which only all columns tell apart`, 0);
    }
  }

  /** Those that have not been crossed out. */
  #tellFreed(tallies: KindTallies): void {
    const counts = countsOf(this.#head);
    this.#objects.each((type, name, sizeBytes) => {
      if (sizeBytes > 0) counts.add(type, name, sizeBytes);
    });
    tell(counts, this.#head, tallies, 'freed');
  }
}

/** The later file. */
class Now {
  recycled = 0;
  maxId = 0;
  readonly #leftOut = { count: 0, sizeBytes: 0 };
  readonly #objects: KnownObjects;
  readonly #hashes: Uint32Array | undefined;
  #head!: EdgelessHead;
  #imprints!: Imprints;
  #born!: NameCounts;
  #survived!: NameCounts;
  #synthetic = -1;
  #native = -1;
  #memoryName = -1;

  constructor(objects: KnownObjects, hashes?: Uint32Array) {
    this.#objects = objects;
    this.#hashes = hashes;
  }

  open(head: EdgelessHead): (batch: NodeBatch) => void {
    this.#head = head;
    this.#imprints = imprintsOf(head, this.#hashes);
    this.#born = countsOf(head);
    this.#survived = countsOf(head);
    this.#synthetic = head.header.nodeTypes.indexOf('synthetic');
    this.#native = head.header.nodeTypes.indexOf('native');
    this.#memoryName = head.strings.find(ARRAY_BUFFER_MEMORY);
    return (batch) => this.#lookUp(batch);
  }

  #lookUp({ count, type, name, id, sizeBytes }: NodeBatch): void {
    for (let i = 0; i < count; i++) {
      const isOdd = (id[i]! & 1) === 1;
      if (isOdd && id[i]! > this.maxId) this.maxId = id[i]!;
      if (type[i] === this.#synthetic) continue;
      const isSame = isOdd && this.#crossOut(type[i]!, name[i]!, id[i]!, sizeBytes[i]!);
      if (!isOdd || sizeBytes[i] === 0) add(this.#leftOut, sizeBytes[i]!);
      else (isSame ? this.#survived : this.#born).add(type[i]!, name[i]!, sizeBytes[i]!);
    }
  }

  /** Whether the object was there before, which is then crossed out. */
  #crossOut(type: number, name: number, id: number, sizeBytes: number): boolean {
    const objects = this.#objects;
    const at = objects.find(id);
    if (at === NOWHERE) return false;
    if (!mayBeSame(objects.imprintAt(at), this.#imprints.of(type, name))) {
      this.recycled++;
      return false;
    }
    if (name === this.#memoryName && type === this.#native && objects.sizeAt(at) !== sizeBytes) return false;
    objects.drop(at);
    return true;
  }

  tell(tallies: KindTallies): void {
    tell(this.#born, this.#head, tallies, 'born');
    tell(this.#survived, this.#head, tallies, 'survived');
    merge(tallies.leftOut, this.#leftOut);
  }
}

function imprintsOf({ header, strings }: EdgelessHead, hashes?: Uint32Array): Imprints {
  return new Imprints({ nodeTypes: header.nodeTypes, strings }, hashes);
}

function countsOf({ header }: EdgelessHead): NameCounts {
  return new NameCounts(header.nodeTypes.map((type) => !isNamedByContent(type)));
}

function tell(
  counts: NameCounts,
  { header, strings }: EdgelessHead,
  tallies: KindTallies,
  fate: keyof KindTally,
): void {
  for (const { type, name, count, sizeBytes } of counts.entries()) {
    const typeName = header.nodeTypes[type]!;
    const text = isNamedByContent(typeName) ? '' : strings.get(name);
    merge(tallies.of(rawNameText(typeName, text))[fate], { count, sizeBytes });
  }
}
