/** What the collector has stored of what happened to a target, over a span of time. */
import type { ReadonlySignal } from '@preact/signals';
import type { EventsResult } from '../../../../protocol/happenings.ts';
import { limits } from '../../../../protocol/limits.ts';
import { useDashboard } from '../../live/dashboard.ts';
import { type Resource, useResource } from '../../live/resource.ts';
import { beginOf, type Span } from '../span.ts';

/** Asked again whenever the stream has left something out. */
export function useStoredEvents(target: string, span: Span): ReadonlySignal<Resource<EventsResult>> {
  const { session, fleet } = useDashboard();
  const load = () => {
    const fromMs = beginOf(span, Date.now());
    const from = Number.isFinite(fromMs) && { from: new Date(fromMs).toISOString() };
    const to = span.toMs !== undefined && { to: new Date(span.toMs).toISOString() };
    return session.request('events', { target, limit: limits.maxStoredEvents, ...from, ...to });
  };
  return useResource(load, [session, target, JSON.stringify(span), fleet.gaps.value]);
}

/** Stored events and those that came since the page was opened, each once, in the order of the log. */
export function joined<T extends { readonly offset: number }>(stored: readonly T[] = [], live: readonly T[]): T[] {
  const byOffset = new Map([...stored, ...live].map((event) => [event.offset, event]));
  return [...byOffset.values()].sort((a, b) => a.offset - b.offset);
}
