/** `heapwatch mcp`: heapwatch as tools of an assistant, over stdin and stdout. */
import yargs, { type Argv, type CommandModule } from 'yargs';
import type { RunCommand } from '../mcp/tool-run.ts';
import { oneLine, UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';

interface McpArguments {
  strings: boolean;
  maxPause: string | undefined;
  maxMemory: string | undefined;
}

/** @param addCommands adds all of heapwatch's commands */
export function mcpCommand(io: Io, addCommands: AddCommands): CommandModule<object, McpArguments> {
  return {
    builder: (yargs) =>
      yargs
        .option('strings', {
          type: 'boolean',
          default: false,
          describe: 'let contents of strings be shown to the assistant, keys of maps among them',
        })
        .option('max-pause', { type: 'string', describe: 'of one probe (2s): above it you are asked for your consent' })
        .option('max-memory', { type: 'string', describe: 'extra memory of one probe (512MB), likewise' })
        .example(
          '$0 mcp',
          "as the command of a server in an assistant's settings; it asks you for consent to dear probes",
        ) as Argv<unknown> as Argv<McpArguments>,
    handler: async ({ strings, maxPause, maxMemory }) => {
      const { StdioServerTransport } = await import('@modelcontextprotocol/sdk/server/stdio.js');
      const { serveMcp } = await import('../mcp/server.ts');
      const limits = [
        ...(maxPause === undefined ? [] : [`--max-pause=${maxPause}`]),
        ...(maxMemory === undefined ? [] : [`--max-memory=${maxMemory}`]),
      ];
      const runCommand: RunCommand = (line, toolIo) => run(line, toolIo, addCommands);
      const { commandTools } = await import('../mcp/command-tools.ts');
      const tools = commandTools({ run: runCommand, strings, limits, log: io.say });
      await serveMcp(new StdioServerTransport(), tools, io.signal);
    },
  };
}

type AddCommands = (yargs: Argv, io: Io) => Argv;

/** A command as from a shell, in this process. @throws what it throws */
async function run(line: readonly string[], io: Io, addCommands: AddCommands): Promise<void> {
  await addCommands(yargs([...line]), io)
    .parserConfiguration({ 'strip-dashed': true, 'duplicate-arguments-array': false })
    .strict()
    .version(false)
    .help(false)
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UsageError(oneLine(message));
    })
    .parseAsync();
}
