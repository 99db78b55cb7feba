/**
 * Answers questions about kept snapshots (protocol/explore.ts), off the collector's own thread.
 *
 *     question ─> line ─> file found, memory looked at ─> thread reads it ─> answer
 *                 one at a time, so many wait               └─ keeps it for the next question, until nobody asks for a while
 *
 * One file is held at a time; a question about another takes its place.
 */
import { Either } from '../../agent/base/either.ts';
import { SnapshotSyntaxError } from '../../agent/base/syntax-error.ts';
import { untilAborted } from '../../agent/base/waiting.ts';
import { CLASSIFIERS } from '../../agent/classify/classifiers.ts';
import { ExploredFile, explorationBytes, type FileQuestion } from '../../agent/explore/explored-file.ts';
import { type Room, tightestFirst } from '../../agent/process/headroom.ts';
import { roomsOfProcess } from '../../agent/process/process-rooms.ts';
import { relation } from '../../agent/sets/relation.ts';
import type { Answer, Question } from '../../protocol/explore.ts';
import type { Report } from '../../protocol/finding.ts';
import { RequestError } from '../../protocol/requests.ts';
import { Gate } from '../targets/gate.ts';
import { objectionText } from '../targets/objection.ts';
import type { KeptFile, Snapshots } from './snapshots.ts';

/** Questions that may wait for their turn. */
const MAX_WAITING = 8;
/** How long a file is held after the last question about it. */
const IDLE_MS = 60_000;
/** How long an answer may take, the reading of the file with it. */
const ANSWER_TIMEOUT_MS = 120_000;
/** How many times its own size a file may have when it is unpacked. */
const GZIP_RATIO = 12;
/** By each object itself: those are asked for one by one. */
const NOT_ASKED = 'id';

export interface ExplorerOptions {
  readonly snapshots: Pick<Snapshots, 'find' | 'named'>;
  /** Whether contents of strings are shown. */
  readonly strings: boolean;
  /** What memory there is; default: what the system leaves this process. */
  readonly rooms?: () => Promise<Room[]>;
  /** Default: 60 s, 120 s. */
  readonly idleMs?: number;
  readonly timeoutMs?: number;
}

interface Held {
  readonly file: ExploredFile;
  readonly path: string;
  readonly version: string;
}

export class Explorer {
  readonly #options: ExplorerOptions;
  readonly #line = new Gate();
  readonly #stop = new AbortController();
  #waiting = 0;
  #held: Held | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: ExplorerOptions) {
    this.#options = options;
  }

  /** @param signal gives the question up; the file that is being read for it is kept all the same. @throws RequestError */
  async answer(question: Question, signal: AbortSignal): Promise<Answer> {
    if (question.question === 'classifiers') return { question: 'classifiers', classifiers: CHOICE };
    checkClassifiers(question);
    return await this.#worked(() => this.#answer(question), signal);
  }

  /** What is found in a kept snapshot, worst first. @throws as `answer` */
  async report(name: string, signal: AbortSignal): Promise<Report> {
    return await this.#worked(() => this.#report(name), signal);
  }

  async #worked<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#stop.signal.aborted) throw stopped();
    if (signal.aborted) throw givenUp();
    if (this.#waiting > MAX_WAITING) {
      throw new RequestError('busy', `Cannot explore: ${MAX_WAITING} questions wait already, try again later`);
    }
    using left = new Either([signal, this.#stop.signal]);
    this.#waiting++;
    const turn = this.#inTurn(work, left.signal).finally(() => this.#waiting--);
    try {
      return await untilAborted(turn, left.signal);
    } catch (error) {
      if (this.#stop.signal.aborted) throw stopped();
      throw signal.aborted ? givenUp() : error;
    }
  }

  /** Ends what is being worked out, and lets go of the file. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#drop('the collector stops');
  }

  /** One after another; a question that is given up before its turn leaves the line. */
  async #inTurn<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    let onGranted = () => {};
    const granted = new Promise<void>((resolve) => {
      onGranted = resolve;
    });
    const ticket = this.#line.enter(onGranted);
    try {
      if (!ticket.granted) await untilAborted(granted, signal);
      signal.throwIfAborted();
      return await work();
    } finally {
      ticket.release();
    }
  }

  async #answer(question: FileQuestion): Promise<Answer> {
    const find = () => this.#find(question);
    return await this.#of(find, async (kept) => {
      const { name: snapshot, takenAt = kept.writtenAt } = kept;
      const answer = await this.#ask(kept, find, (file) => file.answer(question));
      return { ...answer, snapshot, takenAt } as Answer;
    });
  }

  async #report(name: string): Promise<Report> {
    const find = async (): Promise<KeptFile> => {
      const kept = await this.#options.snapshots.named(name);
      if (kept) return kept;
      throw new RequestError('not-found', `Cannot report on ${name}: none is kept of this name (any more)`);
    };
    return await this.#of(find, async (kept) => {
      const { takenAt = kept.writtenAt } = kept;
      const found = await this.#ask(kept, find, (file) => file.findings(name));
      return { target: name, probe: 'snapshot', takenAt, baselines: [], ...found };
    });
  }

  async #of<T>(find: () => Promise<KeptFile>, work: (kept: KeptFile) => Promise<T>): Promise<T> {
    clearTimeout(this.#idle);
    try {
      return await work(await find());
    } finally {
      const { idleMs = IDLE_MS } = this.#options;
      this.#idle = setTimeout(() => void this.#drop('nobody asks'), idleMs).unref();
    }
  }

  async #ask<T>(kept: KeptFile, find: () => Promise<KeptFile>, ask: (file: ExploredFile) => Promise<T>): Promise<T> {
    const file = await this.#hold(kept);
    const { timeoutMs = ANSWER_TIMEOUT_MS } = this.#options;
    const late = setTimeout(() => void this.#drop(TOO_LATE), timeoutMs);
    try {
      return await ask(file);
    } catch (error) {
      // a question without an answer says nothing of the file; whatever else fails may have left half of one
      if (!(error instanceof RangeError)) await this.#drop('it has failed');
      throw await this.#failure(find, kept, error);
    } finally {
      clearTimeout(late);
    }
  }

  async #find({ target, isolate = 'main', snapshot }: FileQuestion): Promise<KeptFile> {
    const kept = await this.#options.snapshots.find(target, isolate, snapshot);
    if (kept) return kept;
    const which = snapshot ?? `a snapshot of ${target} (${isolate})`;
    throw new RequestError(
      'not-found',
      `Cannot explore ${which}: none is kept${snapshot === undefined ? '' : ' of this name'} (any more)`,
    );
  }

  /** The file, held from before or from now on. @throws RequestError where there is no memory for it */
  async #hold({ path, version, name, sizeBytes }: KeptFile): Promise<ExploredFile> {
    if (this.#held?.path === path && this.#held.version === version) return this.#held.file;
    await this.#drop('another snapshot is asked about');
    const needBytes = explorationBytes(name.endsWith('.gz') ? sizeBytes * GZIP_RATIO : sizeBytes);
    const [room] = await (this.#options.rooms ?? ownRooms)();
    if (room && room.bytes < needBytes) {
      throw new RequestError('refused', `Cannot read ${name}: ${objectionText({ kind: 'room', needBytes, room })}`);
    }
    if (this.#stop.signal.aborted) throw stopped();
    const file = new ExploredFile({ path, strings: this.#options.strings });
    this.#held = { file, path, version };
    return file;
  }

  async #drop(why: string): Promise<void> {
    clearTimeout(this.#idle);
    const held = this.#held;
    this.#held = undefined;
    await held?.file.close(new Error(why));
  }

  async #failure(find: () => Promise<KeptFile>, { name, path }: KeptFile, error: unknown): Promise<Error> {
    if (error instanceof RangeError) return new RequestError('not-found', error.message);
    if (error instanceof SnapshotSyntaxError) {
      return new RequestError('unreadable', `Cannot explore ${name}: ${error.message}`);
    }
    const { message, cause } = error as Error;
    if (message === TOO_LATE) return new RequestError('refused', `Cannot explore ${name}: ${TOO_LATE}`);
    if ((cause as NodeJS.ErrnoException | undefined)?.code === 'ERR_WORKER_OUT_OF_MEMORY') {
      return new RequestError(
        'refused',
        `Cannot explore ${name}: the answer takes more memory than a thread of ours may have`,
      );
    }
    // one that was taken away meanwhile is not there any more
    const still = await find().catch((missing: unknown) => missing as Error);
    if (still instanceof Error) return still;
    return new RequestError('unreadable', message.replaceAll(path, name));
  }
}

const TOO_LATE = 'it took too long, ask about fewer objects';

/** What a partition may be split by. */
const CHOICE = CLASSIFIERS.filter(({ by }) => by !== NOT_ASKED).map(({ by, header }) => ({ by, header }));

function ownRooms(): Promise<Room[]> {
  return roomsOfProcess(process.pid).then(tightestFirst);
}

/** @throws RequestError */
function checkClassifiers(question: FileQuestion): void {
  const names = [question.by, question.question === 'partition' ? question.split : undefined];
  for (const name of names) {
    if (name === undefined) continue;
    let by: string;
    try {
      ({ by } = relation(name));
    } catch (error) {
      throw new RequestError('bad-params', (error as Error).message);
    }
    if (by.split('&').some((factor) => factor === 'id' || factor === 'idset')) {
      throw new RequestError(
        'bad-params',
        `Cannot explore by "${name}": each object would be a row, ask for "objects"`,
      );
    }
  }
}

function stopped(): RequestError {
  return new RequestError('busy', 'Cannot explore: the collector stops');
}

function givenUp(): RequestError {
  return new RequestError('busy', 'Cannot explore: no client waits for the answer any more');
}
