/** Follows the targets of a collector by its stream; the collector reads them, at its own pace. */
import { listPrice } from '../../agent/price/tariff.ts';
import type { ProbeEvent, StreamEvent, TargetEvent, Topic } from '../../protocol/events.ts';
import type { Gap } from '../../protocol/frames.ts';
import { matchesGlob } from '../../protocol/glob.ts';
import { incarnationOf } from '../../protocol/incarnation.ts';
import type { Price } from '../../protocol/partition.ts';
import { reasonOf } from '../../protocol/reason.ts';
import type { Client } from '../client/node.ts';
import { openCollector } from '../terminal/collector-client.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Feed } from './feed.ts';
import type { ProbeChoice, RowProbe, TailEvent } from './tail-event.ts';

/** For how long a lost collector is looked for. */
const GIVE_UP_MS = 60_000;

export interface StreamFeedOptions {
  /** `ws://127.0.0.1:7331/v1/stream` */
  readonly url: string;
  /** One of its targets; absent: all. */
  readonly name?: string | undefined;
}

type Hear = (reading: TailEvent) => void;

export class StreamFeed implements Feed {
  readonly target: string | null;
  readonly #options: StreamFeedOptions;
  readonly #heapUsedBytes = new Map<string, number>();
  readonly #nodeVersions = new Map<string, string>();
  #client: Client | undefined;
  #hear: Hear | undefined;

  constructor(options: StreamFeedOptions) {
    this.#options = options;
    this.target = options.name ?? null;
  }

  async run(hear: Hear, signal: AbortSignal): Promise<void> {
    this.#hear = hear;
    const client = openCollector(this.#options.url, { signal, downMs: GIVE_UP_MS });
    this.#client = client;
    await this.#assertTarget(client);
    const topics: Topic[] = ['usage', 'memory', 'partition', 'target', 'probe', 'mark'];
    const selection = { topics, ...(this.target !== null && { targets: [this.target] }) };
    for await (const event of client.subscribe(selection)) this.#tell(event, hear);
  }

  choose(_choice: ProbeChoice, _agreed: boolean): void {
    // which probes run is the collector's business; what is shown of them is the view's
  }

  pause(_paused: boolean): void {
    // the collector goes on; the view stands still
  }

  async price(target: string, probe: RowProbe): Promise<Price | null> {
    const heapUsedBytes = this.#heapUsedBytes.get(target);
    if (heapUsedBytes === undefined || probe !== 'snapshot') return null;
    return listPrice(probe, heapUsedBytes, this.#nodeVersions.get(target) ?? '');
  }

  take(target: string, probe: RowProbe): void {
    const tell = (error: unknown) => {
      this.#hear?.({ is: 'note', target, text: reasonOf(error) });
    };
    this.#client?.request('probe', { target, probe, yes: true }).catch(tell);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client?.close();
  }

  /** @throws UsageError for a name that the collector does not have */
  async #assertTarget(client: Client): Promise<void> {
    const { target } = this;
    if (target === null) return;
    const { targets } = await client.request('targets', {});
    if (targets.some((state) => matchesGlob(target, state.target))) return;
    const names = targets.map((state) => state.target).join(', ');
    throw new UsageError(
      `Cannot follow ${this.#options.url}#${target}: the collector has no such target, only ${names}`,
    );
  }

  #tell(event: StreamEvent | Gap, hear: Hear): void {
    const reading = this.#readingOf(event);
    if (reading) hear(reading);
  }

  /** Null for what another event tells as well. */
  #readingOf(event: StreamEvent | Gap): TailEvent | null {
    switch (event.type) {
      case 'usage': {
        const { type: _type, offset: _offset, replay: _replay, ...usage } = event;
        this.#heapUsedBytes.set(usage.target, usage.heapUsedBytes);
        return { is: 'usage', usage };
      }
      case 'memory': {
        const { type: _type, offset: _offset, replay: _replay, ...memory } = event;
        return { is: 'memory', memory };
      }
      case 'partition': {
        const { type: _type, offset: _offset, replay: _replay, ...partition } = event;
        // what was born since a checkpoint is no count of what there is
        return partition.since ? null : { is: 'partition', partition };
      }
      case 'target':
        return { is: 'state', target: event.target, state: this.#stateOf(event) };
      case 'probe':
        return probeReading(event);
      case 'mark':
        return { is: 'mark', target: event.target, label: event.label, by: 'stream', at: event.at };
      default:
        return null;
    }
  }

  #stateOf(event: TargetEvent) {
    const { target, state, nodeVersion, reason } = event;
    if (nodeVersion !== undefined) this.#nodeVersions.set(target, nodeVersion);
    return { state, ...incarnationOf(event), nodeVersion, reason };
  }
}

function probeReading({ target, probe, phase, reason }: ProbeEvent): TailEvent | null {
  if (phase === 'started') return { is: 'probing', target, probe };
  return phase === 'failed' && reason !== undefined ? { is: 'note', target, text: reason } : null;
}
