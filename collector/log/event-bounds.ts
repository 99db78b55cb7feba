/**
 * The bounds of an event, whatever a target put into it: texts of at most 2,000 characters, lists and
 * dictionaries of at most 20,000 entries, frames of at most 4 MiB.
 *
 *     event ─> texts and lists cut ─> too many bytes still? a partition keeps its largest rows, the rest goes into `other`
 *                                                           anything else its first entries
 */
import { outsideText, TEXT_LENGTHS } from '../../agent/base/outside-text.ts';
import { limitRows } from '../../agent/partition/partition.ts';
import type { PartitionEvent, Topic } from '../../protocol/events.ts';

/** Half of what may wait for a client by default: a frame that is larger would end each client that it is sent to. */
export const MAX_EVENT_BYTES = 4 * 2 ** 20;

const MAX_TEXT = TEXT_LENGTHS.url;
const MAX_ENTRIES = 20_000;
/** How deep an event goes; what lies deeper is left out. */
const MAX_DEPTH = 32;

/** The frame of an event within its bounds. @param frameOf gives the frame of an event as it is */
export function boundedFrame<E extends { readonly type: Topic }>(
  event: E,
  frameOf: (event: E) => Buffer,
  maxBytes = MAX_EVENT_BYTES,
): Buffer {
  let frame = frameOf(within(event, MAX_ENTRIES));
  for (let entries = MAX_ENTRIES; frame.length > maxBytes && entries > 1; ) {
    entries >>= 1;
    frame = frameOf(within(event, entries));
  }
  return frame;
}

function within<E extends { readonly type: Topic }>(event: E, entries: number): E {
  // rows that are left out are summed
  const limited = isPartition(event) ? limitRows(event, entries) : event;
  return cutDown(limited, MAX_TEXT, entries, 0) as E;
}

function isPartition<E extends { readonly type: Topic }>(
  event: E,
): event is E & Pick<PartitionEvent, 'rows' | 'other'> {
  return event.type === 'partition';
}

/** The same value where nothing had to be cut. */
function cutDown(value: unknown, length: number, entries: number, depth: number): unknown {
  if (typeof value === 'string') return value.length > length ? outsideText(value, length) : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAX_DEPTH) return Array.isArray(value) ? [] : {};
  if (Array.isArray(value)) {
    const kept = value.length > entries ? value.slice(0, entries) : value;
    const cut = kept.map((each) => cutDown(each, length, entries, depth + 1));
    return kept === value && cut.every((each, at) => each === value[at]) ? value : cut;
  }
  const all = Object.entries(value);
  const kept = all.slice(0, entries).map(([key, each]): [string, unknown] => {
    return [outsideText(key, length), cutDown(each, length, entries, depth + 1)];
  });
  const isWhole =
    kept.length === all.length && kept.every(([key, each], at) => key === all[at]![0] && each === all[at]![1]);
  return isWhole ? value : Object.fromEntries(kept);
}
