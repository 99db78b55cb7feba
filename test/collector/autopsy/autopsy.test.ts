import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { autopsyOf } from '../../../collector/autopsy/autopsy.ts';
import { autopsyText } from '../../../collector/autopsy/autopsy-text.ts';
import type { EventsResult } from '../../../protocol/happenings.ts';
import type { HistoryResult } from '../../../protocol/history.ts';
import { MEMORY_PARTS, MEMORY_WORDS, type MemoryPartName } from '../../../protocol/memory.ts';
import { memoryEvent, targetEvent } from '../../support/events.ts';

const MB = 2 ** 20;
const NOTHING: HistoryResult = { target: 'api', stepMs: 0, partitions: [], usage: [] };

function read(at: string, incarnation: string, sizes: Partial<Record<MemoryPartName, number>>) {
  const parts = MEMORY_PARTS.map((part) => ({ part, sizeBytes: sizes[part] ?? 0 }));
  const rssBytes = parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return { ...memoryEvent('api', { takenAt: `2026-11-22T${at}.000Z`, incarnation, rssBytes, parts }), offset: 1 };
}

/** One that was attached at 5:00 and killed at 7:00. */
function eventsOf(memories: EventsResult['memories'], files?: string[]): EventsResult {
  const death = {
    cause: 'v8Limit',
    certainty: 'likely',
    text: 'it ran into a limit',
    ...(files && { files }),
  } as const;
  return {
    targets: [
      { ...targetEvent('api', { at: '2026-11-22T05:00:00.000Z', incarnation: 'pid 2' }), offset: 1 },
      { ...targetEvent('api', { at: '2026-11-22T07:00:00.000Z', state: 'gone', death }), offset: 2 },
    ],
    marks: [],
    footprints: [],
    memories,
    alerts: [],
  };
}

const autopsy = (events: EventsResult) => autopsyOf('api', { events, usage: NOTHING, kinds: NOTHING });

describe('an autopsy', () => {
  it('has the parts of RSS of the last hour of that process with their slopes', () => {
    const { memory } = autopsy(
      eventsOf([
        read('05:10:00', 'pid 2', { heapUsed: 500 * MB }), // more than an hour before
        read('06:10:00', 'pid 1', { heapUsed: 900 * MB }), // another process
        read('06:30:00', 'pid 2', { heapUsed: 50 * MB, buffers: 10 * MB, stacks: 10 }),
        read('06:45:00', 'pid 2', { heapUsed: 51 * MB, buffers: 40 * MB, stacks: 10 }),
        read('07:00:01', 'pid 3', { heapUsed: 5 * MB }),
      ]),
    );
    assert.equal(memory?.rssBytes, 91 * MB + 10);
    assert.deepEqual(
      memory.parts.map(({ name, perHourBytes }) => [name, perHourBytes / MB]),
      [
        [MEMORY_WORDS.buffers, 120],
        [MEMORY_WORDS.heapUsed, 4],
      ],
    );
  });

  it('names what Node wrote near its limit, and says nothing of memory that was not read', () => {
    const found = autopsy(eventsOf([], ['/srv/Heap.20261122.065959.4711.0.001.heapsnapshot']));
    assert.equal(found.memory, undefined);
    assert.match(autopsyText(found), /^ {2}that Node wrote by itself: \/srv\/Heap\..*\.heapsnapshot$/m);
    assert.doesNotMatch(autopsyText(found), /where its memory was/);
  });
});
