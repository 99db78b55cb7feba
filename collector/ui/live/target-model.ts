/** One target, as its events describe it. */
import { computed, type ReadonlySignal, signal } from '@preact/signals-core';
import type { Alert } from '../../../protocol/alert.ts';
import type { MarkEvent, MemoryEvent, StreamEvent, TargetState } from '../../../protocol/events.ts';
import { Bounded } from './bounded.ts';
import { IsolateModel } from './isolate-model.ts';

/** Marks that are kept since the page was opened. */
const MAX_MARKS = 500;

export class TargetModel {
  readonly name: string;
  readonly marks = new Bounded<MarkEvent>(MAX_MARKS);
  readonly #state = signal<TargetState | undefined>(undefined);
  readonly #memory = signal<MemoryEvent | undefined>(undefined);
  readonly #isolates = signal<readonly IsolateModel[]>([]);
  readonly #alerts = signal<ReadonlyMap<string, Alert>>(new Map());

  /** Those that fire, then those that are pending; an incident stands for its alerts. */
  readonly activeAlerts: ReadonlySignal<readonly Alert[]> = computed(() => {
    const known = this.#alerts.value;
    const alerts = [...known.values()].filter(({ incident }) => incident === undefined || !known.has(incident));
    return [...alerts.filter(({ state }) => state === 'firing'), ...alerts.filter(({ state }) => state === 'pending')];
  });

  constructor(name: string) {
    this.name = name;
  }

  get state(): ReadonlySignal<TargetState | undefined> {
    return this.#state;
  }

  /** Where its memory was when that was read last; undefined where it is not. */
  get memory(): ReadonlySignal<MemoryEvent | undefined> {
    return this.#memory;
  }

  /** `main` first, then workers as they came. */
  get isolates(): ReadonlySignal<readonly IsolateModel[]> {
    return this.#isolates;
  }

  /** The newest of each fingerprint, in whatever state. */
  get alerts(): ReadonlySignal<ReadonlyMap<string, Alert>> {
    return this.#alerts;
  }

  /** Undefined for one that no event has named. */
  isolate(name: string): IsolateModel | undefined {
    return this.#isolates.value.find((isolate) => isolate.name === name);
  }

  take(event: StreamEvent): void {
    switch (event.type) {
      case 'target':
        this.#state.value = event;
        break;
      case 'memory':
        this.#memory.value = event;
        break;
      case 'mark':
        this.marks.push(event);
        break;
      case 'alert':
        this.#alerts.value = new Map(this.#alerts.peek()).set(event.fingerprint, event);
        break;
      default:
        this.#isolate(event.isolate).take(event);
    }
  }

  #isolate(name: string): IsolateModel {
    const isolates = this.#isolates.peek();
    const known = isolates.find((isolate) => isolate.name === name);
    if (known) return known;
    const model = new IsolateModel(name);
    this.#isolates.value = name === 'main' ? [model, ...isolates] : [...isolates, model];
    return model;
  }
}
