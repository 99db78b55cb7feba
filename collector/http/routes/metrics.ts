/** `/metrics`, which Prometheus scrapes. */
import { z } from 'zod';
import type { Metrics } from '../../metrics/metrics.ts';
import { get, type Route } from '../route.ts';

export function metricsRoute(metrics: Metrics): Route {
  return get(
    '/metrics',
    {
      role: 'viewer',
      scope: 'filtered',
      summary: "The targets' heaps, what probes cost them, and the collector itself, in Prometheus' text format.",
      params: z.strictObject({}),
      answer: { description: 'The metrics.', types: ['text/plain'] },
      problems: [],
    },
    async ({ caller }) => ({ text: await metrics.text(caller.visitor.scope), type: metrics.contentType }),
  );
}
