/** The gauges that a probe's price is computed from, read without making anything in the target. */
import { z } from 'zod';
import { nativeNumber } from '../cdp/own-process.ts';
import type { SendOptions, Session } from '../cdp/session.ts';
import type { Footprint } from '../price/footprint.ts';

const bytes = z.number().nonnegative();
const HeapUsage = z.object({ usedSize: bytes, totalSize: bytes });

/**
 * Reads them of an isolate. All gauges (usage.ts) leave a few hidden classes and a new table of the global object behind,
 * which would count as born since a checkpoint.
 */
export async function footprint(session: Session, options: SendOptions = {}): Promise<Footprint> {
  const rssBytes = await nativeNumber(session, 'memoryUsage?.rss', options);
  const { usedSize, totalSize } = HeapUsage.parse(await session.send('Runtime.getHeapUsage', {}, options));
  return { heapUsedBytes: Math.round(usedSize), heapTotalBytes: Math.round(totalSize), rssBytes };
}
