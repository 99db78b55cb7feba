/**
 * What the collector has said of every target, as signals: a page reads those that it shows and is drawn anew when they change.
 *
 *     events ─> Fleet ─> TargetModel (state, marks, alerts) ─> IsolateModel (usage, partitions, probes, footprints)
 */
import { batch, type ReadonlySignal, signal } from '@preact/signals-core';
import type { StreamEvent } from '../../../protocol/events.ts';
import { TargetModel } from './target-model.ts';

export class Fleet {
  readonly #targets = signal<readonly TargetModel[]>([]);
  readonly #gaps = signal(0);
  readonly #alertsTold = signal(0);

  /** By name. */
  get targets(): ReadonlySignal<readonly TargetModel[]> {
    return this.#targets;
  }

  /** Rises whenever the stream has left something out: a chart of the past asks again. */
  get gaps(): ReadonlySignal<number> {
    return this.#gaps;
  }

  /** Rises with each event of an alert: a view of the rules asks again. */
  get alertsTold(): ReadonlySignal<number> {
    return this.#alertsTold;
  }

  /** Undefined for one that the collector has not named. */
  target(name: string): TargetModel | undefined {
    return this.#targets.value.find((target) => target.name === name);
  }

  /** Takes events in their order; what is drawn from them is drawn once. */
  take(events: readonly StreamEvent[]): void {
    batch(() => {
      for (const event of events) {
        this.#model(event.target).take(event);
        if (event.type === 'alert') this.#alertsTold.value++;
      }
    });
  }

  missed(): void {
    this.#gaps.value++;
  }

  /** Has no other targets than these from now on: those that were taken out of the configuration leave no event. */
  retain(names: ReadonlySet<string>): void {
    const kept = this.#targets.value.filter(({ name }) => names.has(name));
    if (kept.length < this.#targets.value.length) this.#targets.value = kept;
  }

  #model(name: string): TargetModel {
    const known = this.#targets.peek().find((target) => target.name === name);
    if (known) return known;
    const model = new TargetModel(name);
    this.#targets.value = [...this.#targets.peek(), model].sort((a, b) => (a.name < b.name ? -1 : 1));
    return model;
  }
}
