/** What a person may have an assistant do, by the tools that there are. */
import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';

export interface Prompt {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Of its one argument. */
  readonly targetHelp: string;
  text(target: string): string;
}

const FIND = {
  name: 'find-the-leak',
  title: 'Find the leak',
  description: 'What leaks in a process, and which line holds it',
} as const;
const EXPLAIN = {
  name: 'explain-this-rss',
  title: 'Explain this RSS',
  description: 'Where the memory of a process is, and which limit is near',
} as const;
const PROCESS = 'pid:4711, a port, a file';
const NAMED = 'a target by its name, as the tool targets lists it';

const UNUSUAL =
  'say which part is unusual and how near the nearest limit is. If it is malloc or fragmentation, say what that means.';
const NAME_IT =
  'name the variable and the file that hold it, quote the figures with their confidence, and propose the smallest change.';

/** By tools that are commands. */
export const COMMAND_PROMPTS: readonly Prompt[] = [
  {
    ...FIND,
    targetHelp: PROCESS,
    text: (target) =>
      `Find what leaks in ${target}. Call survivors for 30 seconds while it has load. If nothing leaks, say so with its confidence, ` +
      `and call report. For what leaks, call path, ${NAME_IT}`,
  },
  {
    ...EXPLAIN,
    targetHelp: PROCESS,
    text: (target) =>
      `Explain the memory of ${target}. Call rss, ${UNUSUAL} If it is the heap, call partition and report; if it is Buffers, partition by kind.`,
  },
];

/** By the requests of a collector. */
export const COLLECTOR_PROMPTS: readonly Prompt[] = [
  {
    ...FIND,
    targetHelp: NAMED,
    text: (target) =>
      `Find what leaks in ${target}. Call alerts and history of its kinds for the last day; if a kind grows, call survivors for its ` +
      `allocation sites, and diff of an early and a late partition. If a snapshot is kept, call path and pattern for the kind, ${NAME_IT} ` +
      'If nothing grows, say so, and since when.',
  },
  {
    ...EXPLAIN,
    targetHelp: NAMED,
    text: (target) =>
      `Explain the memory of ${target}. Call rss, ${UNUSUAL} Call history with usage for how it went; if it is the heap, call partition, and ` +
      'report where a snapshot is kept.',
  },
];

const MAX_TEXT = 1_000;

export function addPrompts(server: McpServer, prompts: readonly Prompt[]): void {
  for (const { name, title, description, targetHelp, text } of prompts) {
    const argsSchema = { target: z.string().max(MAX_TEXT).describe(targetHelp) };
    server.registerPrompt(name, { title, description, argsSchema }, ({ target }) => ({
      messages: [{ role: 'user' as const, content: { type: 'text' as const, text: text(target) } }],
    }));
  }
}
