/**
 * heapwatch for assistants, by the Model Context Protocol: tools that are commands (tools.ts), documents, and prompts.
 *
 *     host ──tools/call──> one at a time ──> command ──> page of at most 4 KB
 *          <──elicitation/create── is the price agreed to?      the host asks its person, never the assistant
 *
 * Every call is a line of JSON on stderr: the host keeps it as its log.
 */
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { z } from 'zod';
import { reasonOf } from '../../protocol/reason.ts';
import { version } from '../base/version.ts';
import { Pages } from './pages.ts';
import { type Ask, type RunCommand, runTool } from './tool-run.ts';
import { TOOLS, type Tool } from './tools.ts';

export interface McpOptions {
  readonly run: RunCommand;
  /** True: contents of strings may be shown. */
  readonly strings: boolean;
  /** Options of commands: above which price the person is asked. */
  readonly limits: readonly string[];
  /** Takes a line for each call. */
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

const INSTRUCTIONS =
  'heapwatch reads heaps of Node.js processes. Begin with targets; survivors finds leaks while there is load; report judges a heap; ' +
  'path says what holds an object; rss says where memory outside the heap is. Answers have at most 4 KB: more gives the next page. ' +
  'A probe that stops a process for long is run only if the person agrees.';

/** Serves until the transport is closed. */
export async function serveMcp(transport: Transport, options: McpOptions): Promise<void> {
  const server = new McpServer({ name: 'heapwatch', version }, { instructions: INSTRUCTIONS });
  const pages = new Pages();
  const calls = new Turns();
  for (const tool of TOOLS) addTool(server, tool, pages, calls, options);
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
  addPrompts(server);
  addGlossary(server);
  const closed = new Promise<void>((resolve) => {
    server.server.onclose = resolve;
    options.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await server.connect(transport);
  await closed;
  await server.close();
}

function addTool(server: McpServer, tool: Tool, pages: Pages, calls: Turns, options: McpOptions): void {
  const { name, title, description, input } = tool;
  const annotations = { readOnlyHint: true, openWorldHint: false };
  server.registerTool(name, { title, description, inputSchema: input, annotations }, async (args, { signal }) => {
    const startedMs = performance.now();
    try {
      const line = [...tool.line(args, options.strings), ...(tool.priced ? options.limits : [])];
      const seconds = tool.seconds?.(args);
      const how = { ask: personOf(server), signal, ...(seconds !== undefined && { seconds }) };
      const { text, failed, asked } = await calls.take(() => runTool(line, options.run, how));
      const tookMs = Math.round(performance.now() - startedMs);
      options.log(JSON.stringify({ at: new Date().toISOString(), tool: name, args, failed, asked, tookMs }));
      return answer(pages.first(text), failed);
    } catch (error) {
      options.log(JSON.stringify({ at: new Date().toISOString(), tool: name, args, failed: true }));
      return answer(reasonOf(error), true);
    }
  });
}

function answer(text: string, isError = false) {
  return { content: [{ type: 'text' as const, text }], ...(isError && { isError }) };
}

/** The person at the host; null where the host cannot ask. */
function personOf({ server }: McpServer): Ask {
  return async (message) => {
    if (!server.getClientCapabilities()?.elicitation) return null;
    const agree = { type: 'boolean', title: 'Take it', description: 'Run the probe at this price' } as const;
    const requestedSchema = { type: 'object', properties: { agree }, required: ['agree'] } as const;
    const { action, content } = await server.elicitInput({
      message,
      requestedSchema: { ...requestedSchema, required: [...requestedSchema.required] },
    });
    return action === 'accept' && content?.agree === true;
  };
}

/** One probe at a time. */
class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<R>(work: () => Promise<R>): Promise<R> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {}); // the next one does not depend on it; who asked hears it
    return done;
  }
}

function addPrompts(server: McpServer): void {
  const argsSchema = { target: z.string().max(1_000).describe('pid:4711, a port, a file') };
  const user = (text: string) => ({ messages: [{ role: 'user' as const, content: { type: 'text' as const, text } }] });
  server.registerPrompt(
    'find-the-leak',
    { title: 'Find the leak', description: 'What leaks in a process, and which line holds it', argsSchema },
    ({ target }) =>
      user(
        `Find what leaks in ${target}. Call survivors for 30 seconds while it has load. If nothing leaks, say so with its confidence, and ` +
          'call report. For what leaks, call path, name the variable and the file that hold it, quote the figures, and propose the smallest change.',
      ),
  );
  server.registerPrompt(
    'explain-this-rss',
    { title: 'Explain this RSS', description: 'Where the memory of a process is, and which limit is near', argsSchema },
    ({ target }) =>
      user(
        `Explain the memory of ${target}. Call rss, say which part is unusual and how near the nearest limit is. If it is the heap, call ` +
          'partition and report; if it is Buffers, partition by kind; if it is malloc or fragmentation, say what that means.',
      ),
  );
}

const WORDS: readonly (readonly [string, string])[] = [
  ['target', 'an inspectable process, a file or a core file'],
  ['isolate', 'one V8 heap in a process: main, or worker:N'],
  ['kind', 'what a row is: a class, string, function, elements of Array, properties of Session, (system)'],
  ['walk', "a probe: reads V8's pages from outside; no memory in the process, a stop of some 0.5 s a GB"],
  ['types', "a probe: counts by V8's own types in one collection"],
  ['census', 'a probe: counts by class inside the process'],
  ['snapshot', 'a probe: the whole graph; seconds to minutes, several times the heap in memory'],
  ['price', 'forecast pause and memory of a probe'],
  ['retained size', 'what would be freed with an object'],
  ['path', 'a chain of references from a root to an object'],
];

function addGlossary(server: McpServer): void {
  const description = 'What the words in answers mean';
  server.registerResource(
    'glossary',
    'heapwatch://glossary',
    { title: 'Glossary', description, mimeType: 'text/markdown' },
    async ({ href }) => {
      const text = WORDS.map(([word, meaning]) => `- **${word}**: ${meaning}`).join('\n');
      return { contents: [{ uri: href, mimeType: 'text/markdown', text }] };
    },
  );
}
