/** What the collector has stored of an isolate's gauges over a span of time. */
import type { ReadonlySignal } from '@preact/signals';
import { useDashboard } from '../../live/dashboard.ts';
import { type Resource, useResource } from '../../live/resource.ts';
import { historySpan, type Span } from '../span.ts';
import type { StoredUsage } from './memory-lines.ts';

/** Points of a line: what a wide screen can tell apart. */
const STEPS = 400;

/** Asked again whenever the stream has left something out. */
export function useStoredUsage(
  target: string,
  isolate: string,
  span: Span,
): ReadonlySignal<Resource<StoredUsage | undefined>> {
  const { session, fleet } = useDashboard();
  const load = async (): Promise<StoredUsage | undefined> => {
    const asked = historySpan(span, STEPS, Date.now());
    const result = await session.request('history', { target, isolate, topic: 'usage', ...asked });
    const { usage, from, to, stepMs } = result;
    if (from === undefined || to === undefined) return undefined;
    return { usage: usage[0], fromMs: Date.parse(from), toMs: Date.parse(to), stepMs };
  };
  return useResource(load, [session, target, isolate, JSON.stringify(span), fleet.gaps.value]);
}
