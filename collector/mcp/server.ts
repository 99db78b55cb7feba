/**
 * heapwatch for assistants, by the Model Context Protocol: tools, documents, and prompts.
 *
 *     host ──tools/call──> one at a time ──> tool ──> page of at most 4 KB
 *          <──elicitation/create── is the price agreed to?      the host asks its person, never the assistant
 *
 * Over stdin and stdout tools are commands (command-tools.ts); at a collector they are its requests (collector-tools.ts).
 */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import { reasonOf } from '../../protocol/reason.ts';
import { version } from '../base/version.ts';
import { addGuides } from './guides.ts';
import { Pages } from './pages.ts';
import { addPrompts, type Prompt } from './prompts.ts';
import type { Ask, ToolResult } from './tool-run.ts';

/** What a tool is given beside its arguments. */
export interface How {
  /** Asks the person at the host. */
  readonly ask: Ask;
  readonly signal: AbortSignal;
}

/** A tool with its work. */
export interface OfferedTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodRawShape;
  /** @throws what is told to the assistant, in one line */
  work(args: Readonly<Record<string, unknown>>, how: How): Promise<ToolResult>;
}

export interface McpOptions {
  readonly tools: readonly OfferedTool[];
  readonly instructions: string;
  /** They name tools which are offered. */
  readonly prompts: readonly Prompt[];
  /** Of one answer, which are kept for its next pages. */
  readonly pageBytes?: number;
  /** Told of each call before it is answered. */
  readonly called: (call: Called) => void | Promise<void>;
}

/** A call of a tool, as it ended. */
export interface Called {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** What the person was asked. */
  readonly asked: readonly string[];
  /** Milliseconds. */
  readonly tookMs: number;
  /** The answer is one of a failure. */
  readonly failed: boolean;
  /** What was thrown. */
  readonly failure?: unknown;
}

/** Serves until the transport is closed, or `signal` is aborted. */
export async function serveMcp(transport: Transport, options: McpOptions, signal: AbortSignal): Promise<void> {
  const server = mcpServer(options);
  const closed = new Promise<void>((resolve) => {
    server.server.onclose = resolve;
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await server.connect(transport);
  await closed;
  await server.close();
}

/** One conversation: its tools run one after the other. */
export function mcpServer(options: McpOptions): McpServer {
  const { tools, instructions, prompts, pageBytes } = options;
  const server = new McpServer({ name: 'heapwatch', version }, { instructions });
  const pages = new Pages(pageBytes);
  const calls = new Turns();
  for (const tool of tools) addTool(server, tool, pages, calls, options);
  server.registerTool(
    'more',
    {
      title: 'The next page of an answer',
      description: 'Gives what follows, by the cursor that an answer ends with.',
      inputSchema: { cursor: z.string().max(100) },
      annotations: { readOnlyHint: true },
    },
    async ({ cursor }) => {
      try {
        return answer(pages.more(cursor));
      } catch (error) {
        return answer(reasonOf(error), true);
      }
    },
  );
  addPrompts(server, prompts);
  addGuides(server);
  return server;
}

function addTool(server: McpServer, tool: OfferedTool, pages: Pages, calls: Turns, { called }: McpOptions): void {
  const { name, title, description, input } = tool;
  const annotations = { readOnlyHint: true, openWorldHint: false };
  server.registerTool(name, { title, description, inputSchema: input, annotations }, async (args, extra) => {
    const startedMs = performance.now();
    const tookMs = () => Math.round(performance.now() - startedMs);
    const how = { ask: personOf(server, extra.requestId), signal: extra.signal };
    let result: ToolResult;
    try {
      result = await calls.take(() => tool.work(args, how));
    } catch (failure) {
      await called({ tool: name, args, asked: [], failed: true, failure, tookMs: tookMs() });
      return answer(pages.first(reasonOf(failure)), true);
    }
    const { text, failed, asked } = result;
    await called({ tool: name, args, asked, failed, tookMs: tookMs() });
    return answer(pages.first(text), failed);
  });
}

function answer(text: string, isError = false) {
  return { content: [{ type: 'text' as const, text }], ...(isError && { isError }) };
}

/** The person at the host; null where the host cannot ask. */
function personOf({ server }: McpServer, relatedRequestId: RequestId): Ask {
  return async (message) => {
    if (!server.getClientCapabilities()?.elicitation) return null;
    const agree = { type: 'boolean', title: 'Take it', description: 'Run the probe at this price' } as const;
    const requestedSchema = { type: 'object', properties: { agree }, required: ['agree'] } as const;
    const { action, content } = await server.elicitInput(
      { message, requestedSchema: { ...requestedSchema, required: [...requestedSchema.required] } },
      // over HTTP it goes with what answers the call; a person may take longer than a program
      { relatedRequestId, timeout: ANSWER_MS },
    );
    return action === 'accept' && content?.agree === true;
  };
}

/** How long a person may take to answer. */
const ANSWER_MS = 300_000;

/** Calls of a conversation that may wait for their turn. */
const MAX_WAITING = 32;

/** One probe at a time. */
class Turns {
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** @throws Error where too many wait */
  async take<R>(work: () => Promise<R>): Promise<R> {
    if (this.#waiting >= MAX_WAITING) {
      throw new Error(`Cannot take one more call: ${MAX_WAITING} wait already, ask one after the other`);
    }
    this.#waiting++;
    const done = this.#last.then(work).finally(() => this.#waiting--);
    this.#last = done.catch(() => {}); // the next one does not depend on it; who asked hears it
    return await done;
  }
}
