/** `heapwatch watch`: follows a collector's stream, as tables or as JSON. */
import type { CommandModule } from 'yargs';
import { Topic } from '../../protocol/events.ts';
import type { FollowArguments } from '../terminal/follow.ts';
import type { Io } from '../terminal/io.ts';
import { rowCount } from '../terminal/partition-output.ts';

const topics: readonly Topic[] = Topic.options;

export function watchCommand(io: Io): CommandModule<object, FollowArguments> {
  return {
    builder: (yargs) =>
      yargs
        .parserConfiguration({ 'strip-dashed': true, 'duplicate-arguments-array': true })
        .positional('url', { type: 'string', demandOption: true, describe: 'ws://127.0.0.1:7331' })
        .option('topic', {
          array: true,
          nargs: 1,
          choices: topics,
          default: ['partition', 'target'] as Topic[],
          describe: 'what to follow',
        })
        .option('target', { type: 'string', array: true, nargs: 1, describe: 'globs of target names: api*' })
        .option('by', { type: 'string', array: true, nargs: 1, describe: 'classifiers of partitions: kind' })
        .option('rows', {
          type: 'number',
          default: 10,
          coerce: (rows: number): number => rowCount(rows),
          describe: 'how many rows of a table',
        })
        .option('json', { type: 'boolean', default: false, describe: 'each event as one line of JSON' })
        .example('$0 watch ws://127.0.0.1:7331', 'tables as they come, and targets that come and go')
        .example("$0 watch ws://127.0.0.1:7331 --topic usage --target 'api*' --json", 'for a program'),
    handler: async (args) => {
      const { follow } = await import('../terminal/follow.ts');
      await follow(args, io);
    },
  };
}
