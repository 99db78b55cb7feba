/** `heapwatch rss`: where a process's memory is, what stands out, and how far the nearest limit is. */
import type { CommandModule } from 'yargs';
import { memoryTable } from '../../protocol/memory-table.ts';
import type { Io } from '../terminal/io.ts';

interface RssArguments {
  target: string;
  walk: boolean;
  all: boolean;
  json: boolean;
}

export function rssCommand(io: Io): CommandModule<object, RssArguments> {
  return {
    builder: (yargs) =>
      yargs
        .positional('target', {
          type: 'string',
          demandOption: true,
          describe: '9229, 4711 or pid:4711; a process of this machine',
        })
        .option('walk', {
          type: 'boolean',
          default: true,
          describe:
            'walk its heap from outside for who holds memory outside it (--no-walk: not; needs no copy of the heap)',
        })
        .option('all', { type: 'boolean', default: false, describe: 'parts below 64 KB too' })
        .option('json', { type: 'boolean', default: false, describe: 'one line of JSON' })
        .example('$0 rss pid:4711', 'reads it from outside while it runs: no inspector, no stop, no collection')
        .example('$0 rss 9229', 'the same, with the names of its workers and the limits of V8')
        .example('$0 rss 9229 --json', 'parts, spaces, verdict and limits as JSON'),
    handler: async ({ target, walk, all, json }) => {
      const { rssOfTarget } = await import('../measure/read-rss.ts');
      const report = await rssOfTarget(target, { walk }, io.signal);
      io.print(json ? JSON.stringify(report) : memoryTable(report, { all }));
    },
  };
}
