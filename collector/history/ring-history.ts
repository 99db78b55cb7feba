/** The history of a collector without a store: what its log holds in memory, parsed and put together in a thread. */
import { programUrl } from '../../agent/threads/program.ts';
import type { EventHead } from '../log/log.ts';
import type { RingLog } from '../log/ring-log.ts';
import { AskedHistory, type HistoryQuestion } from './asked-history.ts';
import { HAPPENINGS } from './happenings.ts';

/** `ring-history-thread.ts`: the built one and, where Node runs TypeScript, the source. */
const PROGRAM = programUrl('./ring-history-thread', import.meta.url);

/** An event that an answer may be read from: its bytes are a frame of the log. */
export interface RingEvent {
  readonly head: EventHead;
  readonly bytes: Uint8Array;
}

export class RingHistory extends AskedHistory<readonly RingEvent[]> {
  constructor(log: RingLog) {
    super(PROGRAM, (question) =>
      log.entries.filter(({ head }) => concerns(head, question)).map(({ head, bytes }) => ({ head, bytes })),
    );
  }
}

function concerns({ target, type, isolate }: EventHead, { method, query }: HistoryQuestion): boolean {
  if (target !== query.target) return false;
  if (method === 'events') return Object.hasOwn(HAPPENINGS, type);
  const topic = method === 'query' ? (query.topic ?? 'partition') : 'partition';
  return type === topic && isolate === (query.isolate ?? 'main');
}
