/**
 * V8's pages of a running process of this machine, read through /proc from outside: no inspector, nothing allocated in it.
 *
 *     /proc/PID/smaps ──> V8's mappings ──> what of them is held (pagemap) ──> copy of it (mem)
 *
 * Only as long as this takes the process is stopped (`stop`), or not at all: then what is read was there, but not all of it
 * at one moment. It belongs into a thread of its own: from SIGSTOP to SIGCONT nothing else runs in it.
 */
import { closeSync, openSync, readlinkSync } from 'node:fs';
import { humanSize } from '../../protocol/human.ts';
import { ElfError } from '../base/elf.ts';
import { AttachError, DetachedError } from '../base/errors.ts';
import { tightestFirst } from '../process/headroom.ts';
import { roomsOfProcess } from '../process/process-rooms.ts';
import { missingRight, obstacleOf, STANDS_STILL } from './access.ts';
import { Copiers, type Copy } from './copiers.ts';
import { clearHoles, readSome } from './copy.ts';
import { executableOf, holdsNode, type OpenedFile, openFile } from './executable.ts';
import { Guard } from './guard.ts';
import { headersOf } from './headers.ts';
import { heldPages } from './held-pages.ts';
import type { Executable, MemoryImage } from './image.ts';
import { mappedRuns } from './mapped-runs.ts';
import { type Mapping, v8Mappings } from './mappings.ts';
import { MemoryRoomError } from './memory-room.ts';
import { isForbidden, isGone, isStopped, keyedStat, type ProcessKey, statOf } from './process-state.ts';
import { type HeldPages, PAGE_BYTES, type Plan, planOf, sumBytes } from './regions.ts';
import { StopError, StopObstacleError, whileStopped } from './stop.ts';
import { onlyWanted, type Wanted } from './wanted.ts';
import { readWhole, textPieces } from './whole-file.ts';

export interface ReadOptions {
  /** The process is stopped meanwhile. False: it runs on, and what changes while it is read may be torn. */
  readonly stop: boolean;
  /** It goes on after that, done or not. */
  readonly limitMs?: number;
  /** Asked at that moment, of a process that we have stopped, before anything is copied: by throwing it ends the stop at once. */
  readonly before?: (outside: MemoryImage['outside']) => void;
  /** Of one that runs on: given headers of its pages as they are before anything is copied (see headers.ts). */
  readonly headers?: (image: MemoryImage) => void;
  /** What of the memory is worth a copy; default: all. */
  readonly wanted?: Wanted;
  /** Done at that moment, before the process goes on: for what of `outside` belongs to it. At once, no promise. */
  readonly atMoment?: (image: MemoryImage) => void;
}

/** What one reading gave, and what it cost the process. */
export interface MemoryReading {
  /** Its buffer is overwritten by the next reading. */
  readonly image: MemoryImage;
  readonly takenAtMs: number;
  /** `stopped`: by us. `found stopped`: before we came, and left so. `running`: it was not stopped. */
  readonly moment: 'stopped' | 'found stopped' | 'running';
  /** How long it stood still for us. */
  readonly stoppedMs: number;
  readonly copiedBytes: number;
  /** What was there when the reading began and could not be read: given back meanwhile. */
  readonly lostBytes: number;
}

const DEFAULT_LIMIT_MS = 30_000;
/** What the buffer has beyond what is held before the stop: V8 goes on allocating. */
const SPARE_RATIO = 1 / 16;
const SPARE_BYTES = 16 * 2 ** 20;

export class ProcessMemory implements AsyncDisposable {
  readonly key: ProcessKey;
  /** The file that holds V8. */
  readonly executable: Executable;
  readonly #files: Files;
  readonly #copiers: Copiers;
  #guard: Guard | undefined;
  #buffer = new SharedArrayBuffer(0);

  private constructor(key: ProcessKey, files: Files, executable: Executable) {
    this.key = key;
    this.#files = files;
    this.executable = executable;
    this.#copiers = new Copiers(files.mem);
  }

  /**
   * Costs the process nothing.
   * @param memFd its /proc/PID/mem, opened by itself and handed on: Linux asks for the right to read when it is opened
   * @param isInside we are a thread of it: it is not to be stopped
   * @throws AttachError in one line: there is none, it may not be read and what right is missing, it is no Node
   */
  static open(pid: number, memFd?: number, isInside = false): ProcessMemory {
    if (process.platform !== 'linux') {
      throw unreadable(pid, `it is read through Linux's /proc, which ${process.platform} lacks`);
    }
    const reason = obstacleOf(pid, isInside);
    const startTicks = statOf(`/proc/${pid}`)?.startTicks;
    if (reason !== null || startTicks === undefined) throw unreadable(pid, reason ?? 'it has ended');
    const key = { pid, startTicks };
    const files = new Files(pid, memFd);
    try {
      const executable = files.executable(pid);
      // opened by number: all of it is one process if it is the same before and after
      if (keyedStat(key) === null) throw unreadable(pid, 'it has ended');
      return new ProcessMemory(key, files, executable);
    } catch (error) {
      files.close();
      throw asAttachError(pid, error);
    }
  }

  /** How much a copy would have now. Reads one file of /proc; costs the process nothing. @throws DetachedError */
  heldBytes(): number {
    const bytes = sumHeld(this.#files.mappings());
    if (bytes === 0 || keyedStat(this.key) === null) throw this.#ended();
    return bytes;
  }

  /** @throws DetachedError if it ends meanwhile; StopError; MemoryRoomError before it is stopped */
  async read({
    stop,
    limitMs = DEFAULT_LIMIT_MS,
    before = () => {},
    headers = () => {},
    wanted,
    atMoment = () => {},
  }: ReadOptions): Promise<MemoryReading> {
    if (stop && this.key.pid === process.pid) throw unreadable(this.key.pid, STANDS_STILL);
    const mappings = this.#files.mappings();
    if (sumHeld(mappings) === 0) throw this.#ended();
    const heldBefore = wanted ? sumBytes(this.#plan(wanted, mappings).regions) : sumHeld(mappings);
    // before there is a buffer: a fork has every page of it fault once more, in the stop
    if (stop) this.#guard ??= await Guard.start();
    await this.#makeRoom(Math.ceil(heldBefore * (1 + SPARE_RATIO)) + SPARE_BYTES);
    using copy = await this.#copiers.standBy(this.#buffer, heldBefore, mostPieces(mappings));
    const found = isStopped(this.key.pid);
    const takenAtMs = Date.now();
    const work = () => {
      const runs = !stop && !found;
      if (runs) headers(this.#headersOf(this.#plan(undefined)));
      else if (!found) before(this.#outside);
      const { image, ...copied } = this.#copy(copy, wanted);
      const seen = runs ? { ...image, mapped: mappedRuns(this.#files.smapsText()) } : image;
      atMoment(seen);
      return { image: seen, ...copied };
    };
    const { result, stoppedMs } =
      this.#guard && stop && !found
        ? await this.#stopped(this.#guard, limitMs, work)
        : { result: work(), stoppedMs: 0 };
    if (keyedStat(this.key) === null) throw this.#ended();
    return {
      ...result,
      takenAtMs,
      moment: momentOf(stop, found && isStopped(this.key.pid), found),
      stoppedMs,
    };
  }

  /** Of one that was not read. */
  close(): void {
    this.#files.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#copiers[Symbol.asyncDispose]();
    await this.#guard?.[Symbol.asyncDispose]();
    this.#files.close();
  }

  async #stopped<T>(guard: Guard, limitMs: number, work: () => T) {
    try {
      return await whileStopped(this.key, guard, limitMs, work);
    } catch (error) {
      if (keyedStat(this.key) === null) throw this.#ended(error);
      if (error instanceof StopError) throw aboutStop(this.key.pid, error);
      throw isForbidden(error) ? unreadable(this.key.pid, missingRight(this.key.pid)) : error;
    }
  }

  #copy(copy: Copy, wanted: Wanted | undefined): Pick<MemoryReading, 'image' | 'copiedBytes' | 'lostBytes'> {
    const { regions, held } = this.#plan(wanted);
    const need = sumBytes(regions);
    let lostBytes: number;
    if (need <= copy.buffer.byteLength) {
      lostBytes = copy.run(held);
    } else {
      this.#buffer = new SharedArrayBuffer(need); // it grew by more than what was spare
      lostBytes = copy.runInto(this.#buffer, held);
    }
    clearHoles(this.#buffer, regions, held);
    return {
      image: { buffer: this.#buffer, regions, outside: this.#outside },
      copiedBytes: sumBytes(held) - lostBytes,
      lostBytes,
    };
  }

  readonly #heldPages: HeldPages = (start, end) => heldPages(this.#files.pagemap, start, end);

  #plan(wanted: Wanted | undefined, mappings = this.#files.mappings()): Plan {
    const plan = planOf(mappings, this.#heldPages);
    return wanted === undefined ? plan : onlyWanted(plan, wanted(this.#headersOf(plan)));
  }

  #headersOf(plan: Plan): MemoryImage {
    const { mem } = this.#files;
    const read = (bytes: Uint8Array, address: number) =>
      readSome(mem, bytes, 0, bytes.byteLength, address) === bytes.byteLength;
    return headersOf(plan, read, this.#outside);
  }

  readonly #outside = (address: number, byteLength: number) => this.#files.read(address, byteLength);

  /** A buffer of at least that many bytes. */
  async #makeRoom(byteLength: number): Promise<void> {
    if (this.#buffer.byteLength >= byteLength) return;
    const tightest = tightestFirst(await roomsOfProcess(process.pid))[0];
    if (tightest && byteLength - this.#buffer.byteLength > tightest.bytes) {
      throw new MemoryRoomError(
        `Cannot read memory of pid:${this.key.pid}: a copy of it takes ${humanSize(byteLength)}, and ` +
          `${humanSize(tightest.bytes)} are left here (${tightest.source}); free some, or copy a core file to another machine`,
      );
    }
    this.#buffer = new SharedArrayBuffer(byteLength);
  }

  #ended(cause?: unknown): DetachedError {
    return new DetachedError(`Cannot read memory of pid:${this.key.pid}: it ended while it was read`, { cause });
  }
}

const FILES = ['mem', 'smaps', 'pagemap'] as const;

/** Files of /proc of one process. Opened, they stay those of that process, even when another one gets its number. */
class Files {
  readonly mem: number;
  readonly pagemap: number;
  readonly #smaps: number;

  constructor(pid: number, memFd?: number) {
    const opened: number[] = memFd === undefined ? [] : [memFd];
    try {
      for (const name of FILES.slice(opened.length)) opened.push(openSync(`/proc/${pid}/${name}`, 'r'));
    } catch (error) {
      for (const fd of opened) closeSync(fd);
      throw asAttachError(pid, error);
    }
    [this.mem, this.#smaps, this.pagemap] = opened;
  }

  /** Empty once the process has ended. */
  smapsText(): string {
    return readWhole(this.#smaps);
  }

  /** None once the process has ended. */
  mappings(): Mapping[] {
    const found: Mapping[] = [];
    for (const piece of textPieces(this.#smaps, 'VmFlags:')) for (const each of v8Mappings(piece)) found.push(each);
    return found;
  }

  read(address: number, byteLength: number): Uint8Array | undefined {
    const bytes = new Uint8Array(byteLength);
    for (let at = 0; at < byteLength; ) {
      const read = readSome(this.mem, bytes, at, byteLength - at, address + at);
      if (read === 0) return undefined;
      at += read;
    }
    return bytes;
  }

  /** @throws AttachError; ElfError; the system's error */
  executable(pid: number): Executable {
    const own = readlinkSync(`/proc/${pid}/exe`);
    const mapped = mappedFiles(readWhole(this.#smaps));
    const candidates = [
      { path: own, file: `/proc/${pid}/exe` },
      ...[...mapped.keys()].filter(isLibnode).map((path) => ({ path, file: `/proc/${pid}/root${path}` })),
    ];
    for (const { path, file } of candidates) {
      this.#program?.[Symbol.dispose]();
      this.#program = openFile(file);
      const executable = executableOf(path, this.#program.readAt, mapped.get(path));
      if (holdsNode(executable)) return executable;
    }
    throw unreadable(pid, `its program ${own} is not Node.js`);
  }

  #program: OpenedFile | undefined;

  close(): void {
    for (const fd of [this.mem, this.#smaps, this.pagemap]) closeSync(fd);
    this.#program?.[Symbol.dispose]();
  }
}

/** Where the first byte of each file is mapped. */
function mappedFiles(smaps: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [, start, path] of smaps.matchAll(/^([0-9a-f]+)-[0-9a-f]+ \S+ 0+ \S+ [1-9]\d* +(\/.*)$/gm)) {
    if (!found.has(path)) found.set(path, Number.parseInt(start, 16));
  }
  return found;
}

function isLibnode(path: string): boolean {
  return /\/libnode\.so[.\d]*$/.test(path);
}

/** As many as a stop can find: there may be more mappings by then. */
function mostPieces(mappings: readonly Mapping[]): number {
  const bytes = mappings.reduce((sum, { startAddress, endAddress }) => sum + endAddress - startAddress, 0);
  return 4_096 + mappings.length * 4 + Math.ceil(bytes / (64 * PAGE_BYTES));
}

/** One that was found stopped and then let go on by somebody was read while it ran. */
function momentOf(stop: boolean, stillStopped: boolean, found: boolean): MemoryReading['moment'] {
  if (found) return stillStopped ? 'found stopped' : 'running';
  return stop ? 'stopped' : 'running';
}

function sumHeld(mappings: readonly Mapping[]): number {
  return mappings.reduce((sum, { heldBytes: bytes }) => sum + bytes, 0);
}

function unreadable(pid: number, reason: string, cause?: unknown): AttachError {
  return new AttachError(`Cannot read memory of pid:${pid}: ${reason}`, { cause });
}

function aboutStop(pid: number, cause: StopError): StopError {
  const message = `Cannot stop pid:${pid}: ${cause.message}`;
  return cause instanceof StopObstacleError
    ? new StopObstacleError(message, { cause })
    : new StopError(message, { cause });
}

function asAttachError(pid: number, error: unknown): unknown {
  if (error instanceof AttachError) return error;
  if (error instanceof ElfError) return unreadable(pid, `its program cannot be read: ${error.message}`, error);
  if (isForbidden(error)) return unreadable(pid, missingRight(pid), error);
  return isGone(error) ? unreadable(pid, obstacleOf(pid) ?? 'it has ended', error) : error;
}
