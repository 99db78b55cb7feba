/**
 * The collector's event log: every event once, with one rising offset, encoded once for all clients.
 *
 *     append ─> published: what `follow`, `after`, `latest` and `partition` tell of
 *
 * Between the two may lie a disk: RingLog (ring-log.ts) holds the log in memory and publishes at once, StoredLog
 * (store/stored-log.ts) when the event is committed to its file.
 */
import type { Alert } from '../../protocol/alert.ts';
import { encode } from '../../protocol/codec.ts';
import type { StreamEvent, Topic } from '../../protocol/events.ts';
import { boundedFrame } from './event-bounds.ts';

type WithoutOffset<E> = E extends unknown ? Omit<E, 'offset' | 'replay'> : never;
/** An event before the log has given it its place. */
export type NewEvent = WithoutOffset<StreamEvent>;

/** What tells whom an event concerns, without reading it whole. */
export interface EventHead {
  readonly type: Topic;
  readonly target: string;
  readonly isolate?: string;
  /** Of partitions: the classifier. */
  readonly by?: string;
  /** Of partitions. */
  readonly id?: string;
  /** Of an alert: an incident of several targets, of which `target` is but one. */
  readonly shared?: true;
  /** Of partitions and usage: the process that it is of, where that is known. */
  readonly incarnation?: string;
}

/** What ends a replayed frame, in place of its closing brace. */
const REPLAY_END = Buffer.from(',"replay":true}');

/** An event in the log, as bytes: they are shared by all who send it, nobody writes to them. */
export class LogEntry {
  readonly offset: number;
  readonly head: EventHead;
  /** What it is the state of: a newer entry of the same key makes this one history. */
  readonly key: string;
  /** The event as a frame, UTF-8. */
  readonly bytes: Buffer;

  /** @param durable false for an event that is sent though it could not be stored */
  constructor(event: NewEvent, offset: number, durable = true) {
    this.offset = offset;
    this.head = headOf(event);
    this.key = keyOf(event);
    this.bytes = boundedFrame(event, ({ type, ...rest }) =>
      // type and offset first, as people read them
      ownBytes(encode({ type, offset, ...(durable ? {} : { durable }), ...rest } as StreamEvent)),
    );
  }

  /** The event itself, read anew from its bytes: they are a fraction of what its objects would take. */
  get event(): StreamEvent {
    return JSON.parse(this.bytes.toString()) as StreamEvent;
  }

  /** The frame for clients that were not there when it happened. */
  get replayBytes(): Buffer {
    return Buffer.concat([this.bytes.subarray(0, -1), REPLAY_END]);
  }
}

/** In memory of their own: in Node's pool they would hold, for as long as they live, what others had in it. */
function ownBytes(text: string): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}

/** A client wants to go on from an event that is not, or no more, in the log with all that came after it. */
export class LostError extends Error {
  override name = 'LostError';
}

/** What of a target's state is no more. */
export interface Forgotten {
  /** Only of this isolate; absent: of all. */
  readonly isolate?: string;
  /** But not what is known to be of this process. */
  readonly except?: string;
  /** The alert of this fingerprint, and nothing else. */
  readonly alert?: string;
}

export interface EventLog {
  /** Tells this log's offsets from those of any other. A log whose file is lost becomes another one. */
  readonly id: string;
  /** That of the newest event that is published; 0 before the first. */
  readonly offset: number;
  /** Events are published in the order of their appending, each once it is stored: perhaps before this returns. */
  append(event: NewEvent): void;
  /** Resolves when all that was appended until now is published. */
  settled(): Promise<void>;
  /** Whether every event after `offset` is held, so that nothing is missed by going on from there. */
  holdsAfter(offset: number): boolean;
  /**
   * A page of the events after `offset`, in order and without a hole; empty where none came after it. Entries are read as
   * they are asked for, a page is small. @throws LostError where the next one is not held (any more)
   */
  after(offset: number): readonly LogEntry[];
  /** The newest entry of each key, by rising offset. */
  latest(): LogEntry[];
  /**
   * Drops from `latest` what concerns a target's isolates that are no more; the target's own state stays, and its alerts, but
   * for one that is named.
   */
  forget(target: string, which?: Forgotten): void;
  /** Drops from `latest` all that concerns a target which the collector has no more. */
  retire(target: string): void;
  /** The partition with this id, if it is still held. */
  partition(id: string): LogEntry | undefined;
  /** Calls `listener` for each entry once it is published; returns what ends that. */
  follow(listener: (entry: LogEntry) => void): () => void;
  /** Resolves when what others have got up to this offset is here too, or after a while; absent: nobody else has anything. */
  reached?(offset: number): Promise<void>;
  /** Publishes what is not yet published and takes no more. */
  close(): Promise<void>;
}

function headOf(event: NewEvent): EventHead {
  const { type, target } = event;
  switch (event.type) {
    case 'partition':
      return { type, target, isolate: event.isolate, by: event.by, id: event.id, ...incarnationOf(event) };
    case 'usage':
      return { type, target, isolate: event.isolate, ...incarnationOf(event) };
    case 'memory':
      return { type, target, ...incarnationOf(event) };
    case 'probe':
    case 'checkpoint':
    case 'footprint':
      return { type, target, isolate: event.isolate };
    case 'alert':
      return { type, target, isolate: event.isolate, ...(isShared(event) && { shared: true }) };
    case 'target':
    case 'mark':
      return { type, target };
  }
}

/** Whether it is an incident of several targets: those of one have it among their labels. */
export function isShared({ target, labels, members }: Pick<Alert, 'target' | 'labels' | 'members'>): boolean {
  return members !== undefined && labels.target !== target;
}

function incarnationOf({ incarnation }: { readonly incarnation?: string | undefined }): { incarnation?: string } {
  return incarnation === undefined ? {} : { incarnation };
}

/** The key of an event's state: topic, target and whatever else tells two states of a topic apart. */
export function keyOf(event: NewEvent): string {
  return JSON.stringify([event.type, event.target, ...discriminators(event)]);
}

/** The key of an alert's state. */
export function alertKey(target: string, fingerprint: string): string {
  return JSON.stringify(['alert', target, fingerprint]);
}

function discriminators(event: NewEvent): string[] {
  switch (event.type) {
    case 'partition':
      return [event.isolate, event.probe, event.by, ...(event.since ? ['since'] : [])];
    case 'usage':
    case 'checkpoint':
    case 'footprint':
      return [event.isolate];
    case 'probe':
      return [event.isolate, event.probe];
    case 'alert':
      return [event.fingerprint];
    case 'target':
    case 'memory':
    case 'mark':
      return [];
  }
}
