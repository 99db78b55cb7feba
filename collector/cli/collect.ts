/** `heapwatch collect`: the collector, from flags or from a file, until it is told to stop. */

import type { Logger } from 'pino';
import type { CommandModule } from 'yargs';
import type { Config } from '../config/config.ts';
import type { ConfigFlags } from '../config/config-overrides.ts';
import type { Collector } from '../main/collector.ts';
import { readConfigFile } from '../terminal/config-source.ts';
import type { Io } from '../terminal/io.ts';
import { reloaded } from '../terminal/reloading.ts';

interface CollectArguments {
  config: string | undefined;
  target: string[] | undefined;
  every: string[] | undefined;
  listen: string | undefined;
  store: string | undefined;
  set: string[] | undefined;
  log: string;
}

export function collectCommand(io: Io): CommandModule<object, CollectArguments> {
  return {
    builder: (yargs) =>
      yargs
        .parserConfiguration({ 'strip-dashed': true, 'duplicate-arguments-array': true })
        .option('config', {
          alias: 'c',
          type: 'string',
          describe: 'a YAML or JSON file; flags and environment override it',
        })
        .option('target', {
          alias: 't',
          type: 'string',
          array: true,
          nargs: 1,
          describe: "NAME=9229, once for each target (none: this machine's Node processes with an open inspector)",
        })
        .option('every', {
          type: 'string',
          array: true,
          nargs: 1,
          describe:
            'usage=5s,types=auto,census=5m,snapshot=6h; naming census or snapshot agrees to its price inside the limits',
        })
        .option('listen', { type: 'string', describe: 'address of the stream (127.0.0.1:7331)' })
        .option('store', {
          type: 'string',
          describe: 'an SQLite file for history and for clients that resume (none: in memory)',
        })
        .option('set', {
          type: 'string',
          array: true,
          nargs: 1,
          describe: 'any key of the file: limits.maxPause=60s (in the environment HEAPWATCH_LIMITS_MAX_PAUSE)',
        })
        .option('log', {
          choices: ['debug', 'info', 'warn', 'error', 'silent'],
          default: 'info',
          describe: 'the level of the log on stderr, in JSON lines',
        })
        .example('$0 collect', "this machine's Node processes with an open inspector, under the default rules")
        .example('$0 collect --target api=9229 --target worker=9230 --every snapshot=10m,usage=5s,sampling=1m', '')
        .example('$0 collect --target api=9229 --store heapwatch.db', 'with history, and resumption after a restart')
        .example('$0 collect --config heapwatch.yaml', 'see heapwatch check; SIGHUP reloads it'),
    handler: async (args) => {
      const { readConfig } = await import('../config/config.ts');
      const { startCollector } = await import('../main/collector.ts');
      const { openLog } = await import('../terminal/logger.ts');
      const { standBySessions } = await import('../../agent/cdp/session-standby.ts');
      // targets stay attached for days: one that is spoken to when we are killed is not to die of it
      using _standby = await standBySessions();
      const { config: path } = args;
      const flags = flagsOf(args);
      const read = () =>
        readConfig({ ...(path !== undefined && { file: readConfigFile(path) }), env: process.env, flags });
      const logger = openLog(args.log);
      const collector = await startCollector(read(), { logger, signal: io.signal });
      if (path !== undefined) io.onHangup(() => void reload(collector, read, logger));
      await collector.closed;
      if (collector.failure !== undefined)
        throw new Error(`Cannot go on: ${collector.failure}; start the collector anew`);
      io.signal.throwIfAborted();
    },
  };
}

function flagsOf({ target, every, listen, store, set }: CollectArguments): ConfigFlags {
  return {
    ...(target && { target }),
    ...(every && { every }),
    ...(listen !== undefined && { listen }),
    ...(store !== undefined && { store }),
    ...(set && { set }),
  };
}

async function reload(collector: Collector, read: () => Config, logger: Logger): Promise<void> {
  const taken = await reloaded(async () => collector.reload(read()), logger);
  if (!taken) return;
  const { live, restart, ...change } = taken;
  logger.info(change, 'configuration reloaded');
  if (live.length > 0) logger.info({ keys: live }, 'these keys are in force now');
  if (restart.length > 0) logger.warn({ keys: restart }, 'these keys need a restart of the collector');
}
