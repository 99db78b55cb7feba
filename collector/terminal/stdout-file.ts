/** `-o -`, `-o s3://…`, `-o https://…`: what belongs into a file goes to standard output or away, whole or not at all. */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { reasonOf } from '../../protocol/reason.ts';
import { UsageError } from './exit.ts';

/** How a file's name says standard output. */
export const STDOUT = '-';

/** What takes the file to where it belongs. */
export type Carrier = (path: string, signal: AbortSignal) => Promise<void>;

/** Undefined for a path of this machine. @throws UsageError for an address that is none, or secrets that are not there */
export async function carrierOf(
  output: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Carrier | undefined> {
  if (output === STDOUT) {
    return (path, signal) => pipeline(createReadStream(path), process.stdout, { end: false, signal });
  }
  if (!/^(?:s3|https?):\/\//.test(output)) return undefined;
  const { parseDestination } = await import('../config/destination.ts');
  const { placeOf } = await import('../egress/places.ts');
  const [address, query] = output.split('?', 2) as [string, string?];
  const [, folder = '', name = ''] = /^(.*)\/([^/]*)$/.exec(address) ?? [];
  if (name === '') throw new UsageError(`Cannot write ${address}: name a file, such as ${address}api.heapsnapshot`);
  try {
    const to = parseDestination(query === undefined ? folder : `${folder}?${query}`);
    const place = placeOf({ to }, env);
    return (path, signal) => place.send(path, decodeURIComponent(name), { signal });
  } catch (cause) {
    throw new UsageError(`Cannot write ${address}: ${reasonOf(cause)}`, { cause });
  }
}

/**
 * Does `work` with the path of a file of its own, for nobody else to read, has what is in it carried then, and removes it. (A
 * target does not wait for a slow reader, it swells: so its snapshot goes to disk first.)
 */
export async function carried<R>(
  name: string,
  work: (path: string) => Promise<R>,
  carry: Carrier,
  signal: AbortSignal,
): Promise<R> {
  const folder = await mkdtemp(join(tmpdir(), 'heapwatch-carried-'));
  try {
    const path = join(folder, name);
    const result = await work(path);
    await carry(path, signal);
    return result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
