/** What of the evidence's ration was taken before this start, as the stored alerts of a target tell it. */
import type { Logger } from 'pino';
import type { AlertEvent } from '../../protocol/events.ts';
import { limits } from '../../protocol/limits.ts';
import type { History } from '../history/history.ts';
import type { Ration } from './ration.ts';

const HOUR_MS = 3_600_000;
/** What a gathering takes that goes up to a snapshot and a second one: how far one came that was cut off is not known. */
const CUT_OFF = 3;

export class PastRation {
  readonly #ration: Ration;
  readonly #history: Pick<History, 'events'>;
  readonly #logger: Logger;
  readonly #nowMs: number;
  readonly #beganMs: number;
  readonly #known = new Map<string, Promise<void>>();

  /** @param nowMs since 1970, and `beganMs` the same instant of the ration's clock */
  constructor(
    ration: Ration,
    history: Pick<History, 'events'>,
    { logger, nowMs, beganMs }: { logger: Logger; nowMs: number; beganMs: number },
  ) {
    this.#ration = ration;
    this.#history = history;
    this.#logger = logger;
    this.#nowMs = nowMs;
    this.#beganMs = beganMs;
  }

  /** Resolves when the ration knows what was taken for a target; never rejects. */
  of(target: string): Promise<void> {
    const known = this.#known.get(target) ?? this.#recall(target);
    this.#known.set(target, known);
    return known;
  }

  async #recall(target: string): Promise<void> {
    try {
      const span = { from: new Date(this.#nowMs - HOUR_MS).toISOString(), to: new Date(this.#nowMs).toISOString() };
      const { alerts } = await this.#history.events({ target, ...span, limit: limits.maxStoredEvents });
      for (const { rule, count, atMs } of takenIn(alerts)) {
        this.#ration.recall(target, rule, count, this.#beganMs - (this.#nowMs - atMs));
      }
    } catch (error) {
      this.#logger.warn({ err: error, target }, 'what evidence was gathered before cannot be read');
    }
  }
}

interface Taken {
  readonly rule: string;
  readonly count: number;
  readonly atMs: number;
}

/** Of each firing of each alert what its newest event tells: how many probes were run for it. */
function takenIn(alerts: readonly AlertEvent[]): Taken[] {
  const newest = new Map<string, Taken>();
  for (const { fingerprint, startsAt, rule, at, evidence } of alerts) {
    if (!evidence) continue;
    const count = evidence.state === 'done' ? (evidence.partitions?.length ?? 0) : CUT_OFF;
    newest.set(JSON.stringify([fingerprint, startsAt]), { rule, count, atMs: Date.parse(at) });
  }
  return [...newest.values()];
}
