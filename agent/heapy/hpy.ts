/**
 * The library's face, in heapy's words:
 *
 *     import { hpy } from 'heapwatch';
 *
 *     await using hp = await hpy(9229);        // a port, host:port, ws://…, pid:4711, a .heapsnapshot file; nothing: this process
 *     const h = await hp.heap();               // takes a snapshot: the process is stopped meanwhile
 *     console.log(String(h));                  // heapy's table
 *     console.log(String(h[0].byvia), String(h[0].sp));
 *
 * What costs the process something is awaited; sets are this thread's own and answer at once.
 */
import { appendFileSync } from 'node:fs';
import { access, constants, readFile } from 'node:fs/promises';
import type { Cost, Usage } from '../../protocol/partition.ts';
import { epochError } from '../base/errors.ts';
import { fileError } from '../base/file-error.ts';
import { parseTarget, TargetSyntaxError } from '../base/target.ts';
import { type Birthday, byAge } from '../classify/age.ts';
import type { Classifier } from '../classify/naming/classifier.ts';
import { isCoreFile } from '../memory/core-file.ts';
import { inOriginalNames } from '../original/in-use.ts';
import { ownNodes } from '../partition/own-nodes.ts';
import type { Quote } from '../probe/quote.ts';
import { type HeapSet, heldElsewhere, setOfIds, wholeHeap } from '../sets/heap-set.ts';
import { ANYTHING, Kind, NOTHING } from '../sets/kind.ts';
import { type PathGraph, type PathGraphOptions, shpgraph } from '../sets/path-graph.ts';
import type { Path, Paths } from '../sets/paths.ts';
import type { Pattern } from '../sets/pattern.ts';
import { firstOf, type KindName, type Relation, relation, relationOf } from '../sets/relation.ts';
import { type Mark, markOf, Since, sinceMark } from '../sets/since.ts';
import type { Difference, Stat } from '../sets/stat.ts';
import { HeapView } from '../sets/view.ts';
import { FileSource, takeFile } from './file-source.ts';
import { LiveSource } from './live-source.ts';
import { ObjectView } from './object-view.ts';
import { OwnSource } from './own-source.ts';
import type { HeapProgress, Source, Taken, TakeOptions } from './source.ts';

export type {
  Cost,
  Difference,
  HeapProgress,
  HeapSet,
  KindName,
  Path,
  PathGraph,
  Paths,
  Pattern,
  Quote,
  Relation,
  Stat,
  Usage,
};
export { Kind, ObjectView, Since };

export interface HpyOptions {
  /** Of a live process: `main` (the default) or `worker:N`. */
  readonly isolate?: string;
  /** False: contents of strings, keys of maps among them, are not shown. Default true. */
  readonly strings?: boolean;
  /**
   * How heaps are read. `snapshot` (the default) asks V8 through the inspector. `walk` reads a process of this machine from
   * outside: no inspector, no memory in it, a stop of some 0.5 s a GB; but no object ids, so no checkpoints. Core files are
   * always walked.
   */
  readonly probe?: 'snapshot' | 'walk';
  /** Executable of a core file; default: the one that the file names. */
  readonly exe?: string;
  readonly signal?: AbortSignal;
}

export interface HeapOptions {
  readonly signal?: AbortSignal;
  /** Goes into dumps. */
  readonly label?: string;
  /** Told at most ten times a second. */
  readonly onProgress?: (progress: HeapProgress) => void;
  /** Told what the snapshot has cost the process; never for a file. */
  readonly onCost?: (cost: Cost) => void;
}

/**
 * A session on a process or a file. A live process is attached to until the session is closed, in a thread of its own: its
 * exit is never held up. Without a target: on the process itself, without what is heapwatch's own.
 * @throws TargetSyntaxError, AttachError, an Error of one line
 */
export async function hpy(target?: string | number, options: HpyOptions = {}): Promise<Hpy> {
  return new Hpy(await sourceOf(target, options), options);
}

async function sourceOf(
  target: string | number | undefined,
  { isolate = 'main', strings = true, probe, exe, signal }: HpyOptions,
): Promise<Source> {
  if (target === undefined) return new OwnSource();
  const text = String(target);
  const { kind } = parseTarget(text);
  if (probe === 'walk' || (kind === 'file' && isCoreFile(text))) {
    // what attaches is not loaded in a program that looks at itself
    const [{ findMemory }, { WalkSource }] = await Promise.all([
      import('../probe/walked-memory.ts'),
      import('./walk-source.ts'),
    ]);
    const { place, isolates } = await findMemory(text, { exe, signal });
    return WalkSource.open({ place, target: text, isolate, isolates, signal });
  }
  switch (kind) {
    case 'file':
      // a name that is misspelt is said at once, not by the first question
      await access(text, constants.R_OK).catch((cause) => {
        throw fileError('read', text, cause);
      });
      return new FileSource(text);
    case 'collector':
      throw new TargetSyntaxError(
        `Cannot open ${text}: a collector stores partitions, no heaps; name a process or a file`,
      );
    default:
      return LiveSource.open({ target: text, isolate, strings, signal });
  }
}

export class Hpy implements AsyncDisposable {
  readonly #source: Source;
  readonly #options: HpyOptions;
  /** The heap taken last, for `iso`. */
  #view: HeapView | undefined;
  /** Why no further heap can be taken. */
  #reason: Error | undefined;
  /** Checkpoints, oldest first; the last is what heaps are relative to. */
  #marks: Mark[] = [];

  /** Use `hpy`. */
  constructor(source: Source, options: HpyOptions) {
    this.#source = source;
    this.#options = options;
    void source.ended.then((reason) => {
      this.#reason = reason;
    });
  }

  /** The target as it was given; `self` for this process. */
  get target(): string {
    return this.#source.target;
  }

  /** `pid 4711, node v20.20.2, /srv/app/server.js`, or that it is a file. */
  get description(): string {
    return this.#source.description;
  }

  /** Settles once, never rejects, with why no further heap can be taken: the process ended, the session was closed. */
  get ended(): Promise<Error> {
    return this.#source.ended;
  }

  /**
   * The objects of the heap as it is now, by a full snapshot: all of them, or after `setrelheap` those born since.
   * @throws DetachedError when the process goes; EpochError where what is new cannot be told any more; SnapshotSyntaxError
   */
  async heap(options: HeapOptions = {}): Promise<HeapSet> {
    if (this.#marks.length > 0) return (await this.since(options)).born;
    return wholeHeap(await this.#take((how) => this.#source.take(how), options));
  }

  /**
   * Of what `heap()` gives, the objects that neither the program's globals nor its modules reach: held by timers, by native
   * code, or by V8 itself. @throws as `heap`
   */
  async heapu(options: HeapOptions = {}): Promise<HeapSet> {
    return heldElsewhere(await this.heap(options));
  }

  /**
   * heapy's checkpoint: from now on `heap()` gives what was born after it, and `since()` also what was freed and what
   * survived. It keeps nothing alive in the process; but it makes V8 keep the ids of objects, by which the process's
   * minor collections take 4 to 13 times as long, until `setrelheap(null)` or `close()`. Several checkpoints
   * may stand: heaps are relative to the last, and `Age` tells between which of them an object was born.
   * @param label names it; default `checkpoint 1`, `checkpoint 2`, …. Null, or hp.Nothing: no checkpoint any more
   * @returns the whole heap at the time; null if there is no checkpoint any more
   * @throws as `heap`; TypeError for a file, and for a set or another kind
   */
  async setrelheap(label?: string | Kind | null, options: HeapOptions = {}): Promise<HeapSet | null> {
    if (label === null || label === NOTHING) {
      this.#marks = [];
      await this.#source.release();
      return null;
    }
    if (label !== undefined && typeof label !== 'string') {
      throw new TypeError(
        'Cannot set a checkpoint to a set or a kind: a checkpoint is the whole heap as it is now; leave objects out with h.sub(…)',
      );
    }
    const name = label ?? `checkpoint ${this.#marks.length + 1}`;
    const view = await this.#take((how) => this.#source.mark(name, how), { ...options, label: options.label ?? name });
    this.#marks = [...this.#marks.filter((mark) => mark.label !== name), markOf(name, view)];
    return wholeHeap(view);
  }

  /**
   * What has become of the heap since the last checkpoint.
   * @throws as `heap`; RangeError if there is no checkpoint
   */
  async since(options: HeapOptions = {}): Promise<Since> {
    const mark = this.#marks.at(-1);
    if (!mark) throw new RangeError('Cannot say what is new: there is no checkpoint, call setrelheap() first');
    const view = await this.#take((how) => this.#source.takeSince(mark.label, how), options);
    const since = sinceMark(mark, view);
    if (since) return since;
    await this.#source.distrust();
    throw epochError(mark.label);
  }

  /** What `heap()` would cost the process now; null for a file. */
  quote(options: { signal?: AbortSignal } = {}): Promise<Quote | null> {
    return this.#source.quote(options.signal);
  }

  /** The process's gauges now: heap used, limit, RSS. @throws TypeError for a file */
  usage(options: { signal?: AbortSignal } = {}): Promise<Usage> {
    return this.#source.usage(options.signal);
  }

  /** All objects of a snapshot file, plain or gzipped. @throws SnapshotSyntaxError, an Error of one line */
  async load(path: string, { signal, onProgress, label }: HeapOptions = {}): Promise<HeapSet> {
    return wholeHeap(this.#viewOf(await takeFile(path, { signal, onProgress }), label));
  }

  /** The figures that a dump file holds, in its order. @throws SyntaxError that tells the line, an Error of one line */
  async loadStats(path: string): Promise<(Stat | Difference)[]> {
    const { load } = await import('../sets/load.ts');
    const text = await readFile(path, 'utf8').catch((cause) => {
      throw fileError('read', path, cause);
    });
    return load(text);
  }

  /** The objects with those ids of V8's in the heap taken last. @throws RangeError for an id that no object has */
  iso(...ids: readonly number[]): HeapSet {
    if (this.#view === undefined) {
      throw new RangeError('Cannot take objects by id: no heap has been taken yet, call heap()');
    }
    return setOfIds(this.#view, ...ids);
  }

  /** As `iso`, of any iterable. */
  idset(ids: Iterable<number>): HeapSet {
    return this.iso(...ids);
  }

  /** A relation by its name: `by('kind&size')`. Called, it gives kinds. @throws RangeError that names those there are */
  by(name: string): Relation {
    return relation(name, this.#classifiers());
  }

  /** The relation by which objects differ of which different ones of `kinds` are the first that they are of. */
  findex(...kinds: readonly (Kind | HeapSet)[]): Relation {
    return firstOf(...kinds);
  }

  /** Shortest paths to each of several sets. */
  shpgraph(targets: readonly HeapSet[], options: PathGraphOptions = {}): PathGraph {
    return shpgraph(targets, options);
  }

  // relations by heapy's names and ours: `hp.Size(88)`, `hp.Via('.cache')`

  get Clodo(): Relation {
    return relation('kind');
  }

  get Kind(): Relation {
    return relation('kind');
  }

  get Type(): Relation {
    return relation('type');
  }

  get Class(): Relation {
    return relation('class');
  }

  get Name(): Relation {
    return relation('name');
  }

  get Size(): Relation {
    return relation('size');
  }

  get Retained(): Relation {
    return relation('retained');
  }

  get Module(): Relation {
    return relation('module');
  }

  get Owner(): Relation {
    return relation('owner');
  }

  get Rcs(): Relation {
    return relation('referrers');
  }

  get Via(): Relation {
    return relation('via');
  }

  get Id(): Relation {
    return relation('id');
  }

  get Idset(): Relation {
    return relation('idset');
  }

  get Unity(): Relation {
    return relation('unity');
  }

  /** The relation by which objects differ that were born between other checkpoints. @throws RangeError without any */
  get Age(): Relation {
    return relationOf(byAge(this.#birthdays()));
  }

  get Anything(): Kind {
    return ANYTHING;
  }

  /** The kind that no object is of. */
  get Nothing(): Kind {
    return NOTHING;
  }

  /** Lets go of the process and leaves it as it was found; sets stay good. */
  close(): Promise<void> {
    return this.#source.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  toString(): string {
    const mark = this.#marks.at(-1);
    const relative = mark ? `, relative to "${mark.label}"` : '';
    const gone = this.#reason === undefined ? '' : ', which has gone';
    return `heapwatch on ${this.#source.target} (${this.#source.description})${gone}${relative}`;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  #birthdays(): Birthday[] {
    return this.#marks.map(({ label, maxId }) => ({ label, maxId }));
  }

  /** Those that there are in this session beside those of every heap. */
  #classifiers(): Classifier[] {
    return this.#marks.length === 0 ? [] : [byAge(this.#birthdays())];
  }

  async #take(take: (how: TakeOptions) => Promise<Taken>, options: HeapOptions): Promise<HeapView> {
    const { signal, onProgress, onCost, label } = options;
    const taken = await take({ signal, onProgress });
    if (taken.cost) onCost?.(taken.cost);
    const view = this.#viewOf(taken, label);
    this.#view = view;
    return view;
  }

  #viewOf(taken: Taken, label: string | undefined): HeapView {
    return new HeapView(inOriginalNames(taken.columns), {
      strings: this.#options.strings ?? true,
      // without ids that are held nothing is compared by them, and a heap has what it has
      ...(taken.epoch !== undefined && { own: ownNodes(taken.columns, taken.ownIds) }),
      origin: { ...taken.origin, ...(label !== undefined && { label }) },
      theone: (id, text) => this.#source.look(id, text, taken),
      classifiers: () => this.#classifiers(),
      append,
    });
  }
}

/** Synchronous, as all that sets do. @throws an Error of one line */
function append(path: string, text: string): void {
  try {
    appendFileSync(path, text);
  } catch (cause) {
    throw fileError('write', path, cause as NodeJS.ErrnoException);
  }
}
