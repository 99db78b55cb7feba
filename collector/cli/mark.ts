/** `heapwatch mark`: begins a phase in the targets of a collector for the recorders that follow them. */
import type { CommandModule } from 'yargs';
import type { Io } from '../terminal/io.ts';

interface MarkArguments {
  url: string;
  label: string;
  target: string[] | undefined;
  json: boolean;
}

export function markCommand(io: Io): CommandModule<object, MarkArguments> {
  return {
    builder: (yargs) =>
      yargs
        .parserConfiguration({ 'strip-dashed': true, 'duplicate-arguments-array': true })
        .positional('url', { type: 'string', demandOption: true, describe: 'ws://127.0.0.1:7331' })
        .positional('label', { type: 'string', demandOption: true, describe: 'names the phase: "load test"' })
        .option('target', {
          type: 'string',
          array: true,
          nargs: 1,
          describe: 'globs of target names: api* (default: all)',
        })
        .option('json', { type: 'boolean', default: false, describe: 'the answer as one line of JSON' })
        .example('$0 mark ws://127.0.0.1:7331 "load test"', 'from a script, before the load begins')
        .example("$0 mark ws://127.0.0.1:7331 deploy-41 --target 'api*'", 'only these targets'),
    handler: async ({ url, label, target, json }) => {
      const { openCollector } = await import('../terminal/collector-client.ts');
      await using client = openCollector(url, { signal: io.signal });
      const result = await client.request('mark', { label, ...(target && { targets: target }) });
      io.print(json ? JSON.stringify(result) : `${result.at} ${label}: ${result.targets.join(', ')}`);
    },
  };
}
