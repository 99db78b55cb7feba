/** `heapwatch fleet`: who is in a fleet and what is watched; the configuration of its agents. */
import type { Argv, CommandModule } from 'yargs';
import type { FleetOffice } from '../main/fleet-office.ts';
import { readConfigFile } from '../terminal/config-source.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';

interface Common {
  nats: string[] | undefined;
  config: string | undefined;
  set: string[] | undefined;
  json: boolean;
}

interface PutArguments extends Common {
  file: string;
  percent: number;
  label: string[] | undefined;
}

export function fleetCommand(io: Io): CommandModule {
  return {
    builder: (yargs) =>
      yargs
        .parserConfiguration({ 'strip-dashed': true, 'duplicate-arguments-array': true })
        .command(statusCommand(io))
        .command(showCommand(io))
        .command(putCommand(io))
        .command(rollBackCommand(io))
        .demandCommand(1, 'name an action: status, show, put or roll-back')
        .example('$0 fleet status --nats nats://127.0.0.1:4222', 'agents, collectors, who judges, what is watched')
        .example('$0 fleet put agents.yaml --percent 10 -c heapwatch.yaml', 'a configuration for a tenth of the agents')
        .example('$0 fleet put agents.yaml -c heapwatch.yaml', 'for all of them'),
    handler: () => {
      // an action does it
    },
  };
}

function statusCommand(io: Io): CommandModule<object, Common> {
  return {
    command: 'status',
    describe: 'who is there, who judges, which processes are watched, and why others are not',
    builder: commonOptions,
    handler: async (args) => {
      await using office = await open(args);
      const status = await office.status();
      if (args.json) return io.print(JSON.stringify(status));
      const { fleetText } = await import('../terminal/fleet-text.ts');
      io.print(fleetText(status, await office.newest()));
    },
  };
}

function showCommand(io: Io): CommandModule<object, Common> {
  return {
    command: 'show',
    describe: 'print the configuration of the agents as it was put',
    builder: commonOptions,
    handler: async (args) => {
      await using office = await open(args);
      const newest = await office.newest();
      if (!newest) throw new Error('Cannot show a configuration: none was put yet, each agent runs its own');
      if (args.json) return io.print(JSON.stringify({ version: newest.version, ...newest.document }));
      io.print(newest.document.text.trimEnd());
    },
  };
}

function putCommand(io: Io): CommandModule<object, PutArguments> {
  return {
    command: 'put <file>',
    describe: 'check a configuration, and have agents run it; a mistake is reported with its line and reaches none',
    builder: (yargs) =>
      commonOptions(yargs)
        .positional('file', { type: 'string', demandOption: true, describe: 'targets, discover, schedule, limits' })
        .option('percent', { type: 'number', default: 100, describe: 'for so many of the agents first' })
        .option('label', {
          type: 'string',
          array: true,
          nargs: 1,
          describe: 'only for agents with this label: region=eu (fleet.labels of the agent)',
        }),
    handler: async (args) => {
      const { file: path, percent, label = [] } = args;
      if (!Number.isInteger(percent) || percent < 0 || percent > 100) {
        throw new UsageError(`Cannot put ${path}: expected a --percent from 0 to 100, got ${percent}`);
      }
      const labels = Object.fromEntries(label.map((each) => labelOf(each, path)));
      await using office = await open(args);
      const version = await office.put(readConfigFile(path), { percent, labels });
      io.print(args.json ? JSON.stringify({ version }) : `version ${version} is put`);
    },
  };
}

function rollBackCommand(io: Io): CommandModule<object, Common> {
  return {
    command: 'roll-back',
    describe: 'have all agents run what they ran before',
    builder: commonOptions,
    handler: async (args) => {
      await using office = await open(args);
      const version = await office.rollBack();
      io.print(args.json ? JSON.stringify({ version }) : `version ${version} is what was before`);
    },
  };
}

function labelOf(text: string, path: string): [string, string] {
  const at = text.indexOf('=');
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new UsageError(`Cannot put ${path}: expected a --label such as region=eu, got "${text}"`);
}

async function open({ nats, config, set }: Common): Promise<FleetOffice> {
  const { readConfig } = await import('../config/config.ts');
  const { FleetOffice: Office } = await import('../main/fleet-office.ts');
  const { openLog } = await import('../terminal/logger.ts');
  const servers = nats ? [`fleet.nats.servers=${JSON.stringify(nats)}`] : [];
  const { fleet } = readConfig({
    ...(config !== undefined && { file: readConfigFile(config) }),
    env: process.env,
    flags: { set: [...servers, ...(set ?? [])] },
  });
  if (!fleet) throw new UsageError('Cannot look at a fleet: it is not said where NATS is; give --nats or --config');
  return await Office.open(fleet, openLog('warn'), process.env);
}

function commonOptions<T>(yargs: Argv<T>): Argv<T & Common> {
  return yargs
    .option('nats', { type: 'string', array: true, nargs: 1, describe: 'a NATS server: nats://127.0.0.1:4222' })
    .option('config', { alias: 'c', type: 'string', describe: 'a file with fleet, as collect and agent read it' })
    .option('set', { type: 'string', array: true, nargs: 1, describe: 'any key of it: fleet.stream=heapwatch' })
    .option('json', { type: 'boolean', default: false, describe: 'as JSON, one value a line' }) as Argv<T & Common>;
}
