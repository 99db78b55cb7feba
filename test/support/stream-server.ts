/** A stream server without targets: a log that the test writes to, on a real socket. */
import { Access } from '../../collector/access/access.ts';
import { Acts } from '../../collector/access/acts.ts';
import type { Token } from '../../collector/access/tokens.ts';
import { AuditTrail } from '../../collector/audit/audit-trail.ts';
import { DEFAULT_STREAM, type StreamConfig } from '../../collector/config/stream-config.ts';
import type { History } from '../../collector/history/history.ts';
import { LogHistory } from '../../collector/history/log-history.ts';
import { Api } from '../../collector/http/api.ts';
import type { PageFile } from '../../collector/http/pages.ts';
import { pageRoutes } from '../../collector/http/routes/pages.ts';
import { createHttpServer, listen } from '../../collector/http/server.ts';
import type { EventLog } from '../../collector/log/log.ts';
import { RingLog } from '../../collector/log/ring-log.ts';
import { Operations } from '../../collector/operations/operations.ts';
import { Explorer } from '../../collector/snapshots/explorer.ts';
import { Snapshots } from '../../collector/snapshots/snapshots.ts';
import { Requests } from '../../collector/stream/requests.ts';
import { StreamServer } from '../../collector/stream/server.ts';
import { STREAM_PATH } from '../../protocol/frames.ts';
import { LogLines } from './log-lines.ts';

export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly log: RingLog;
  readonly stream: StreamServer;
  /** What it logged. */
  readonly logs: LogLines;
}

export async function startStream(
  over: Partial<StreamConfig> = {},
  tokens: readonly Token[] = [],
): Promise<TestServer> {
  const config = { ...DEFAULT_STREAM, ...over };
  const log = new RingLog(config);
  return { ...(await serveLog({ log, history: new LogHistory(log), config, tokens })), log };
}

export interface LogToServe {
  readonly log: EventLog;
  readonly history: History;
  readonly config?: StreamConfig;
  readonly tokens?: readonly Token[];
  /** The files of the dashboard, where it is to be served too. */
  readonly pages?: ReadonlyMap<string, PageFile>;
}

/** A stream server over any log. */
export async function serveLog({
  log,
  history,
  config = DEFAULT_STREAM,
  tokens = [],
  pages,
}: LogToServe): Promise<Omit<TestServer, 'log'>> {
  const http = createHttpServer();
  const address = await listen(http, { host: '127.0.0.1', port: 0 });
  const snapshots = new Snapshots(undefined);
  const explorer = new Explorer({ snapshots, strings: false });
  const logs = new LogLines();
  const audit = AuditTrail.inMemory({ logger: logs.logger, now: Date.now });
  const acts = new Acts(logs.logger, audit);
  const requests = new Requests({
    log,
    runners: new Map(),
    history,
    snapshots,
    explorer,
    acts,
    audit,
    operations: new Operations(Date.now),
    now: Date.now,
  });
  const access = new Access(tokens);
  const origins = { address, secure: false, allowed: [], wantsTokens: access.wantsTokens };
  const { logger } = logs;
  if (pages) {
    const api = new Api({ routes: pageRoutes(pages), access, acts, origins, snapshots, logger });
    http.on('request', (request, response) => void api.serve(request, response));
  }
  const stream = new StreamServer({ http, access, acts, origins, log, requests, config, logger, version: '0.0.0' });
  return {
    url: `ws://127.0.0.1:${address.port}${STREAM_PATH}`,
    port: address.port,
    stream,
    logs,
    async [Symbol.asyncDispose]() {
      await stream.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
