/** The cheapest probe: the gauges that V8 and the system keep anyway, under a millisecond at any heap size. */

import { z } from 'zod';
import { incarnationOf } from '../../protocol/incarnation.ts';
import type { Usage } from '../../protocol/partition.ts';
import type { Agent, ProbeContext } from '../attach/agent.ts';
import { AnswerError } from '../base/errors.ts';
import { outside } from '../base/outside-schema.ts';
import { TEXT_LENGTHS } from '../base/outside-text.ts';
import { BUILTIN, loadBuiltin } from '../cdp/builtin.ts';
import { evaluate } from '../cdp/evaluate.ts';
import { MAIN } from '../cdp/isolate-name.ts';
import { nativeNumber, textOf } from '../cdp/own-process.ts';
import type { SendOptions, Session } from '../cdp/session.ts';
import { nearestCeiling } from './ceiling.ts';

/**
 * getHeapCodeStatistics is left out: it walks the code and takes 5-185 ms. `process.memoryUsage` tells of buffers alone, and
 * only if it is Node's own: a program's spy would count us.
 */
const gaugesSource = (isOwn: boolean) => `(() => {
  const v8 = ${BUILTIN}('node:v8');
  const heap = v8.getHeapStatistics(), all = v8.getHeapSpaceStatistics(), spaces = [];
  for (let i = 0; i < all.length; i++)
    spaces[i] = { name: all[i].space_name, usedBytes: all[i].space_used_size, sizeBytes: all[i].space_size };
  return { heapUsedBytes: heap.used_heap_size, heapTotalBytes: heap.total_heap_size, heapLimitBytes: heap.heap_size_limit,
    externalBytes: heap.external_memory, arrayBuffersBytes: ${isOwn ? 'process.memoryUsage().arrayBuffers' : '0'}, spaces };
})()`;

const bytes = z.number().nonnegative().transform(Math.round);

const Gauges = z.strictObject({
  heapUsedBytes: bytes,
  heapTotalBytes: bytes,
  heapLimitBytes: bytes,
  externalBytes: bytes,
  arrayBuffersBytes: bytes,
  spaces: z.array(z.strictObject({ name: outside(TEXT_LENGTHS.space), usedBytes: bytes, sizeBytes: bytes })).max(64),
});

/** The gauges of one isolate; `rssBytes` is the whole process's, 0 where nobody tells. */
export type Gauges = z.infer<typeof Gauges> & { readonly rssBytes: number };

/** How the text of Node's own `process.memoryUsage` begins, on 18 to 26. */
const OWN_TEXT = 'function memoryUsage() {\n    _memoryUsage(memValues);';

/** Reads an isolate's gauges. A busy JavaScript loop is interrupted for it; blocking native code is waited for. */
export async function gauges(session: Session, options: SendOptions = {}): Promise<Gauges> {
  const rssBytes = (await nativeNumber(session, 'memoryUsage?.rss', options)) ?? 0;
  try {
    await loadBuiltin(session, 'node:v8', options);
    const isOwn = (await textOf(session, 'memoryUsage', options))?.startsWith(OWN_TEXT) ?? false;
    const source = gaugesSource(isOwn);
    return {
      ...(await evaluate(session, 'memory usage', source, Gauges, { ...options, withRequire: true })),
      rssBytes,
    };
  } catch (error) {
    if (!(error instanceof AnswerError)) throw error;
    return { ...(await heapUsage(session, options)), rssBytes };
  }
}

const HeapUsage = z.object({ usedSize: bytes, totalSize: bytes, backingStorageSize: bytes.catch(0) });

/** What V8 itself tells any client, of a page or of a program in which no module can be loaded any more; 0 where it does not. */
async function heapUsage(session: Session, options: SendOptions): Promise<Omit<Gauges, 'rssBytes'>> {
  const told = HeapUsage.parse(await session.send('Runtime.getHeapUsage', {}, options));
  const buffers = told.backingStorageSize;
  const heap = { heapUsedBytes: told.usedSize, heapTotalBytes: told.totalSize, heapLimitBytes: 0 };
  return { ...heap, externalBytes: buffers, arrayBuffersBytes: buffers, spaces: [] };
}

/** One reading, with who was read and when. */
export async function usage(agent: Agent, { target, isolate, signal }: ProbeContext): Promise<Usage> {
  const session = await agent.isolate(isolate);
  const takenAt = new Date().toISOString();
  const options = signal ? { signal } : {};
  const read = await gauges(session, options);
  const ceiling = isolate === MAIN ? await nearestCeiling(agent, read.rssBytes, options) : undefined;
  return { target, isolate, ...incarnationOf(agent.identity), takenAt, ...read, ...(ceiling && { ceiling }) };
}
