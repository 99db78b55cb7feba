/** The targets of a collector in a fleet: its own, and those of agents and other collectors, as the log has them. */
import type { LogEntry } from '../log/log.ts';
import type { ProbedTarget, TargetList } from '../targets/probed-target.ts';
import { type Remote, RemoteTarget } from './remote-target.ts';

export class FleetTargets implements TargetList {
  readonly #own: TargetList;
  readonly #remote: Remote;

  constructor(own: TargetList, remote: Remote) {
    this.#own = own;
    this.#remote = remote;
  }

  get(name: string): ProbedTarget | undefined {
    const own = this.#own.get(name);
    if (own) return own;
    for (const entry of this.#others()) if (entry.head.target === name) return this.#seen(entry);
    return undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  *keys(): IterableIterator<string> {
    yield* this.#own.keys();
    for (const { head } of this.#others()) yield head.target;
  }

  *values(): IterableIterator<ProbedTarget> {
    yield* this.#own.values();
    for (const entry of this.#others()) {
      const target = this.#seen(entry);
      if (target) yield target;
    }
  }

  #others(): LogEntry[] {
    return this.#remote.log.latest().filter(({ head }) => head.type === 'target' && !this.#own.has(head.target));
  }

  #seen({ event }: LogEntry): ProbedTarget | undefined {
    if (event.type !== 'target') return undefined;
    const { type: _, offset: __, durable: ___, replay: ____, ...state } = event;
    return new RemoteTarget(this.#remote, state);
  }
}
