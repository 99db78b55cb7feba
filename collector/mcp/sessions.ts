/**
 * Conversations with assistants at a collector, by MCP's streamable HTTP: each is of one visitor, and there are only so many.
 *
 *     POST initialize ──> a session, named by its id ──> POST tools/call … ──> DELETE, or nobody asks for a while
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type { Acts } from '../access/acts.ts';
import type { Caller } from '../access/caller.ts';
import { HttpError } from '../http/problem.ts';
import type { EventLog } from '../log/log.ts';
import type { Reporter } from '../operations/followed-reports.ts';
import type { Requests } from '../stream/requests.ts';
import type { Called } from './server.ts';

export interface SessionsOptions {
  readonly requests: Pick<Requests, 'answer'>;
  readonly log: Pick<EventLog, 'follow'>;
  readonly reporter: Reporter;
  readonly acts: Acts;
}

/** Of all visitors, and of one. */
const MOST_SESSIONS = 32;
const MOST_OF_ONE = 8;
/** Without a request. */
const IDLE_MS = 600_000;
/** Of one answer, which are kept for its next pages. */
const PAGE_BYTES = 2 ** 18;

const INSTRUCTIONS =
  'heapwatch watches the heaps of Node.js processes. Begin with targets and alerts; history says what grows; partition shows what ' +
  'is in a heap; partitions and diff compare two moments; snapshots, path and pattern say what holds objects; report judges one; rss says where memory outside the heap is. Answers have at most ' +
  '4 KB: more gives the next page. A probe above a limit is run only if the person agrees.';

interface Session {
  readonly visitor: string;
  readonly server: McpServer;
  readonly transport: StreamableHTTPServerTransport;
  /** Of the newest request: what they may do can change. */
  caller: Caller;
  askedAtMs: number;
  /** Requests that are being answered. */
  running: number;
}

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<string, Session>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** @param body checked to be JSON. @throws HttpError `not-found` for a session that there is not, `too-many` */
  async serve(request: IncomingMessage, response: ServerResponse, body: unknown, caller: Caller): Promise<void> {
    const session = isInitialize(body) ? await this.#open(caller) : this.#of(request, caller);
    session.caller = caller;
    session.running++;
    response.once('close', () => {
      session.running--;
      session.askedAtMs = performance.now();
    });
    await session.transport.handleRequest(request, response, body);
  }

  /** Ends a session. @throws HttpError `not-found` */
  async end(id: string, caller: Caller): Promise<void> {
    await this.#named(id, caller).server.close();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map(({ server }) => server.close()));
  }

  #of({ headers }: IncomingMessage, caller: Caller): Session {
    return this.#named(String(headers['mcp-session-id'] ?? ''), caller);
  }

  /** That of another is not there. */
  #named(id: string, { visitor }: Caller): Session {
    const session = this.#sessions.get(id);
    if (session?.visitor === visitor.name) return session;
    throw new HttpError('not-found', 'Cannot go on with this session: it has ended; begin with initialize');
  }

  async #open(caller: Caller): Promise<Session> {
    const { acts, requests, reporter, log } = this.#options;
    acts.assertRoom();
    await this.#makeRoom(caller.visitor.name);
    // what most collectors never need is read with the first session
    const { StreamableHTTPServerTransport } = await import('@modelcontextprotocol/sdk/server/streamableHttp.js');
    const { mcpServer } = await import('./server.ts');
    const { collectorTools } = await import('./collector-tools.ts');
    const { COLLECTOR_PROMPTS } = await import('./prompts.ts');
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void this.#sessions.set(id, session),
    });
    const server = mcpServer({
      tools: collectorTools({
        ask: (request, signal) => requests.answer(request, session.caller, signal),
        report: (name, signal) => reporter.report(name, session.caller.visitor.name, signal),
        log,
      }),
      instructions: INSTRUCTIONS,
      prompts: COLLECTOR_PROMPTS,
      pageBytes: PAGE_BYTES,
      called: (call) => this.#called(session.caller, call),
    });
    const visitor = caller.visitor.name;
    const session: Session = { visitor, server, transport, caller, askedAtMs: performance.now(), running: 0 };
    server.server.onclose = () => {
      if (transport.sessionId !== undefined) this.#sessions.delete(transport.sessionId);
    };
    // an optional handler is not typed as one that may be undefined
    await server.connect(transport as unknown as Parameters<McpServer['connect']>[0]);
    await acts.done(caller, { method: 'mcp', params: { tool: 'initialize' } });
    return session;
  }

  /** Each call of a tool is an act, whatever it asks. */
  async #called(caller: Caller, { tool, args, asked, failed, failure, tookMs }: Called): Promise<void> {
    const params = { tool, ...args, ...(asked.length > 0 && { asked: asked.length }) };
    const ending = failed ? { failure: failure ?? new Error('it failed') } : {};
    await this.#options.acts.done(caller, { method: 'mcp', params }, { ...ending, durationMs: tookMs });
  }

  /**
   * Ends what nobody has asked for a while; of a visitor with too many, the one that has waited longest: programs come and go
   * without ending theirs. @throws HttpError `too-many` where all of them are being answered
   */
  async #makeRoom(visitor: string): Promise<void> {
    const nowMs = performance.now();
    const idle = [...this.#sessions.values()].filter(({ running }) => running === 0);
    await ended(idle.filter(({ askedAtMs }) => nowMs - askedAtMs > IDLE_MS));
    const isRoom = () => this.#own(visitor).length < MOST_OF_ONE && this.#sessions.size < MOST_SESSIONS;
    if (isRoom()) return;
    const own = this.#own(visitor).filter(({ running }) => running === 0);
    await ended(own.toSorted((a, b) => a.askedAtMs - b.askedAtMs).slice(0, 1));
    if (isRoom()) return;
    const refusal = `Cannot begin a session: ${this.#own(visitor).length} are open of yours, ${this.#sessions.size} in all`;
    throw new HttpError('too-many', `${refusal}; end one with DELETE, or try again in 10 minutes`);
  }

  #own(visitor: string): Session[] {
    return [...this.#sessions.values()].filter((session) => session.visitor === visitor);
  }
}

async function ended(sessions: readonly Session[]): Promise<void> {
  await Promise.all(sessions.map(({ server }) => server.close()));
}

function isInitialize(body: unknown): boolean {
  return Object(body).method === 'initialize';
}
