/** What alerts keep beside the log, so that a restarted collector goes on where it was. */
import type { Logger } from 'pino';
import { z } from 'zod';
import { Silence } from '../../protocol/alert.ts';
import { incarnationFields } from '../../protocol/incarnation-fields.ts';
import type { ConsumerOffset } from '../log/consumer-offsets.ts';
import type { Restored } from './engine.ts';
import type { Stopped } from './steady-clock.ts';

export interface State extends Stopped {
  readonly offset: number;
  readonly restored: readonly Restored[];
  readonly silences: readonly Silence[];
}

const number = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);

const SavedFigures = z
  .object({ value: number, limitSource: z.string().exactOptional() })
  .catchall(z.number().nullable())
  .transform(({ limitSource, ...numbers }) => ({
    ...finite(numbers),
    ...(limitSource !== undefined && { limitSource }),
  }));

const SavedState = z.object({
  steadyMs: z.number(),
  wallMs: z.number(),
  silences: z.array(Silence),
  restored: z.array(
    z.object({
      rule: z.string(),
      target: z.string(),
      ...incarnationFields,
      labels: z.record(z.string(), z.string()),
      series: z.object({
        isolate: z.string(),
        name: z.string(),
        startsAt: z.string().nullable(),
        figures: SavedFigures,
        fired: SavedFigures.exactOptional(),
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

/** What was committed; that of a collector that begins where nothing was, or nothing that can be read. */
export function readState(committed: ConsumerOffset | undefined, log: string, logger: Logger): State {
  if (!committed) return NEW;
  try {
    const { restored, ...state } = SavedState.parse(JSON.parse(committed.state));
    return { ...state, restored, offset: committed.offset };
  } catch (error) {
    logger.warn({ err: error, log }, 'the state of alerts cannot be read: they start afresh');
    return { ...NEW, offset: committed.offset };
  }
}
