/**
 * Snapshot files into a parser: plain or packed, recognized by the first byte and not by the name; regular files, pipes, devices.
 *
 *     regular, plain    one buffer, the kernel's, read into again and again
 *     anything else     stream ──> gunzip, or unzstd, where the first byte says so ──> parser
 *     `-`, /dev/stdin   standard input, of whatever sort
 */
import {
  type BigIntStats,
  closeSync,
  constants,
  createReadStream,
  fstatSync,
  openSync,
  readSync,
  type Stats,
  statSync,
} from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isatty } from 'node:tty';
import * as zlib from 'node:zlib';
import { createGunzip } from 'node:zlib';
import { fileError } from '../base/file-error.ts';
import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import type { ReadAt } from '../parse/histogram.ts';
import { inputBuffer } from '../parse/kernel/numbers.ts';
import type { SnapshotSink } from '../parse/sink.ts';

const BUFFER_BYTES = 256 * 1024;
/** The first byte of what is packed so. A snapshot begins with a brace. */
const GZIP = 0x1f;
const ZSTD = 0x28;

/** Told of the bytes read so far, of the file as it lies there. */
export type OnBytes = (bytes: number) => void;

/** What stands for standard input instead of a path, and its descriptor. */
const STDIN: readonly string[] = ['-', '/dev/stdin'];
const STDIN_FD = 0;

function statsOf(path: string): Stats {
  return STDIN.includes(path) ? fstatSync(STDIN_FD) : statSync(path);
}

/** `sizeBytes` is null for what is no regular file, whose time is now. Milliseconds since 1970. @throws Error of one line */
export function look(path: string): { sizeBytes: number | null; modifiedAtMs: number } {
  try {
    const stats = statsOf(path);
    if (STDIN.includes(path) && isatty(STDIN_FD))
      throw new Error('standard input is a terminal, send a snapshot into it');
    if (!stats.isFile()) return { sizeBytes: null, modifiedAtMs: Date.now() };
    return { sizeBytes: stats.size, modifiedAtMs: stats.mtimeMs };
  } catch (cause) {
    throw fileError('read', path, cause as NodeJS.ErrnoException);
  }
}

/** A regular file, open. */
export class RegularFile implements Disposable {
  readonly path: string;
  readonly #fd: number;

  /** @throws Error of one line */
  constructor(path: string) {
    this.path = path;
    this.#fd = STDIN.includes(path) ? STDIN_FD : told(path, () => openSync(path, 'r'));
  }

  /** As histogramOfFile reads. @throws Error of one line */
  readonly readAt: ReadAt = (buffer, position) =>
    told(this.path, () => readSync(this.#fd, buffer, 0, buffer.length, position));

  /** What the system says of it now. @throws Error of one line */
  stats(): BigIntStats {
    return told(this.path, () => fstatSync(this.#fd, { bigint: true }));
  }

  isGzip(): boolean {
    return this.#first() === GZIP;
  }

  /** Whether it is to be unpacked, so that it can be read from its start only. */
  isPacked(): boolean {
    return isPackedBy(this.#first());
  }

  #first(): number {
    const first = new Uint8Array(1);
    return this.readAt(first, 0) === 1 ? first[0]! : -1;
  }

  /** The bytes from `from` up to `to` (default: all) into `sink`, in the calling thread, which it blocks. */
  readInto(
    sink: Pick<SnapshotSink<unknown>, 'write'>,
    onBytes: OnBytes,
    from = 0,
    to = Number.POSITIVE_INFINITY,
  ): void {
    const buffer = inputBuffer();
    for (let position = from; position < to; ) {
      const read = this.readAt(buffer.subarray(0, Math.min(buffer.length, to - position)), position);
      if (read === 0) return;
      position += read;
      sink.write(buffer.subarray(0, read));
      onBytes(position);
    }
  }

  [Symbol.dispose](): void {
    if (this.#fd !== STDIN_FD) closeSync(this.#fd);
  }
}

type Zlib = typeof import('node:zlib') & { createZstdDecompress?: typeof createGunzip };

/** Whether this Node unpacks zstd: from 22.15 on. */
export function readsZstd(): boolean {
  return 'createZstdDecompress' in zlib;
}

function isPackedBy(first: number | undefined): boolean {
  return first === GZIP || (first === ZSTD && readsZstd());
}

/** A file of any sort into `sink`, unpacked where it is packed. @throws SnapshotSyntaxError, also where that is broken */
export async function streamInto(path: string, sink: SnapshotSink<unknown>, onBytes: OnBytes): Promise<void> {
  const chunks = chunksOf(path, onBytes);
  const first = await chunks.next();
  if (first.done) return;
  let unpackedBytes = 0;
  let isWhole = false;
  const take = async (unpacked: AsyncIterable<Uint8Array>) => {
    for await (const chunk of unpacked) {
      sink.write(chunk);
      unpackedBytes += chunk.length;
    }
    isWhole = true;
  };
  const all = followedBy(first.value, chunks);
  if (!isPackedBy(first.value[0])) return take(all);
  const isGzip = first.value[0] === GZIP;
  const unpack = isGzip ? createGunzip : (zlib as Zlib).createZstdDecompress!;
  await pipeline(all, unpack({ chunkSize: BUFFER_BYTES }), take).catch((error: NodeJS.ErrnoException) => {
    // zeros after the end, which tapes and disks are padded with: what comes before them is whole
    if (isWhole && error.name === 'AbortError') return;
    if (!/^Z(?:STD)?_/.test(error.code ?? '')) throw error;
    throw new SnapshotSyntaxError(`expected ${isGzip ? 'gzip' : 'zstd'} data, got "${error.message}"`, unpackedBytes);
  });
}

async function* chunksOf(path: string, onBytes: OnBytes): AsyncGenerator<Uint8Array, void> {
  let bytes = 0;
  try {
    for await (const chunk of open(path)) {
      bytes += chunk.length;
      onBytes(bytes);
      yield chunk;
    }
  } catch (cause) {
    throw fileError('read', path, cause as NodeJS.ErrnoException);
  }
}

async function* followedBy(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  yield first;
  yield* rest;
}

/** A pipe is opened without waiting for its writer, so that a thread that reads one can still be ended. */
function open(path: string): Readable {
  const stats = statsOf(path);
  if (STDIN.includes(path) && (stats.isFIFO() || stats.isSocket())) return new Socket({ fd: STDIN_FD, readable: true });
  if (!stats.isFIFO()) {
    return createReadStream(path, {
      highWaterMark: BUFFER_BYTES,
      ...(STDIN.includes(path) && { fd: STDIN_FD, autoClose: false }),
    });
  }
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
}

function told<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw fileError('read', path, cause as NodeJS.ErrnoException);
  }
}
