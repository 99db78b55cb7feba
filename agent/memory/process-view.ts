/** A running process read here and there, without stopping it: its list of mappings, which pages it holds, bytes of them. */
import { closeSync, openSync, readdirSync } from 'node:fs';
import { AttachError } from '../base/errors.ts';
import { missingRight, obstacleOf } from './access.ts';
import { readSome } from './copy.ts';
import { heldPages } from './held-pages.ts';
import { isForbidden, isGone, keyedStat, type ProcessKey, statOf, textOf } from './process-state.ts';
import { PAGE_BYTES } from './regions.ts';
import { readWhole } from './whole-file.ts';

export class ProcessView implements Disposable {
  readonly key: ProcessKey;
  readonly #mem: number;
  readonly #pagemap: number;
  readonly #smaps: number;
  #scratch = new Uint8Array(0);

  private constructor(key: ProcessKey, [mem, pagemap, smaps]: readonly [number, number, number]) {
    this.key = key;
    this.#mem = mem;
    this.#pagemap = pagemap;
    this.#smaps = smaps;
  }

  /** Costs the process nothing. @throws AttachError in one line: there is none, or it may not be read and what right is missing */
  static open(pid: number, isInside = false): ProcessView {
    const reason = obstacleOf(pid, isInside);
    const startTicks = statOf(`/proc/${pid}`)?.startTicks;
    if (reason !== null || startTicks === undefined) throw unreadable(pid, reason ?? 'it has ended');
    const opened: number[] = [];
    try {
      for (const name of ['mem', 'pagemap', 'smaps']) opened.push(openSync(`/proc/${pid}/${name}`, 'r'));
    } catch (error) {
      for (const fd of opened) closeSync(fd);
      throw isForbidden(error) ? unreadable(pid, missingRight(pid)) : unreadable(pid, 'it has ended');
    }
    return new ProcessView({ pid, startTicks }, opened as unknown as [number, number, number]);
  }

  /** Empty once it has ended. The kernel holds the process's list of mappings still meanwhile. */
  smapsText(): string {
    return readWhole(this.#smaps);
  }

  /** False: it has ended, or another one has its number. */
  lives(): boolean {
    return keyedStat(this.key) !== null;
  }

  /** One byte a page: 1 for those in memory or in swap. */
  heldPages(startAddress: number, endAddress: number): Uint8Array {
    return heldPages(this.#pagemap, startAddress, endAddress);
  }

  /** Bytes that are there; undefined where an address cannot be read. */
  read(address: number, byteLength: number): Uint8Array | undefined {
    const bytes = new Uint8Array(byteLength);
    return this.readInto(bytes, address) ? bytes : undefined;
  }

  readInto(bytes: Uint8Array, address: number): boolean {
    for (let at = 0; at < bytes.byteLength; ) {
      const read = readSome(this.#mem, bytes, at, bytes.byteLength - at, address + at);
      if (read === 0) return false;
      at += read;
    }
    return true;
  }

  /**
   * Zeros, of which there is one piece for all: what is read into it holds until the next call. Copies of another process's memory
   * are not left in ours, where they would look like ours.
   */
  scratch(byteLength: number): Uint8Array {
    if (this.#scratch.byteLength < byteLength) {
      this.#scratch.fill(0);
      this.#scratch = new Uint8Array(byteLength);
    }
    return this.#scratch.subarray(0, byteLength).fill(0);
  }

  /** Where the stacks of its threads are at present; of those that run the kernel does not tell. */
  stackPointers(): number[] {
    return tasksOf(this.key.pid).flatMap((task) => {
      const words = textOf(`/proc/${this.key.pid}/task/${task}/syscall`)?.trim().split(' ') ?? [];
      const pointer = words.at(-2)?.startsWith('0x') ? Number(words.at(-2)) : 0;
      return pointer > 0 ? [pointer] : [];
    });
  }

  [Symbol.dispose](): void {
    this.#scratch.fill(0);
    for (const fd of [this.#mem, this.#pagemap, this.#smaps]) closeSync(fd);
  }
}

const MOST_AT_ONCE_BYTES = 2 ** 20;

/** Reads of one mapping that leave out the pages which the process does not hold: those would be there once they were read. */
export class HeldReader {
  readonly #view: ProcessView;
  readonly #start: number;
  readonly held: Uint8Array;

  constructor(view: ProcessView, startAddress: number, endAddress: number) {
    this.#view = view;
    this.#start = startAddress;
    this.held = view.heldPages(startAddress, endAddress);
  }

  residentBytes(address: number, byteLength: number): number {
    let sum = 0;
    this.#eachRun(address, byteLength, (_, runBytes, isHeld) => {
      if (isHeld) sum += runBytes;
    });
    return sum;
  }

  /** Calls `visit` with what is held, 1 MB at most at a time, the view's scratch; what is given back meanwhile is left out. */
  eachHeld(address: number, byteLength: number, visit: (bytes: Uint8Array) => void): void {
    this.#eachRun(address, byteLength, (from, runBytes, isHeld) => {
      if (!isHeld) return;
      for (let at = 0; at < runBytes; at += MOST_AT_ONCE_BYTES) {
        const bytes = this.#view.scratch(Math.min(MOST_AT_ONCE_BYTES, runBytes - at));
        if (this.#view.readInto(bytes, from + at)) visit(bytes);
      }
    });
  }

  #eachRun(
    address: number,
    byteLength: number,
    visit: (from: number, runBytes: number, isHeld: boolean) => void,
  ): void {
    const end = address + byteLength;
    for (let at = address; at < end; ) {
      const page = Math.floor((at - this.#start) / PAGE_BYTES);
      const isHeld = this.held[page];
      if (isHeld === undefined) return;
      let next = page + 1;
      while (this.held[next] === isHeld) next++;
      const to = Math.min(end, this.#start + next * PAGE_BYTES);
      visit(at, to - at, isHeld === 1);
      at = to;
    }
  }

  /** Zeros for what is not held. It is the view's scratch. */
  read(address: number, byteLength: number): Uint8Array | undefined {
    const bytes = this.#view.scratch(byteLength);
    let isRead = byteLength <= this.#start + this.held.length * PAGE_BYTES - address;
    this.#eachRun(address, byteLength, (from, runBytes, isHeld) => {
      const part = bytes.subarray(from - address, from - address + runBytes);
      if (isHeld && isRead) isRead = this.#view.readInto(part, from);
    });
    return isRead ? bytes : undefined;
  }
}

function tasksOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

function unreadable(pid: number, reason: string): AttachError {
  return new AttachError(`Cannot read memory of pid:${pid}: ${reason}`);
}
