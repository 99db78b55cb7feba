/** What the collector has stored of every kind of a source: page by page, so that the first rows need not wait for the last. */

import { type ReadonlySignal, useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { limits } from '../../../../../protocol/limits.ts';
import { reasonOf } from '../../../../../protocol/reason.ts';
import { useDashboard } from '../../../live/dashboard.ts';
import type { Session } from '../../../live/session.ts';
import type { Source } from '../../../live/source.ts';
import { beginOf, historySpan, type Span } from '../../../parts/span.ts';
import { WallLines } from './wall-lines.ts';

/** Points of a sparkline: what its width can tell apart. */
const STEPS = 60;
const MAX_PAGES = 10;

export interface WallQuestion {
  readonly target: string;
  readonly isolate: string;
  readonly source: Source;
  readonly span: Span;
}

export interface Wall {
  readonly state: 'loading' | 'ready' | 'failed';
  /** Undefined until the first page has come. */
  readonly lines?: WallLines;
  readonly reason?: string;
}

/** Asked again whenever the question changes or the stream has left something out; until then the old lines stay. */
export function useStoredWall(question: WallQuestion): ReadonlySignal<Wall> {
  const { session, fleet } = useDashboard();
  const wall = useSignal<Wall>({ state: 'loading' });
  const key = JSON.stringify(question);
  const gaps = fleet.gaps.value;
  const asked = useMemo(() => question, [key]);
  useEffect(() => {
    const stale = new AbortController();
    const tell = (next: Wall) => {
      if (!stale.signal.aborted) wall.value = { ...wall.peek(), ...next };
    };
    tell({ state: 'loading' });
    load(session, asked, stale.signal, (lines) => tell({ state: 'loading', lines })).then(
      () => tell({ state: 'ready' }),
      (error: unknown) => tell({ state: 'failed', reason: reasonOf(error) }),
    );
    return () => stale.abort();
  }, [session, asked, gaps]);
  return wall;
}

/** @param onLines called once, as soon as the first page is in them; the others are added to them */
async function load(
  session: Session,
  { target, isolate, source, span }: WallQuestion,
  signal: AbortSignal,
  onLines: (lines: WallLines) => void,
): Promise<void> {
  const nowMs = Date.now();
  const { stepMs: _, ...asked } = historySpan(span, STEPS, nowMs);
  const base = { target, isolate, ...source, lines: true, limit: limits.maxHistoryKinds };
  const first = await session.request('history', { ...base, ...asked, steps: STEPS });
  const lines = new WallLines(
    first.stepMs || stepOf(span, nowMs),
    first.to === undefined ? undefined : Date.parse(first.to),
  );
  const { from, to, stepMs } = first;
  let page = first.partitions[0];
  if (page?.lines) lines.addStored(page.lines);
  onLines(lines);
  for (let number = 1; page && page.omitted > 0 && number < MAX_PAGES && !signal.aborted; number++) {
    const next = { from: from!, to: to!, stepMs, skip: number * limits.maxHistoryKinds };
    page = (await session.request('history', { ...base, ...next })).partitions[0];
    if (page?.lines && !signal.aborted) lines.addStored(page.lines);
  }
}

/** Where nothing is stored yet. */
function stepOf(span: Span, nowMs: number): number {
  const fromMs = beginOf(span, nowMs);
  return Number.isFinite(fromMs) ? Math.ceil(((span.toMs ?? nowMs) - fromMs) / STEPS) : 60_000;
}
