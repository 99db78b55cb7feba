/** What a file is that is no snapshot of V8's, by its first bytes: so that it is refused by its name, with what to do. */
import { constants, gunzipSync } from 'node:zlib';
import { namingFile } from '../base/file-error.ts';
import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import { look, RegularFile, readsZstd } from './file-reader.ts';

const HEAD_BYTES = 4096;

const UNPACK = 'unpack it first';

/** By what a file begins with, of which a byte is a character. */
const SIGNATURES: readonly [begin: string | RegExp, what: string][] = [
  ['\x1f\x8b', `packed twice (gzip), ${UNPACK}`],
  ['PK\x03\x04', `a zip archive, ${UNPACK}`],
  ['\x28\xb5\x2f\xfd', `packed (zstd), which Node 22.15 and newer unpack, ${UNPACK}`],
  [/^BZh\d/, `packed (bzip2), ${UNPACK}`],
  [/^\xfd7zXZ/, `packed (xz), ${UNPACK}`],
  [/^(?:\xff\xfe|\xfe\xff)/, 'text in UTF-16, save it in UTF-8'],
  [/^JAVA PROFILE/, "a heap dump of Java's (hprof), which heapwatch does not read"],
  [/^version https:\/\/git-lfs/, 'the place-holder of a file in Git LFS, get the file itself (git lfs pull)'],
  [/^\s*<(?:!doctype|html|\?xml)/i, 'a web page, so the download did not give the file'],
  [
    /^\s*\{\s*"head"\s*:\s*\{\s*"callFrame"/,
    'a sampling profile (.heapprofile), which tells sites of allocations: heap and diff read it, without --by',
  ],
  [/^\s*\{\s*"nodes"\s*:\s*\[\s*\{\s*"id"/, 'a CPU profile (.cpuprofile), open it in Chrome DevTools'],
  [
    /^\s*(?:\{\s*"(?:traceEvents|metadata)"|\[\s*\{\s*"(?:pid|args|cat)")/,
    'a performance trace, open it in Chrome DevTools',
  ],
  [
    /^\s*\{\s*"version"\s*:\s*\d+\s*,\s*"type"\s*:\s*"(?:Inspector|GCDebugging)"/,
    "a heap snapshot of JavaScriptCore, in Bun take one in V8's form: v8.writeHeapSnapshot()",
  ],
];

/** What `read` gives of the file; what is no snapshot is refused in one line, by its path and by what it is. */
export async function refusing<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await namingFile(path, read);
  } catch (error) {
    const what = error instanceof SnapshotSyntaxError ? whatItIs(path) : undefined;
    if (what === undefined) throw error;
    const refusal = new SnapshotSyntaxError('', 0);
    refusal.message = `Cannot read ${path}: it is ${what}`;
    refusal.cause = error;
    throw refusal;
  }
}

/** Undefined where that is not known, or the file cannot be read again. */
function whatItIs(path: string): string | undefined {
  if (look(path).sizeBytes === null) return undefined;
  const head = headOf(path);
  if (head.length === 0) return 'empty';
  const text = Buffer.from(head).toString('latin1');
  // what is wrong within it has been told
  if (head[0] === 0x28 && readsZstd()) return undefined;
  return SIGNATURES.find(([begin]) => (typeof begin === 'string' ? text.startsWith(begin) : begin.test(text)))?.[1];
}

function headOf(path: string): Uint8Array {
  using file = new RegularFile(path);
  const buffer = new Uint8Array(HEAD_BYTES);
  const head = buffer.subarray(0, file.readAt(buffer, 0));
  if (!file.isGzip()) return head;
  try {
    return gunzipSync(head, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1 << 24 }).subarray(0, HEAD_BYTES);
  } catch {
    // what is broken in the gzip itself has been told already
    return new Uint8Array([0x7b]);
  }
}
