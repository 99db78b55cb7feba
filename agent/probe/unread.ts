/**
 * Reads what a target sent: in a thread of its own where that is long, so that the others need not wait for it.
 *
 *     profiles, traces, all functions that have run    as bytes, the frames as they came (../cdp/answer.ts)
 *     the classes of a census                           as names and counts, which came in pages
 *
 * What is short is read here: 256 KiB or some thousand classes, in 50 ms at most whatever they are (../cdp/readable.ts), where a
 * thread would take as long to begin. Of a profile of 90,000 call frames, 16 MB, the longest turn of this thread takes 26 to 37
 * ms of CPU (Node 20; all of it took 2.5 s here before).
 */
import { programUrl } from '../threads/program.ts';
import { inThread } from '../threads/thread.ts';
import { type Read, read, type UnreadJob } from './unread-job.ts';

/** Bytes that are read here, at most; of what is no bytes: entries, times what one takes. */
const SHORT_BYTES = 256 * 1024;
const CLASS_BYTES = 100;

const program = programUrl('./unread-thread', import.meta.url);

/** @throws what reading throws; the reason of `signal` */
export async function readUnread<What extends UnreadJob['what']>(
  job: UnreadJob & { readonly what: What },
  signal?: AbortSignal,
): Promise<Read<What>> {
  if (bytesOf(job) <= SHORT_BYTES) return read(job) as Read<What>;
  return await inThread<never, Read<What>>(program, job, { transfer: buffersOf(job), ...(signal && { signal }) });
}

function bytesOf(job: UnreadJob): number {
  if (job.what === 'census') return job.slots.length * CLASS_BYTES;
  return buffersOf(job).reduce((sum, { byteLength }) => sum + byteLength, 0);
}

function buffersOf(job: UnreadJob): ArrayBuffer[] {
  if (job.what === 'census') return [];
  return job.what === 'trace' ? job.frames.map(({ buffer }) => buffer) : [job.bytes.buffer];
}
