/** All that has been read of one isolate of one target, or of the sum of several. */
import type { TargetMemory } from '../../protocol/memory.ts';
import type { Cost, Probe, Usage } from '../../protocol/partition.ts';
import { KindTable } from './kind-table.ts';
import { RecentValues } from './recent-values.ts';
import type { Pace, TailEvent, TargetState } from './tail-event.ts';

type Outside = Pick<Extract<TailEvent, { is: 'outside' }>, 'heapUsedBytes' | 'rssBytes'>;

export class Board {
  readonly name: string;
  readonly heapUsed = new RecentValues();
  readonly #tables = new Map<Probe, Map<string, KindTable>>();
  /** The table that was reported last. */
  #latest: KindTable | undefined;
  #pausedMs = 0;
  #probes = 0;
  usage: Usage | undefined;
  /** Of a process without an inspector. */
  outside: Outside | undefined;
  memory: TargetMemory | undefined;
  state: TargetState | undefined;
  pace: Pace | undefined;
  /** The probe that runs now. */
  probing: Probe | undefined;
  /** What the last probe cost. */
  lastCost: Cost | undefined;
  /** Workers that live and are not followed. */
  unshown = 0;
  note: string | undefined;
  mark: string | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** How long the target has stood still for the probes, as far as was seen, and how many they were. */
  get paused(): { readonly ms: number; readonly probes: number } {
    return { ms: this.#pausedMs, probes: this.#probes };
  }

  hear(reading: TailEvent): void {
    switch (reading.is) {
      case 'state':
        this.probing = undefined;
        this.#setState(reading.state);
        return;
      case 'usage':
        this.usage = reading.usage;
        this.heapUsed.push(reading.usage.heapUsedBytes, Date.parse(reading.usage.takenAt));
        return;
      case 'outside':
        this.outside = reading;
        this.heapUsed.push(reading.heapUsedBytes, Date.now());
        return;
      case 'memory':
        this.memory = reading.memory;
        return;
      case 'partition':
        this.probing = undefined;
        this.#takePartition(reading);
        return;
      case 'probing':
        this.probing = reading.probe;
        return;
      case 'pace':
        this.pace = reading.pace;
        return;
      case 'unshown':
        this.unshown = reading.workers;
        return;
      case 'mark':
        this.mark = reading.label;
        return;
      case 'note':
        this.probing = undefined;
        this.note = reading.text;
        return;
    }
  }

  /** The table of a probe, of the classifier that was reported last; absent: of the newest one. */
  table(probe?: Probe): KindTable | undefined {
    if (probe === undefined) return this.#latest;
    return [...(this.#tables.get(probe)?.values() ?? [])].at(-1);
  }

  /** Deltas count from now on, in all tables. */
  checkpoint(): void {
    for (const byClassifier of this.#tables.values()) for (const table of byClassifier.values()) table.setBase();
  }

  #takePartition({ partition }: Extract<TailEvent, { is: 'partition' }>): void {
    const { probe, by, cost } = partition;
    const byClassifier = this.#tables.get(probe) ?? new Map<string, KindTable>();
    this.#tables.set(probe, byClassifier);
    const table = byClassifier.get(by) ?? new KindTable();
    // set anew, so that the classifier that was reported last comes last
    byClassifier.delete(by);
    byClassifier.set(by, table);
    table.take(partition);
    this.#latest = table;
    this.note = undefined;
    this.lastCost = cost;
    if (cost?.pauseMs === undefined) return;
    this.#pausedMs += cost.pauseMs;
    this.#probes++;
  }

  /** What was counted in one process is no history of another. */
  #setState(state: TargetState): void {
    const before = this.state?.incarnation;
    if (before !== undefined && state.incarnation !== undefined && state.incarnation !== before) {
      this.#tables.clear();
      this.#latest = undefined;
      this.usage = undefined;
      this.outside = undefined;
      this.memory = undefined;
    }
    this.state = { ...this.state, ...state, reason: state.reason };
  }
}
