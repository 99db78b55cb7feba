/**
 * The objects of a heap by V8's instance types, as V8 counts them after the marking of a major collection
 * (`V8.GC_Objects_Stats`; V8's src/heap/object-stats.cc).
 *
 *     { tid, ts, args: { live: '{"isolate":"0x…","type_data":{"HEAP_NUMBER_TYPE":{"count":…,"overall":…}, …}}', dead: '…' } }
 *       └──> { isolate, live: { HEAP_NUMBER_TYPE => { count, sizeBytes }, … }, dead }
 *
 * V8 counts every object once: under its instance type or, where it knows what the object is for, under a virtual type
 * instead (`ARRAY_ELEMENTS_TYPE`, `JS_COLLECTION_TABLE_TYPE`). Some rows are not objects, though:
 *
 *     SCRIPT_SOURCE_EXTERNAL_…, STRING_EXTERNAL_RESOURCE_…   text outside the heap: left out; the strings that it belongs to
 *                                                            stand under EXTERNAL_…_STRING_TYPE
 *     WASTED_DESCRIPTOR_ARRAY_…                              what could be saved in objects counted elsewhere: left out
 *     HOLE_TYPE                                              address space without memory (12 of 64 KB on Node 26): left out
 *     FEEDBACK_VECTOR_HEADER_TYPE, …_SLOT_…                  parts of one object, each slot counted: taken together as
 *                                                            FEEDBACK_VECTOR_TYPE, of which there are as many as headers
 *     NATIVE_CONTEXT_TYPE, FUNCTION_CONTEXT_TYPE             counted twice, once as what they are for (RecordVirtualContext)
 *                                                            and once as what they are: halved
 *
 * Objects that V8 shares read-only among isolates (50 to 190 KB) are counted, though `used_heap_size` has them not.
 */
import { z } from 'zod';
import type { Tally } from '../../../protocol/partition.ts';
import { TEXT_LENGTHS } from '../../base/outside-text.ts';
import { GC_OBJECTS_STATS, type TraceEvent, unreadable } from './tracing.ts';

/** The category that makes V8 count. While it is on, every major collection of every isolate of the process pays for it. */
export const OBJECT_STATS = 'disabled-by-default-v8.gc_stats';

/** By instance type; those that occur. */
export type TypeTallies = ReadonlyMap<string, Tally>;

/** What one collection found. */
export interface ObjectStats {
  /** The isolate's address, its identity while it lives. */
  readonly isolate: string;
  readonly live: TypeTallies;
  /** What the collection is about to free. */
  readonly dead: TypeTallies;
}

/** V8 has some 300 to 500. */
const MAX_TYPES = 4_096;

const count = z.number().int().nonnegative();
const Counted = z.looseObject({
  isolate: z.string(),
  type_data: z
    .record(z.string().max(TEXT_LENGTHS.name), z.looseObject({ count: count.default(0), overall: count.default(0) }))
    .refine((types) => Object.keys(types).length <= MAX_TYPES, { error: `more than ${MAX_TYPES} types` }),
});
type Counted = z.infer<typeof Counted>;

const NO_OBJECTS = /^(SCRIPT_SOURCE_EXTERNAL_|STRING_EXTERNAL_RESOURCE_|WASTED_|HOLE_TYPE$)/;
const COUNTED_TWICE = /^(NATIVE|FUNCTION)_CONTEXT_TYPE$/;
const FEEDBACK_VECTOR = 'FEEDBACK_VECTOR_TYPE';
const FEEDBACK_VECTOR_PART = /^FEEDBACK_VECTOR_(HEADER_|SLOT_)/;

export function isObjectStats({ name }: TraceEvent): boolean {
  return name === GC_OBJECTS_STATS;
}

/** Reads an event of that name. @throws TracingError for one of another shape */
export function objectStatsOf({ args }: TraceEvent): ObjectStats {
  const live = countedOf(args.live);
  return { isolate: live.isolate, live: talliesOf(live), dead: talliesOf(countedOf(args.dead)) };
}

function countedOf(text: unknown): Counted {
  try {
    return Counted.parse(JSON.parse(String(text)));
  } catch (error) {
    throw unreadable(error);
  }
}

function talliesOf({ type_data }: Counted): TypeTallies {
  const tallies = new Map<string, Tally>();
  for (const [type, { count, overall }] of Object.entries(type_data)) {
    if (overall === 0 || NO_OBJECTS.test(type)) continue;
    if (FEEDBACK_VECTOR_PART.test(type)) {
      addTo(tallies, FEEDBACK_VECTOR, { count: type.includes('_HEADER_') ? count : 0, sizeBytes: overall });
    } else {
      const times = COUNTED_TWICE.test(type) && count % 2 === 0 ? 2 : 1;
      addTo(tallies, type, { count: count / times, sizeBytes: overall / times });
    }
  }
  return tallies;
}

/** Adds to the tally under a name. */
export function addTo(tallies: Map<string, Tally>, name: string, { count, sizeBytes }: Tally): void {
  const before = tallies.get(name) ?? { count: 0, sizeBytes: 0 };
  tallies.set(name, { count: before.count + count, sizeBytes: before.sizeBytes + sizeBytes });
}
