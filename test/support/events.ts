/** Events as a collector's log takes them, with plausible content that a test may overrule. */
import type { NewEvent } from '../../collector/log/log.ts';
import { MEMORY_PARTS } from '../../protocol/memory.ts';

type EventOf<T extends NewEvent['type']> = Extract<NewEvent, { type: T }>;

const AT = '2026-11-22T06:24:45.123Z';
let samples = 0;

export function usageEvent(target: string, over: Partial<EventOf<'usage'>> = {}): EventOf<'usage'> {
  return {
    type: 'usage',
    target,
    isolate: 'main',
    takenAt: AT,
    heapUsedBytes: 1,
    heapTotalBytes: 2,
    heapLimitBytes: 3,
    externalBytes: 4,
    arrayBuffersBytes: 5,
    rssBytes: 6,
    spaces: [],
    ...over,
  };
}

export function memoryEvent(target: string, over: Partial<EventOf<'memory'>> = {}): EventOf<'memory'> {
  return {
    type: 'memory',
    target,
    takenAt: AT,
    rssBytes: 100,
    swapBytes: 0,
    parts: MEMORY_PARTS.map((part, at) => ({ part, sizeBytes: at === 0 ? 100 : 0 })),
    verdict: { cause: 'heap', sizeBytes: 90, text: 'JavaScript objects have 90 B', next: 'see which kinds grow' },
    tookMs: 200,
    ...over,
  };
}

export function targetEvent(target: string, over: Partial<EventOf<'target'>> = {}): EventOf<'target'> {
  return { type: 'target', target, state: 'attached', at: AT, ...over };
}

export function probeEvent(target: string, over: Partial<EventOf<'probe'>> = {}): EventOf<'probe'> {
  return { type: 'probe', target, isolate: 'main', probe: 'snapshot', phase: 'started', at: AT, ...over };
}

export function partitionEvent(target: string, over: Partial<EventOf<'partition'>> = {}): EventOf<'partition'> {
  return {
    type: 'partition',
    target,
    isolate: 'main',
    probe: 'snapshot',
    by: 'kind',
    takenAt: AT,
    id: `sample-${++samples}`,
    header: 'Kind (class / store of class)',
    count: 2,
    sizeBytes: 64,
    rows: [{ kind: 'Complex', count: 2, sizeBytes: 64 }],
    ...over,
  };
}

/** Rows that take about that many bytes of a frame. */
export function rowsOf(bytes: number): EventOf<'partition'>['rows'] {
  const kind = 'x'.repeat(1_000);
  return Array.from({ length: Math.ceil(bytes / kind.length) }, (_, i) => ({
    kind: `${kind}${i}`,
    count: 0,
    sizeBytes: 0,
  }));
}

export function markEvent(target: string, label: string): EventOf<'mark'> {
  return { type: 'mark', target, label, at: AT };
}

export function alertEvent(target: string, over: Partial<EventOf<'alert'>> = {}): EventOf<'alert'> {
  return {
    type: 'alert',
    fingerprint: '00000000000000aa',
    rule: 'SessionLeak',
    target,
    isolate: 'main',
    state: 'firing',
    kind: 'Session',
    unit: 'objects',
    labels: { alertname: 'SessionLeak', target, kind: 'Session' },
    annotations: { summary: 'Session grew by 1,045' },
    figures: { value: 1_045, before: 0 },
    reason: '1,045 objects, 1,045 more than 10 min before (asked: 1,000)',
    evidence: { state: 'done' },
    startsAt: AT,
    at: AT,
    ...over,
  };
}
