/** `heapwatch check`: what is wrong with a configuration, or what will run when and at what price. */
import type { CommandModule } from 'yargs';
import { ownRight } from '../../agent/memory/access.ts';
import { humanSize } from '../../protocol/human.ts';
import type { Probe } from '../../protocol/partition.ts';
import { formatAddress } from '../base/address.ts';
import { formatDuration } from '../base/units.ts';
import type { Config } from '../config/config.ts';
import type { DiscoverConfig } from '../config/discover-config.ts';
import { concerns } from '../config/readings.ts';
import type { Rule } from '../config/rule.ts';
import type { Every } from '../config/schedule-file.ts';
import type { StoreConfig } from '../config/store-config.ts';
import type { FoundConfig } from '../config/target-config.ts';
import { sourceOf } from '../discover/source.ts';
import { priceLines } from '../measure/check-prices.ts';
import { readConfigFile } from '../terminal/config-source.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';

interface CheckArguments {
  config: string | undefined;
  json: boolean;
  schema: boolean;
}

export function checkCommand(io: Io): CommandModule<object, CheckArguments> {
  return {
    builder: (yargs) =>
      yargs
        .positional('config', { type: 'string', describe: 'a YAML or JSON file' })
        .option('json', {
          type: 'boolean',
          default: false,
          describe: 'the whole configuration, defaults filled in, as one line of JSON',
        })
        .option('schema', {
          type: 'boolean',
          default: false,
          describe: 'the JSON Schema of such files, for editors, instead',
        })
        .example('$0 check --schema > heapwatch.schema.json', 'what an editor completes and checks by')
        .example('$0 check heapwatch.yaml', 'problems by line and column; exit code 2 where there are any'),
    handler: async ({ config: path, json, schema }) => {
      if (schema) {
        const { configSchema } = await import('../config/config-schema.ts');
        io.print(JSON.stringify(configSchema(), null, 2));
        return;
      }
      if (path === undefined) throw new UsageError('check: name a file, or --schema');
      const { readConfig } = await import('../config/config.ts');
      const config = readConfig({ file: readConfigFile(path), env: process.env });
      io.print(json ? JSON.stringify(config) : explanation(config));
    },
  };
}

function explanation(config: Config): string {
  const lines = [`listens on ${formatAddress(config.listen)}`];
  lines.push(storeText(config.store), `walks: ${ownRight()}`);
  for (const target of config.targets) {
    lines.push(`${target.name} at ${target.inspect}, group ${target.group}, isolates ${String(target.isolates)}`);
    for (const line of probing(target)) lines.push(line);
  }
  for (const entry of config.discover) {
    lines.push(discoverText(entry), ...probing(entry.target));
  }
  for (const rule of config.alerts) lines.push(alertText(rule, config));
  return lines.join('\n');
}

function probing(target: FoundConfig): string[] {
  return [...schedule(target), ...priceLines(target)].map((line) => `  ${line}`);
}

function discoverText({ source, everyMs, forgetAfterMs, target: { group, isolates } }: DiscoverConfig): string {
  const { text, isFinal } = sourceOf({ source });
  const kept = isFinal
    ? 'until its file no longer names it'
    : `until it has been gone for ${formatDuration(forgetAfterMs)}`;
  const of = group === undefined ? 'a group each' : `group ${group}`;
  return `each of ${text}, searched every ${formatDuration(everyMs)}, ${kept}; ${of}, isolates ${String(isolates)}`;
}

function alertText(rule: Rule, { targets, discover }: Config): string {
  const names = targets.filter(({ name }) => concerns(rule, name)).map(({ name }) => name);
  if (discover.length > 0) names.push(`what discovery finds as ${rule.targets.join(', ')}`);
  const watched = names.length === 0 ? `no target: none is named ${rule.targets.join(', ')}` : names.join(', ');
  const told = rule.notify.length === 0 ? 'notifies the stream only' : `notifies ${rule.notify.join(', ')}`;
  return `alert ${rule.name} watches ${watched}, and ${told}`;
}

function storeText(store: StoreConfig | undefined): string {
  if (!store) return 'stores nothing: history and the log end with the collector';
  const { fullMs, hourlyMs, keepMs } = store.retention;
  const [full, hourly, keep] = [Math.min(fullMs, keepMs), Math.min(hourlyMs, keepMs), keepMs].map(formatDuration);
  return `stores in ${store.path}: everything for ${full}, one sample an hour until ${hourly}, one a day until ${keep}`;
}

function schedule({ schedule, by, rows, samplingIntervalBytes }: FoundConfig): string[] {
  const lines = Object.entries(schedule).map(
    ([probe, every]) => `${probe} ${when(every)}: ${PRICE[probe as keyof typeof PRICE]}`,
  );
  if (schedule.sampling !== undefined) lines.push(`samples one allocation in ${humanSize(samplingIntervalBytes)}`);
  if (schedule.snapshot !== undefined) lines.push(`partitions by ${by.join(', ')}, ${rows} rows`);
  return lines.length === 0 ? ['nothing runs'] : lines;
}

function when(every: Every): string {
  if (every === 'auto') return 'as often as its price allows, at most once a minute';
  return typeof every === 'number' ? `every ${formatDuration(every)}` : `at "${every.cron}", local time`;
}

const PRICE: Readonly<Record<Probe | 'memory', string>> = {
  memory: 'read from outside, some milliseconds in which it cannot map memory; only on this machine',
  usage: 'under 1 ms',
  walk: 'stops the process for about 0.7 ms for each MB of heap, nothing is allocated in it; with auto, where it can be walked',
  sampling: 'about 1 % of throughput, and one full garbage collection a reading',
  types:
    "one garbage collection in which V8 counts; with auto, one of V8's own within a minute, and only of what is not walked",
  census: 'a tenth to a quarter of a snapshot; over a limit, types in its place',
  snapshot:
    'a pause of 40 to 150 ms for each MB of heap (350 on Node 18) and 7 to 25 times the heap in memory; over a limit, ' +
    'census in its place',
};
