/** The log of an agent: what is appended and forgotten there is said to the fleet too. */
import type { Forgotten, LogEntry, NewEvent } from '../log/log.ts';
import { RingLog } from '../log/ring-log.ts';
import type { Publisher } from './publisher.ts';

export class AgentLog extends RingLog {
  #publisher: Pick<Publisher, 'say'> | undefined;

  publishTo(publisher: Pick<Publisher, 'say'>): void {
    this.#publisher = publisher;
  }

  /** What an earlier run has said already. */
  recall(events: readonly NewEvent[]): void {
    for (const event of events) super.append(event);
  }

  override append(event: NewEvent): LogEntry {
    this.#publisher?.say({ act: 'event', event });
    return super.append(event);
  }

  override forget(target: string, which: Forgotten = {}): LogEntry[] {
    this.#publisher?.say({ act: 'forget', target, which });
    return super.forget(target, which);
  }

  override retire(target: string): LogEntry[] {
    this.#publisher?.say({ act: 'retire', target });
    return super.retire(target);
  }
}
