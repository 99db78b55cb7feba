/**
 * The probe `walk`: every object of a heap by its kind, exact, read from outside through the memory of its process, or from a
 * core file. No inspector; nothing is allocated in the target, which stands still for the copy only, or not at all.
 *
 *     V8's pages ──copy──> walked in a thread of ours ──> rows of each isolate ──> partition
 */
import { randomUUID } from 'node:crypto';
import { humanSize } from '../../protocol/human.ts';
import { type Incarnation, incarnationOf } from '../../protocol/incarnation.ts';
import type { Cost, Partition, Row } from '../../protocol/partition.ts';
import { MAIN, noIsolate } from '../cdp/isolate-name.ts';
import { bySizeThenKind, limitRows, sumOf } from '../partition/partition.ts';
import type { Forecast } from '../price/book.ts';
import { copyBytes, HOLD_MS } from '../price/inside.ts';
import { listPrice } from '../price/tariff.ts';
import type { KindRows } from '../rows/partition-parser.ts';
import { Conversation } from '../threads/conversation.ts';
import { programUrl } from '../threads/program.ts';
import type { IsolateKinds, KindRow } from '../walk/walk-kinds.ts';
import type { GraphAnswer, GraphQuestion } from './walk/graph-job.ts';
import type { OpenedHeap, WalkAnswer, WalkedMemory, WalkQuestion } from './walk/walk-job.ts';

export type { WalkedMemory };

/** Its process as an inspector reported it; default: by /proc. */
export interface WalkOptions extends Incarnation {
  /** The target's text, for the partitions. */
  readonly target: string;
  /** False: it is not stopped, and what changes meanwhile may be counted wrong; figures are then estimates. Default true. */
  readonly stop?: boolean;
  /** The longest that it may be stopped: it then goes on, done or not. */
  readonly limitMs?: number;
  /** What holds its main thread still in place of a stop; of its workers figures are estimates then. `copied` tells when it may go on. */
  readonly hold?: (limitMs: number) => Promise<{ release(): Promise<{ heldMs: number; wasHeld: boolean }> }>;
  /** The names of its isolates in the order of their ids, where an inspector has named them. */
  readonly isolates?: readonly string[];
  /** It was made to collect just before. */
  readonly collected?: boolean;
  readonly label?: string;
  /** Rows of a partition; the rest goes into `other`. Absent: all. */
  readonly rows?: number;
  readonly signal?: AbortSignal;
}

/** What a graph is asked for: any of these. */
export type GraphAsk = Pick<
  GraphQuestion,
  'by' | 'reachable' | 'holders' | 'path' | 'findings' | 'output' | 'counted' | 'columns' | 'keptBy' | 'without'
>;

export interface WalkedGraph extends Omit<GraphAnswer, 'rows' | 'kinds'> {
  /** In the order of `by`; before them, where it was `counted`, the isolate's kinds as `walk` gives them. */
  readonly partitions: readonly Partition[];
  /** Absent for a core file. */
  readonly cost?: Cost;
}

type Moment = Pick<WalkAnswer, 'moment' | 'stoppedMs'>;

/** Its figures are of no one moment. */
function isEstimated(moment: Moment['moment'], isolate: string): boolean {
  return moment === 'running' || (moment === 'held' && isolate !== MAIN);
}

type Priced = Pick<Forecast, 'pauseMs'> & { readonly heldBytes: number };

/** Of one that is not stopped. */
const RUNS_ON: Priced = { pauseMs: 0, heldBytes: 0 };

const WALK_HEADER = 'Kind (class / store of class)';

/** What a walk makes are columns: more would only be filled with garbage. */
const MAX_YOUNG_MB = 2;

/** A little above what is: a stop that is over its limit is lost. */
const LIMIT_TIMES = 4;
const LEAST_LIMIT_MS = 1_000;

/** A process or core file that is walked once or again and again; a thread of ours, and while it is read a copy of its pages. */
export class Walker implements AsyncDisposable {
  readonly opened: OpenedHeap;
  readonly #thread: Conversation;
  readonly #isInside: boolean;
  #paid: { readonly stoppedMs: number; readonly copiedBytes: number } | undefined;

  private constructor(thread: Conversation, opened: OpenedHeap, isInside: boolean) {
    this.#thread = thread;
    this.#isInside = isInside;
    this.opened = opened;
  }

  /**
   * Costs the target nothing.
   * @throws AttachError where it may not be read or is no Node; LayoutRefusal for a V8 that is not known; CoreFileError
   */
  static async open(place: WalkedMemory, signal?: AbortSignal): Promise<Walker> {
    const thread = new Conversation(programUrl('./walk/walk-thread', import.meta.url), {
      job: place,
      staysOn: false,
      maxYoungMb: MAX_YOUNG_MB,
    });
    try {
      const opened = await thread.ask<OpenedHeap>('open', {}, undefined, signal);
      return new Walker(thread, opened, 'pid' in place && place.isInside === true);
    } catch (error) {
      await thread.terminate(error as Error);
      throw error;
    }
  }

  /** How long the target would stand still now, and what of its memory it would cost: none. @throws DetachedError */
  async forecast(signal?: AbortSignal): Promise<Forecast & { readonly heldBytes: number }> {
    const heldBytes = await this.#thread.ask<number>('heldBytes', {}, undefined, signal);
    const paid = this.#paid;
    const { pauseMs, extraBytes } = paid
      ? { pauseMs: Math.round((paid.stoppedMs * heldBytes) / paid.copiedBytes), extraBytes: 0 }
      : listPrice('walk', heldBytes, this.opened.v8);
    return {
      pauseMs: pauseMs + (this.#isInside && !paid ? HOLD_MS : 0),
      extraBytes,
      mostBytes: 0,
      heapBytes: 0,
      basis: paid ? 'history' : 'usage',
      heldBytes,
    };
  }

  /** A partition of each isolate, the main one first. @throws DetachedError, StopError, MemoryRoomError; the reason of `signal` */
  async walk(options: WalkOptions): Promise<Partition[]> {
    const { stop = true, signal } = options;
    const isProcess = this.opened.startTicks !== 0;
    const forecast = isProcess ? await this.forecast(signal) : undefined;
    const limitMs = options.limitMs ?? Math.max(LEAST_LIMIT_MS, LIMIT_TIMES * (forecast?.pauseMs ?? 0));
    const question: WalkQuestion = { stop, limitMs };
    const answer = await this.#read<WalkAnswer>('walk', question, options);
    const { moment, stoppedMs, copiedBytes, kinds } = answer;
    if (moment === 'stopped') this.#paid = { stoppedMs, copiedBytes };
    const cost = forecast && this.#cost(stoppedMs, stop || options.hold ? forecast : RUNS_ON, copiedBytes);
    return kinds.isolates.map((isolate, index) =>
      this.#partition(isolate, nameOf(index, kinds.isolates.length, options.isolates), answer, options, cost),
    );
  }

  /**
   * The graph of one isolate: rows by any classifier, paths, what keeps kinds alive, a file, the columns; as `ask` says.
   * @param isolate its name; `main`, `isolate:2`, or as an inspector named them. @throws as `walk`; RangeError
   */
  async graph(isolate: string, ask: GraphAsk, options: WalkOptions): Promise<WalkedGraph> {
    const { stop = true, signal, rows } = options;
    const forecast = this.opened.startTicks !== 0 ? await this.forecast(signal) : undefined;
    const limitMs = options.limitMs ?? Math.max(LEAST_LIMIT_MS, LIMIT_TIMES * (forecast?.pauseMs ?? 0));
    const index = indexOf(isolate, options.isolates);
    const question: GraphQuestion = { stop, limitMs, isolate: index, ...(rows !== undefined && { rows }), ...ask };
    const answer = await this.#read<GraphAnswer>('graph', question, options);
    if (answer.moment === 'stopped') this.#paid = answer;
    const cost =
      forecast && this.#cost(answer.stoppedMs, stop || options.hold ? forecast : RUNS_ON, answer.copiedBytes);
    const { kinds, ...graph } = answer;
    const counted = kinds?.isolates[index];
    const partitions = [
      ...(counted ? [this.#partition(counted, isolate, answer, options, cost)] : []),
      ...answer.rows.map((table) => this.#graphPartition(table, isolate, answer, options, cost)),
    ];
    return { ...graph, partitions, ...(cost && { cost }) };
  }

  /** Asks the thread; a target that is held instead of stopped goes on as soon as its pages are copied. */
  async #read<Answer extends Moment>(
    call: 'walk' | 'graph',
    question: WalkQuestion,
    { hold, signal }: WalkOptions,
  ): Promise<Answer> {
    if (hold === undefined) return await this.#thread.ask<Answer>(call, question, undefined, signal);
    const held = await hold(question.limitMs ?? LEAST_LIMIT_MS);
    let released: ReturnType<typeof held.release> | undefined;
    const release = () => {
      released ??= held.release();
      released.catch(() => {}); // thrown below, if the answer comes
      return released;
    };
    try {
      const answer = await this.#thread.ask<Answer>(call, { ...question, stop: false }, () => void release(), signal);
      const { heldMs, wasHeld } = await release();
      return { ...answer, stoppedMs: heldMs, ...(wasHeld && answer.moment === 'running' && { moment: 'held' }) };
    } finally {
      await release().catch(() => {}); // it has gone: nothing is held any more
    }
  }

  /** Ends its thread at once: a process that it has stopped goes on by the guard. */
  async end(): Promise<void> {
    await this.#thread.terminate(new Error('Cannot walk on: it was ended'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#thread.ask('close').catch(() => {}); // it has ended: there is nothing to be closed
    await this.end();
  }

  /** In the process that is read the copy is its own memory. */
  #cost(pauseMs: number, { pauseMs: forecastMs, heldBytes }: Priced, copiedBytes: number): Cost {
    const [forecastBytes, extraBytes] = this.#isInside ? [copyBytes(heldBytes), copiedBytes] : [0, 0];
    return { forecast: { pauseMs: forecastMs, extraBytes: forecastBytes }, pauseMs, extraBytes, keptBytes: extraBytes };
  }

  #graphPartition(
    { by, header, rows, ...sums }: KindRows,
    isolate: string,
    { moment, takenAtMs, heapUsedBytes }: GraphAnswer,
    { target, label, collected = false, ...known }: WalkOptions,
    cost: Cost | undefined,
  ): Partition {
    const isEstimate = isEstimated(moment, isolate);
    return {
      target,
      isolate,
      probe: 'walk',
      by,
      takenAt: new Date(takenAtMs).toISOString(),
      id: randomUUID(),
      ...incarnationOf(known.incarnation === undefined ? this.incarnation : known),
      header,
      label: label ?? labelOf({ deadBytes: 0 }, { isEstimate, collected }),
      heapUsedBytes,
      ...sums,
      rows: isEstimate ? rows.map((row): Row => ({ ...row, estimated: true })) : [...rows],
      ...(cost && { cost }),
    };
  }

  #partition(
    isolate: IsolateKinds,
    name: string,
    { moment, takenAtMs }: Pick<WalkAnswer, 'moment' | 'takenAtMs'>,
    { target, label, rows: maxRows, collected = false, ...known }: WalkOptions,
    cost: Cost | undefined,
  ): Partition {
    // of one that was held a thread of V8's own may still have swept pages
    const isEstimate = isEstimated(moment, name) || (moment === 'held' && isolate.tornBytes > 0);
    const rows = withOutside(isolate)
      .map((row): Row => ({ ...row, ...(isEstimate && { estimated: true }) }))
      .sort(bySizeThenKind);
    const partition: Partition = {
      target,
      isolate: name,
      probe: 'walk',
      by: 'kind',
      takenAt: new Date(takenAtMs).toISOString(),
      id: randomUUID(),
      ...incarnationOf(known.incarnation === undefined ? this.incarnation : known),
      header: WALK_HEADER,
      label: label ?? labelOf(isolate, { isEstimate, collected }),
      heapUsedBytes: isolate.sizeBytes,
      ...sumOf(rows),
      rows,
      ...(isolate.deadCount > 0 && { dead: { count: isolate.deadCount, sizeBytes: isolate.deadBytes } }),
      ...(cost && { cost }),
    };
    return maxRows === undefined ? partition : limitRows(partition, maxRows);
  }

  /** Its process by /proc, or of a core file. */
  get incarnation(): Incarnation {
    const { pid, startTicks, atMs } = this.opened;
    const startedAtMs = Math.round(atMs / 1_000) * 1_000;
    const instant = new Date(startedAtMs).toISOString();
    if (startTicks === 0) return { incarnation: `core of pid ${pid ?? '?'}, written ${instant}` };
    return { incarnation: `pid ${pid}, started ${instant}`, ...(pid && { process: { pid, startedAtMs } }) };
  }
}

/** What objects hold outside is of a kind of its own, or of theirs. */
function withOutside({ rows, outside }: Pick<IsolateKinds, 'rows' | 'outside'>): KindRow[] {
  const more = new Map(outside.map((row) => [row.kind, row]));
  const joined = rows.map((row) => {
    const other = more.get(row.kind);
    more.delete(row.kind);
    return other ? { ...row, sizeBytes: row.sizeBytes + other.sizeBytes } : row;
  });
  return [...joined, ...more.values()];
}

/** The place of an isolate in the order of their ids. @throws RangeError for a name that nothing tells the place of; NoWorkerError */
function indexOf(isolate: string, names: readonly string[] | undefined): number {
  if (isolate === MAIN) return 0;
  const [, number] = /^isolate:(\d+)$/.exec(isolate) ?? [];
  const index = number === undefined ? (names ?? []).indexOf(isolate) : Number(number) - 1;
  if (index >= 0) return index;
  if (names) throw noIsolate(isolate, `Cannot walk ${isolate}: the target has ${names.join(', ')}`);
  throw new RangeError(`Cannot walk ${isolate}: only an inspector knows the numbers of workers`);
}

/**
 * Isolates have ids in the order of their birth, as worker threads have: where an inspector names as many as were found, these
 * are their names. Without one a worker's number is not known.
 */
function nameOf(index: number, count: number, names: readonly string[] | undefined): string {
  if (index === 0) return MAIN;
  return names?.length === count ? names[index]! : `isolate:${index + 1}`;
}

/** What lives is not known without a collection; it is said what the figures mean. */
function labelOf(
  { deadBytes }: Pick<IsolateKinds, 'deadBytes'>,
  { isEstimate, collected }: { isEstimate: boolean; collected: boolean },
): string {
  const when = collected
    ? 'what a collection just before left'
    : 'what lived at the last major collection, or was made since';
  const left = deadBytes > 0 ? `; ${humanSize(deadBytes)} that it found dead are left out` : '';
  return `${when}${left}${isEstimate ? '; read while it ran: figures are estimates' : ''}`;
}
