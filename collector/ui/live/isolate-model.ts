/** One isolate of a target, as its events describe it. */
import { type ReadonlySignal, signal } from '@preact/signals-core';
import type {
  CheckpointEvent,
  FootprintEvent,
  PartitionEvent,
  ProbeEvent,
  UsageEvent,
} from '../../../protocol/events.ts';
import type { Probe } from '../../../protocol/partition.ts';
import { Bounded } from './bounded.ts';
import { Floors } from './floors.ts';

/** What is kept since the page was opened: an hour of readings a second, and as many footprints as a chart can show. */
const MAX_READINGS = 3_600;
const MAX_FOOTPRINTS = 500;
const MAX_PARTITIONS = 200;

type IsolateEvent = UsageEvent | PartitionEvent | ProbeEvent | FootprintEvent | CheckpointEvent;

export class IsolateModel {
  readonly name: string;
  readonly readings = new Bounded<UsageEvent>(MAX_READINGS);
  /** Of the used heap. */
  readonly floors = new Floors();
  readonly footprints = new Bounded<FootprintEvent>(MAX_FOOTPRINTS);
  /** Every partition of the whole heap that came since the page was opened, of any probe and classifier. */
  readonly partitions = new Bounded<PartitionEvent>(MAX_PARTITIONS);
  readonly #usage = signal<UsageEvent | undefined>(undefined);
  readonly #newest = signal<ReadonlyMap<string, PartitionEvent>>(new Map());
  readonly #probes = signal<ReadonlyMap<Probe, ProbeEvent>>(new Map());
  readonly #lastEnded = signal<ProbeEvent | undefined>(undefined);
  readonly #held = signal<readonly string[]>([]);

  constructor(name: string) {
    this.name = name;
  }

  /** The last reading. */
  get usage(): ReadonlySignal<UsageEvent | undefined> {
    return this.#usage;
  }

  /** The newest partition of the whole heap of each probe and classifier, by `sortOf`. */
  get newest(): ReadonlySignal<ReadonlyMap<string, PartitionEvent>> {
    return this.#newest;
  }

  /** The newest event of each probe. */
  get probes(): ReadonlySignal<ReadonlyMap<Probe, ProbeEvent>> {
    return this.#probes;
  }

  /** The last probe that came to an end, however; readings of gauges do not count. */
  get lastEnded(): ReadonlySignal<ProbeEvent | undefined> {
    return this.#lastEnded;
  }

  /** Labels of the checkpoints that are held, oldest first. */
  get held(): ReadonlySignal<readonly string[]> {
    return this.#held;
  }

  take(event: IsolateEvent): void {
    switch (event.type) {
      case 'usage':
        this.#usage.value = event;
        this.readings.push(event);
        this.floors.add(Date.parse(event.takenAt), event.heapUsedBytes);
        break;
      case 'partition':
        this.#takePartition(event);
        break;
      case 'probe':
        this.#probes.value = new Map(this.#probes.peek()).set(event.probe, event);
        if (event.phase !== 'started' && event.probe !== 'usage') this.#lastEnded.value = event;
        break;
      case 'footprint':
        this.footprints.push(event);
        break;
      case 'checkpoint':
        this.#held.value = event.held;
        break;
    }
  }

  #takePartition(event: PartitionEvent): void {
    if (event.since) return;
    this.partitions.push(event);
    this.#newest.value = new Map(this.#newest.peek()).set(sortOf(event), event);
  }
}

/** Partitions of one sort follow each other in one history: `snapshot by kind`. */
export function sortOf({ probe, by }: Pick<PartitionEvent, 'probe' | 'by'>): string {
  return `${probe} by ${by}`;
}
