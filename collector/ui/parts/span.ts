/** Which time a page shows: the last so long, or from one moment to another, as its URL holds it. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What can be chosen; `all`: as far back as anything is stored. */
export const SPANS = ['15m', '1h', '6h', '24h', '7d', 'all'] as const;
export type SpanName = (typeof SPANS)[number];

export const SPAN_WORDS: Readonly<Record<SpanName, string>> = {
  '15m': '15 min',
  '1h': '1 h',
  '6h': '6 h',
  '24h': '24 h',
  '7d': '7 d',
  all: 'all',
};

const LENGTHS_MS: Readonly<Record<SpanName, number>> = {
  '15m': 15 * MINUTE_MS,
  '1h': HOUR_MS,
  '6h': 6 * HOUR_MS,
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  all: Number.POSITIVE_INFINITY,
};

/** `toMs` undefined: until now, whenever that is. */
export type Span =
  | { readonly name: SpanName; readonly lengthMs: number; readonly toMs?: undefined }
  | { readonly name?: undefined; readonly fromMs: number; readonly toMs: number };

interface SpanQuery {
  readonly span?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** `from` and `to` where both are moments, else the last `span`, 1 h unless it is one of ours. */
export function readSpan({ span, from = '', to = '' }: SpanQuery): Span {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  if (fromMs < toMs) return { fromMs, toMs };
  const name = SPANS.find((each) => each === span) ?? '1h';
  return { name, lengthMs: LENGTHS_MS[name] };
}

/** What `readSpan` reads as that. */
export function writeSpan(span: Span): Record<'span' | 'from' | 'to', string | undefined> {
  if (span.name !== undefined) return { span: span.name, from: undefined, to: undefined };
  return { span: undefined, from: new Date(span.fromMs).toISOString(), to: new Date(span.toMs).toISOString() };
}

/** Its beginning as seen at `nowMs`; −∞ for `all`. */
export function beginOf(span: Span, nowMs: number): number {
  return span.name === undefined ? span.fromMs : nowMs - span.lengthMs;
}

/** The parameters of a request `history` for it, at most about `steps` points a line. */
export function historySpan(span: Span, steps: number, nowMs: number): { from?: string; to?: string; stepMs?: number } {
  const fromMs = beginOf(span, nowMs);
  // of `all` only the collector knows how long it is
  if (!Number.isFinite(fromMs)) return {};
  const toMs = span.toMs ?? nowMs;
  const stepMs = Math.max(1_000, Math.ceil((toMs - fromMs) / steps / 1_000) * 1_000);
  const from = new Date(fromMs).toISOString();
  return { from, stepMs, ...(span.toMs !== undefined && { to: new Date(toMs).toISOString() }) };
}
