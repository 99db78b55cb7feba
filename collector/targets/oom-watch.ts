/**
 * V8's pause before it gives up a target (`oomPause`): armed while its heap is within the last tenth of V8's limit, since awaits cost
 * six times as much meanwhile. What is in the heap then is counted from outside, and the target goes on to its end.
 *
 *     75 % of the old space   ─> a process is ready, or one line says why not
 *     90 %                    ─> armed
 *     below 80 %              ─> disarmed
 *     paused                  ─> walk ─> goes on, after 1.5 s at the latest; once in a process's life
 *
 * V8 gives the old limit back, but no less than what is alive and a quarter of it: a target that leaks slowly lives on for a while.
 */
import type { Agent } from '../../agent/attach/agent.ts';
import { MAIN } from '../../agent/cdp/isolate-name.ts';
import type { OomPause, OomPauseListener } from '../../agent/cdp/oom-pause.ts';
import type { Usage } from '../../protocol/partition.ts';
import type { Ledger } from './ledger.ts';
import type { Probes } from './probes.ts';
import type { Reader } from './reader.ts';
import type { ProbeRun, Reports } from './reports.ts';

/** From here on a process is ready to arm it: to start one takes some tenths of a second. */
const READY_FROM_RATIO = 0.75;
const ARMED_FROM_RATIO = 0.9;
const DISARMED_BELOW_RATIO = 0.8;
/** Where it could not be armed, it is tried again after this: what is left of memory changes. */
const AGAIN_MS = 60_000;
const HOUR_MS = 3_600_000;
const RUN: ProbeRun = { probe: 'walk', isolate: MAIN, by: ['kind'] };
const LABEL = "before V8's out-of-memory";
const NOT_ARMED = 'pause before out-of-memory not armed';

export interface OomWatchOptions {
  readonly agent: Agent;
  /** As the target is configured. */
  readonly isWanted: boolean;
  readonly probes: Pick<Probes, 'oomFullRatio' | 'oomObstacle' | 'openOomPause'>;
  readonly reader: Pick<Reader, 'walk'>;
  readonly reports: Pick<Reports, 'started' | 'done' | 'failed' | 'footprint' | 'warn' | 'note'>;
  readonly ledger: Pick<Ledger, 'enter' | 'spentMs'>;
  /** Aborted when the target goes or is let go. */
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

export class OomWatch implements AsyncDisposable {
  /** When V8 paused, milliseconds since 1970; undefined: it did not. */
  pausedAtMs: number | undefined;
  readonly #options: OomWatchOptions;
  #pause: OomPause | undefined;
  #isArmed = false;
  #looking = false;
  #notBeforeMs = 0;

  constructor(options: OomWatchOptions) {
    this.#options = options;
  }

  /** Arms or disarms by what the gauges say, one after the other; never rejects. Called with each reading of the main isolate's. */
  async look(usage: Usage): Promise<void> {
    const { isWanted, signal, now } = this.#options;
    const isOver = this.pausedAtMs !== undefined || signal.aborted;
    if (!isWanted || isOver || this.#looking || now() < this.#notBeforeMs) return;
    this.#looking = true;
    try {
      await this.#act(usage);
    } catch (error) {
      this.#isArmed = false;
      this.#refuse({ err: error });
    } finally {
      this.#looking = false;
    }
  }

  async #act(usage: Usage): Promise<void> {
    const { agent, probes, reports } = this.#options;
    const ratio = await probes.oomFullRatio(agent, usage);
    if (this.#isArmed && ratio < DISARMED_BELOW_RATIO) {
      this.#isArmed = false;
      await this.#pause?.release();
      reports.note('pause before out-of-memory disarmed');
    } else if (!this.#isArmed && ratio >= READY_FROM_RATIO) {
      const reason = await probes.oomObstacle(agent, usage);
      if (reason !== null) return this.#refuse({ reason });
      // its end would void the object ids of the target: it stays connected until the target is let go
      this.#pause ??= await probes.openOomPause(agent, this.#listener());
      if (ratio < ARMED_FROM_RATIO) return;
      await this.#pause.arm();
      this.#isArmed = true;
      reports.note('pause before out-of-memory armed');
    }
  }

  #refuse(why: { readonly reason: string } | { readonly err: unknown }): void {
    const { reports, now, signal } = this.#options;
    this.#notBeforeMs = now() + AGAIN_MS;
    if (!signal.aborted) reports.warn(NOT_ARMED, why);
  }

  #listener(): OomPauseListener {
    return {
      onPaused: () => {
        this.pausedAtMs = this.#options.now();
        this.#isArmed = false;
        void this.#count().finally(() => this.#pause?.release().catch(() => {}));
      },
      onReleased: (heldMs) => this.#enter(heldMs),
    };
  }

  /** What is in the heap at the end: the target stands still, and is not asked. */
  async #count(): Promise<void> {
    const { reader, reports, signal } = this.#options;
    reports.note('paused before out-of-memory');
    reports.started(RUN);
    try {
      // it need not stand still for this: where it has been let go meanwhile, it is read while it still lives
      const { partitions } = await reader.walk(MAIN, { by: RUN.by, label: LABEL, signal });
      reports.done(RUN, partitions);
    } catch (error) {
      reports.failed(RUN, error);
    }
  }

  #enter(pauseMs: number): void {
    const { ledger, reports, now } = this.#options;
    const toMs = now();
    const footprint = { isolate: MAIN, cause: RUN.probe, fromMs: toMs - pauseMs, toMs, pauseMs } as const;
    ledger.enter(footprint);
    reports.footprint(footprint, ledger.spentMs(toMs, HOUR_MS));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pause?.[Symbol.asyncDispose]();
  }
}
