/**
 * Whether a Node process listens to a signal by libuv: by a handler of the program's own, by `--heapsnapshot-signal` or by
 * `--report-signal`. The kernel does not tell (Node catches SIGUSR1 in any case, and /proc/PID/status shows that alone), so
 * libuv's table is read in the process's memory. Nothing in the process runs for it, and nothing is stopped.
 *
 *     uv__signal_tree ──> uv_signal_t { signum, left, right, parent }      a red-black tree of all listeners
 *
 * The layout is libuv 1's, which has not changed since 2013, on 64-bit machines. What does not look like it is not believed.
 */
import { readSync } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { Fields } from '../base/elf.ts';
import { executableOf } from './executable.ts';

/** Offsets in `uv_signal_t`. */
const SIGNUM = 104;
const LEFT = 112;
const RIGHT = 120;
const PARENT = 128;
const HANDLE_BYTES = 152;
const POINTER_BYTES = 8;
const LAST_SIGNAL = 64;
/** A program has one listener a signal and event loop. */
const MAX_LISTENERS = 1_000;

/** The table of one process, to be read as often as is needed; it stays that process's, even when another one gets its pid. */
export class SignalListeners implements AsyncDisposable {
  readonly #memory: FileHandle;
  readonly #rootAddress: number;

  private constructor(memory: FileHandle, rootAddress: number) {
    this.#memory = memory;
    this.#rootAddress = rootAddress;
  }

  /** @param exe what /proc/PID/exe leads to. Null where the memory is not ours to read, or the program has no table of symbols. */
  static async open(pid: number, exe: string): Promise<SignalListeners | null> {
    try {
      const { signalTree, baseAddress } = await executableOf(pid, exe);
      const bias = signalTree === undefined ? undefined : await loadBias(pid, exe, baseAddress);
      if (signalTree === undefined || bias === undefined) return null;
      return new SignalListeners(await open(`/proc/${pid}/mem`), bias + signalTree);
    } catch (error) {
      if (isOutOfReach(error)) return null;
      throw error;
    }
  }

  /** The numbers of the signals that somebody listens to now; null where the memory is not what was expected. */
  signals(): ReadonlySet<number> | null {
    try {
      // a listener may come or go while it is read
      return this.#read() ?? this.#read();
    } catch (error) {
      if (isOutOfReach(error)) return null;
      throw error;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#memory.close();
  }

  #read(): ReadonlySet<number> | null {
    const signals = new Set<number>();
    const root = this.#fields(this.#rootAddress, POINTER_BYTES);
    if (!root) return null;
    const pending = [{ address: root.u64(0), parent: 0 }];
    for (let next = pending.pop(), seen = 0; next; next = pending.pop(), seen++) {
      const { address, parent } = next;
      if (address === 0) continue;
      if (seen > MAX_LISTENERS || address % POINTER_BYTES !== 0) return null;
      const handle = this.#fields(address, HANDLE_BYTES);
      if (!handle || handle.u64(PARENT) !== parent) return null;
      const signum = handle.u32(SIGNUM);
      if (signum < 1 || signum > LAST_SIGNAL) return null;
      signals.add(signum);
      pending.push({ address: handle.u64(LEFT), parent: address }, { address: handle.u64(RIGHT), parent: address });
    }
    return signals;
  }

  #fields(address: number, byteLength: number): Fields | null {
    if (!Number.isSafeInteger(address)) return null;
    const bytes = Buffer.alloc(byteLength);
    const bytesRead = readSync(this.#memory.fd, bytes, 0, byteLength, address);
    return bytesRead === byteLength ? new Fields(bytes) : null;
  }
}

/** How far a program lies from where its file says, by its first mapping. */
async function loadBias(pid: number, exe: string, baseAddress: number): Promise<number | undefined> {
  const maps = await readFile(`/proc/${pid}/maps`, 'utf8');
  for (const line of maps.split('\n')) {
    const [, start = '', offset = '', path] = /^([0-9a-f]+)-[0-9a-f]+ \S+ ([0-9a-f]+) \S+ \d+ +(.*)$/.exec(line) ?? [];
    if (path === exe && Number.parseInt(offset, 16) === 0) return Number.parseInt(start, 16) - baseAddress;
  }
  return undefined;
}

/** Not ours to read, gone, or (EIO, EFAULT, EINVAL) nothing is mapped there. */
const OUT_OF_REACH = new Set(['EACCES', 'EPERM', 'ENOENT', 'ESRCH', 'EIO', 'EFAULT', 'EINVAL']);

function isOutOfReach(error: unknown): boolean {
  return error instanceof Error && OUT_OF_REACH.has((error as NodeJS.ErrnoException).code ?? '');
}
