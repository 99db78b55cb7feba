/** What a collector remembers of its targets: asked by the stream's requests `history`, `events` and `partitions`, by the HTTP API and by the command. */
import type { EventsQuery, EventsResult } from '../../protocol/happenings.ts';
import type { HistoryQuery, HistoryResult } from '../../protocol/history.ts';
import { limits } from '../../protocol/limits.ts';
import type { PartitionsQuery, PartitionsResult } from '../../protocol/partitions.ts';
import { RequestError } from '../../protocol/requests.ts';

export interface History {
  /** @throws RequestError `bad-params` for a span that ends before it begins, or has too many steps */
  query(query: HistoryQuery): Promise<HistoryResult>;
  /** @throws RequestError `bad-params` for a span that ends before it begins */
  events(query: EventsQuery): Promise<EventsResult>;
  /** @throws RequestError `bad-params` for a span that ends before it begins */
  partitions(query: PartitionsQuery): Promise<PartitionsResult>;
}

/** When the samples that fit were taken, milliseconds since 1970. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A span in steps; it begins where a step does. */
export interface Steps extends Span {
  readonly stepMs: number;
}

const DEFAULT_STEPS = 200;
export const DEFAULT_KINDS = 10;

/** Steps that people count in: whichever gives at most so many of them is taken. */
const ROUND_STEPS_MS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * 1_000),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * 60_000),
  ...[1, 2, 3, 6, 12, 24, 48, 168].map((hours) => hours * 3_600_000),
];

/** What of a span is asked for. @throws RequestError */
export function spanOf({ from, to }: Pick<HistoryQuery, 'from' | 'to'>): Span {
  const fromMs = from === undefined ? Number.MIN_SAFE_INTEGER : Date.parse(from);
  const toMs = to === undefined ? Number.MAX_SAFE_INTEGER : Date.parse(to);
  if (fromMs <= toMs) return { fromMs, toMs };
  throw new RequestError('bad-params', `Cannot read history: it would end at ${to}, before it begins at ${from}`);
}

/** The steps of a span in which there are samples. @throws RequestError where they are too many */
export function stepsOf({ fromMs, toMs }: Span, { stepMs, steps = DEFAULT_STEPS }: HistoryQuery): Steps {
  const wanted = (toMs - fromMs) / steps;
  const step = stepMs ?? ROUND_STEPS_MS.find((each) => each >= wanted) ?? Math.ceil(wanted);
  const count = Math.ceil((toMs - fromMs) / step);
  if (count > limits.maxHistorySteps) {
    const what = `${count} steps of ${step} ms, at most ${limits.maxHistorySteps}: ask for longer ones or a shorter span`;
    throw new RequestError('bad-params', `Cannot read history: ${what}`);
  }
  return { fromMs: Math.floor(fromMs / step) * step, toMs, stepMs: step };
}
