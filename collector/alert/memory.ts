/** What alerts keep beside the log, so that a restarted collector goes on where it was. */
import type { Logger } from 'pino';
import { z } from 'zod';
import { Silence } from '../../protocol/alert.ts';
import type { LogEntry } from '../log/log.ts';
import type { Restored } from './engine.ts';
import type { Stopped } from './steady-clock.ts';

/** A consumer of the log: how far it has come, and its state as text. */
export interface Kept {
  readonly name: string;
  readonly offset: number;
  readonly state: string;
}

/** Where it is kept: StoredLog does. What is kept after an event was appended is never stored without it. */
export interface AlertMemory {
  keep(kept: Kept): void;
  kept(name: string): Kept | undefined;
  /**
   * Calls `take` once what was kept before this start can be read, where it could not be at the start, and before anything is
   * kept over it. One of each name. Gives false where it could be: `kept` tells it.
   */
  whenFound(name: string, take: (found: Found) => void): boolean;
}

/** What was kept before this start and is found only later. */
export interface Found {
  readonly kept: Kept | undefined;
  /** How alerts stood then: the newest entry of each, of the log that was. */
  readonly alerts: readonly LogEntry[];
}

export interface State extends Stopped {
  readonly offset: number;
  readonly restored: readonly Restored[];
  readonly silences: readonly Silence[];
}

const number = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);

const SavedState = z.object({
  steadyMs: z.number(),
  wallMs: z.number(),
  silences: z.array(Silence),
  restored: z.array(
    z.object({
      rule: z.string(),
      target: z.string(),
      incarnation: z.string().optional(),
      labels: z.record(z.string(), z.string()),
      series: z.object({
        isolate: z.string(),
        name: z.string(),
        startsAt: z.string().nullable(),
        figures: z.object({ value: number }).catchall(z.number().nullable()).transform(finite),
        status: z.object({
          state: z.enum(['inactive', 'undecided', 'pending', 'firing']),
          sinceMs: z.number(),
          heldAtMs: z.number().nullable(),
        }),
      }),
    }),
  ),
});

/** JSON has no NaN: what is null was none. */
function finite(figures: Record<string, number | null>): { value: number } & Record<string, number> {
  const present = Object.entries(figures).filter((entry): entry is [string, number] => entry[1] !== null);
  return { value: Number.NaN, ...Object.fromEntries(present) };
}

const NEW: State = { offset: 0, steadyMs: null, wallMs: 0, restored: [], silences: [] };

/** What was kept; that of a collector that begins where nothing was, or nothing that can be read. */
export function readState(kept: Kept | undefined, log: string, logger: Logger): State {
  if (!kept) return NEW;
  try {
    const { restored, ...state } = SavedState.parse(JSON.parse(kept.state));
    const alerts = restored.map(({ incarnation, ...rest }): Restored => ({ ...rest, incarnation }));
    return { ...state, restored: alerts, offset: kept.offset };
  } catch (error) {
    logger.warn({ err: error, log }, 'the state of alerts cannot be read: they begin anew');
    return { ...NEW, offset: kept.offset };
  }
}
