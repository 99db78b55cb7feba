/** The cheapest probe: the gauges that V8 and the system keep anyway, under a millisecond at any heap size. */
import { z } from 'zod';
import type { Usage } from '../../protocol/partition.ts';
import type { Agent, ProbeContext } from '../agent.ts';
import { BUILTIN, loadBuiltin } from '../builtin.ts';
import { evaluate } from '../evaluate.ts';
import type { SendOptions, Session } from '../session.ts';

// getHeapCodeStatistics is left out: it walks the code and takes 5-185 ms.
const GAUGES = `(() => {
  const v8 = ${BUILTIN}('node:v8');
  const { heapUsed, heapTotal, external, arrayBuffers, rss } = process.memoryUsage();
  const spaces = v8.getHeapSpaceStatistics().map(
    ({ space_name, space_used_size, space_size }) => ({ name: space_name, usedBytes: space_used_size, sizeBytes: space_size }));
  return { heapUsedBytes: heapUsed, heapTotalBytes: heapTotal, heapLimitBytes: v8.getHeapStatistics().heap_size_limit,
    externalBytes: external, arrayBuffersBytes: arrayBuffers, rssBytes: rss, spaces };
})()`;

const bytes = z.number().int().nonnegative();

const Gauges = z.strictObject({
  heapUsedBytes: bytes,
  heapTotalBytes: bytes,
  heapLimitBytes: bytes,
  externalBytes: bytes,
  arrayBuffersBytes: bytes,
  rssBytes: bytes,
  spaces: z.array(z.strictObject({ name: z.string(), usedBytes: bytes, sizeBytes: bytes })).max(64),
});

/** The gauges of one isolate; `rssBytes` is the whole process's. */
export type Gauges = z.infer<typeof Gauges>;

/** Reads an isolate's gauges. A busy JavaScript loop is interrupted for it; blocking native code is waited for. */
export async function gauges(session: Session, options: SendOptions = {}): Promise<Gauges> {
  await loadBuiltin(session, 'node:v8', options);
  return await evaluate(session, 'memory usage', GAUGES, Gauges, { ...options, withRequire: true });
}

/** One reading, with who was read and when. */
export async function usage(agent: Agent, { target, isolate, signal }: ProbeContext): Promise<Usage> {
  const session = await agent.isolate(isolate);
  const takenAt = new Date().toISOString();
  const read = await gauges(session, signal ? { signal } : {});
  return { target, isolate, incarnation: agent.identity.incarnation, takenAt, ...read };
}
