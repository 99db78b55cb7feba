/** All ways of the HTTP API. */
import type { Acts } from '../../access/acts.ts';
import type { OidcLogin } from '../../access/oidc-login.ts';
import type { Place } from '../../egress/place.ts';
import type { EventLog } from '../../log/log.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import type { Reporter } from '../../operations/followed-reports.ts';
import type { Snapshots } from '../../snapshots/snapshots.ts';
import type { Requests } from '../../stream/requests.ts';
import { openApi } from '../openapi.ts';
import type { PageFile } from '../pages.ts';
import type { Route } from '../route.ts';
import { documentRoutes } from './documents.ts';
import { healthRoutes } from './health.ts';
import { loginRoutes } from './login.ts';
import { type McpSessions, mcpRoutes } from './mcp.ts';
import { metricsRoute } from './metrics.ts';
import { pageRoutes } from './pages.ts';
import { requestRoutes } from './requests.ts';
import { snapshotRoutes } from './snapshots.ts';

export interface RoutesOptions {
  readonly log: EventLog;
  readonly requests: Requests;
  readonly mcp: McpSessions;
  readonly login: OidcLogin;
  readonly acts: Acts;
  readonly snapshots: Snapshots;
  /** Where snapshots are sent, if that place can give links. */
  readonly place?: Place | undefined;
  readonly reporter: Reporter;
  readonly metrics: Metrics;
  /** The files of the dashboard. */
  readonly pages: ReadonlyMap<string, PageFile>;
  /** Why the collector cannot do its work, or undefined. */
  readonly unready: () => string | undefined;
  readonly version: string;
}

export function routes({
  log,
  requests,
  mcp,
  login,
  acts,
  snapshots,
  reporter,
  place,
  metrics,
  pages,
  unready,
  version,
}: RoutesOptions): Route[] {
  const all: Route[] = [
    ...healthRoutes(unready),
    ...loginRoutes(login, acts),
    metricsRoute(metrics),
    ...requestRoutes(requests, log),
    ...snapshotRoutes(snapshots, reporter, place),
    ...mcpRoutes(mcp),
    ...pageRoutes(pages),
    ...documentRoutes(() => openApi(all, version)),
  ];
  return all;
}
