/** Tools that are commands (tools.ts), for a host that starts heapwatch: each with its work, and each call a line of JSON. */

import { COMMAND_PROMPTS } from './prompts.ts';
import type { Called, McpOptions, OfferedTool } from './server.ts';
import { type RunCommand, runTool } from './tool-run.ts';
import { TOOLS } from './tools.ts';

export interface CommandToolsOptions {
  readonly run: RunCommand;
  /** True: contents of strings may be shown. */
  readonly strings: boolean;
  /** Options of commands: above which price the person is asked. */
  readonly limits: readonly string[];
  /** Takes a line for each call: hosts keep it as their log. */
  readonly log: (line: string) => void;
}

const INSTRUCTIONS =
  'heapwatch reads heaps of Node.js processes. Begin with targets; survivors finds leaks while there is load; report judges a heap; ' +
  'path says what holds an object; rss says where memory outside the heap is. Answers have at most 4 KB: more gives the next page. ' +
  'A probe that stops a process for long is run only if the person agrees.';

export function commandTools({ run, strings, limits, log }: CommandToolsOptions): McpOptions {
  const tools = TOOLS.map(
    (tool): OfferedTool => ({
      ...tool,
      work: async (args, how) => {
        const line = [...tool.line(args, strings), ...(tool.priced ? limits : [])];
        const seconds = tool.seconds?.(args);
        return await runTool(line, run, { ...how, ...(seconds !== undefined && { seconds }) });
      },
    }),
  );
  const called = ({ failure: _, ...call }: Called) => log(JSON.stringify({ at: new Date().toISOString(), ...call }));
  return { tools, instructions: INSTRUCTIONS, prompts: COMMAND_PROMPTS, called };
}
