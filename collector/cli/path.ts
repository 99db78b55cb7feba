/** `heapwatch path`: what keeps an object of a snapshot file alive, without a session. */
import type { CommandModule } from 'yargs';
import type { FilePaths } from '../../agent/snapshot/file-path.ts';
import type { FileEvent } from '../../agent/snapshot/file-rows.ts';
import { inThread } from '../../agent/snapshot/thread.ts';
import { parseTarget } from '../../agent/target.ts';
import { UsageError } from './exit.ts';
import type { Io } from './io.ts';
import { rowCount } from './partition-output.ts';
import { progressText } from './words.ts';

interface PathArguments {
  file: string;
  to: string;
  rows: number | undefined;
  strings: boolean;
  json: boolean;
}

export function pathCommand(io: Io): CommandModule<object, PathArguments> {
  return {
    command: 'path <file> <to>',
    describe: 'print the shortest path from the roots of the program to the nearest object of a class',
    builder: (yargs) =>
      yargs
        .positional('file', { type: 'string', demandOption: true, describe: 'a snapshot file, plain or gzipped' })
        .positional('to', {
          type: 'string',
          demandOption: true,
          describe: "a class by its name, a kind as the table shows it ('elements of Array'), or an id (@4711)",
        })
        .option('rows', { type: 'number', coerce: rowCount, describe: 'how many of the shortest paths (1)' })
        .option('strings', {
          type: 'boolean',
          default: true,
          describe: 'show contents of strings; --no-strings hides them',
        })
        .option('json', { type: 'boolean', default: false, describe: 'as one line of JSON' })
        .example('$0 path app.heapsnapshot Session', 'global.sessions.get("a1")')
        .example("$0 path app.heapsnapshot 'Session (src/a.js:10)' --rows 5", 'of one of two classes of that name')
        .example('$0 path app.heapsnapshot @4711', 'of one object, by the id that tables by id show'),
    handler: (args) => path(args, io),
  };
}

async function path({ file, to, rows = 1, strings, json }: PathArguments, io: Io): Promise<void> {
  if (parseTarget(file).kind !== 'file') {
    throw new UsageError(
      `Cannot look for paths in ${file}: name a snapshot file; a process is asked at the prompt of heapwatch console ${file}`,
    );
  }
  const found = await inThread<FileEvent, FilePaths>(
    'file-path-thread',
    { path: file, to, most: rows, strings },
    { signal: io.signal, onEvent: (event) => io.progress(progressText(event)) },
  );
  io.progress('');
  if (json) io.print(JSON.stringify({ target: file, to, ...found }));
  else io.print(found.paths.length === 0 ? 'no path: nothing keeps it alive' : found.paths.join('\n'));
}
