/** `heapwatch agent`: watches the targets beside it for a fleet, until it is told to stop. Nothing listens. */
import type { CommandModule } from 'yargs';
import type { Config } from '../config/config.ts';
import type { FleetFile } from '../config/fleet-file.ts';
import { readConfigFile } from '../terminal/config-source.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';
import { reloaded } from '../terminal/reloading.ts';

interface AgentArguments {
  config: string | undefined;
  nats: string[] | undefined;
  name: string | undefined;
  target: string[] | undefined;
  every: string[] | undefined;
  set: string[] | undefined;
  log: string;
}

export function agentCommand(io: Io): CommandModule<object, AgentArguments> {
  return {
    builder: (yargs) =>
      yargs
        .parserConfiguration({ 'strip-dashed': true, 'duplicate-arguments-array': true })
        .option('nats', {
          type: 'string',
          array: true,
          nargs: 1,
          describe: 'a NATS server with JetStream, once for each: nats://127.0.0.1:4222 (fleet.nats.servers)',
        })
        .option('name', { type: 'string', describe: "its own name in the fleet (the machine's)" })
        .option('config', {
          alias: 'c',
          type: 'string',
          describe: 'a YAML or JSON file, as that of collect; flags and environment override it',
        })
        .option('target', {
          alias: 't',
          type: 'string',
          array: true,
          nargs: 1,
          describe: "NAME=9229, once for each target (none: this machine's Node processes with an open inspector)",
        })
        .option('every', { type: 'string', array: true, nargs: 1, describe: 'as that of collect' })
        .option('set', {
          type: 'string',
          array: true,
          nargs: 1,
          describe: 'any key of the file: fleet.nats.tls.ca=ca.pem (in the environment HEAPWATCH_FLEET_NATS_TLS_CA)',
        })
        .option('log', {
          choices: ['debug', 'info', 'warn', 'error', 'silent'],
          default: 'info',
          describe: 'the level of the log on stderr, in JSON lines',
        })
        .example(
          '$0 agent --nats nats://127.0.0.1:4222',
          "this machine's Node processes, for the collectors of a fleet",
        )
        .example('$0 agent --config heapwatch.yaml', 'see fleet in heapwatch check; SIGHUP reloads its targets'),
    handler: async (args) => {
      const { readConfig } = await import('../config/config.ts');
      const { startAgent } = await import('../main/agent.ts');
      const { openLog } = await import('../terminal/logger.ts');
      const { standBySessions } = await import('../../agent/cdp/session-standby.ts');
      // targets stay attached for days: one that is spoken to when we are killed is not to die of it
      using _standby = await standBySessions();
      const { config: path, target, every } = args;
      const own = { ...(target && { target }), ...(every && { every }) };
      const flags = {
        ...own,
        set: [...fleetSettings(args), ...(args.set ?? [])],
      };
      const read = () =>
        ofFleet(readConfig({ ...(path !== undefined && { file: readConfigFile(path) }), env: process.env, flags }));
      const logger = openLog(args.log);
      const { readAgentConfig } = await import('../config/agent-config.ts');
      const fromMiddle = (text: string) => readAgentConfig({ name: 'configuration of the fleet', text }, {}, own);
      const agent = await startAgent(read(), { logger, signal: io.signal, read: fromMiddle });
      const reload = async () => {
        const change = await reloaded(async () => agent.reload(read()), logger);
        if (change) logger.info(change, 'configuration reloaded');
      };
      if (path !== undefined) io.onHangup(() => void reload());
      await agent.closed;
      io.signal.throwIfAborted();
    },
  };
}

/** Flags of a fleet as single keys of a file. */
function fleetSettings({ nats, name }: AgentArguments): string[] {
  return [
    ...(nats ? [`fleet.nats.servers=${JSON.stringify(nats)}`] : []),
    ...(name === undefined ? [] : [`fleet.name=${JSON.stringify(name)}`]),
  ];
}

/** @throws UsageError for a configuration that names no NATS */
function ofFleet(config: Config): Config & { readonly fleet: FleetFile } {
  const { fleet } = config;
  if (fleet) return { ...config, fleet };
  throw new UsageError(
    'Cannot run an agent: it is not said where NATS is; give --nats nats://HOST:4222, or fleet in its configuration',
  );
}
