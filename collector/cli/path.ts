/** `heapwatch path`: what keeps an object of a snapshot file alive, without a session. */
import type { CommandModule } from 'yargs';
import { parseTarget } from '../../agent/base/target.ts';
import { CUT_HELP } from '../../agent/cut/cut-help.ts';
import type { FileEvent } from '../../agent/file/file-event.ts';
import type { FilePaths } from '../../agent/file/file-path.ts';
import type { PathQuestion } from '../../agent/probe/walk/graph-job.ts';
import { programUrl } from '../../agent/threads/program.ts';
import { inThread } from '../../agent/threads/thread.ts';
import { oneLine } from '../../protocol/printable.ts';
import { type Consent, consentOptions } from '../measure/consent.ts';
import { costText, progressText } from '../measure/words.ts';
import { indexOptions } from '../terminal/index-options.ts';
import type { Io } from '../terminal/io.ts';
import { rowCount } from '../terminal/partition-output.ts';
import { sourceMapOptions } from '../terminal/source-maps.ts';

interface PathArguments extends Consent {
  target: string;
  to: string;
  rows: number | undefined;
  strings: boolean;
  isolate: string;
  stop: boolean | undefined;
  exe: string | undefined;
  json: boolean;
  without: string[] | undefined;
}

export function pathCommand(io: Io): CommandModule<object, PathArguments> {
  return {
    builder: (yargs) =>
      sourceMapOptions(indexOptions(consentOptions(yargs)))
        .positional('target', {
          type: 'string',
          demandOption: true,
          describe:
            'a process of this machine (4711, pid:4711, its port), a core file, a snapshot file, plain or gzipped',
        })
        .positional('to', {
          type: 'string',
          demandOption: true,
          describe: "a class by its name, a kind as the table shows it ('elements of Array'), or an id (@4711)",
        })
        .option('rows', { type: 'number', coerce: rowCount, describe: 'how many of the shortest paths (1)' })
        .option('without', {
          alias: 'ignore',
          type: 'string',
          array: true,
          nargs: 1,
          describe: `look for a path that does not lead through a holder: ${CUT_HELP}`,
        })
        .option('strings', {
          type: 'boolean',
          default: true,
          describe: 'show contents of strings; --no-strings hides them',
        })
        .option('isolate', { type: 'string', default: 'main', describe: 'of a process: main, or worker:N' })
        .option('stop', {
          type: 'boolean',
          describe: 'stop the process for the copy (--no-stop: read it as it runs)',
        })
        .option('exe', { type: 'string', describe: 'of a core file: the executable that wrote it' })
        .option('json', { type: 'boolean', default: false, describe: 'as one line of JSON' })
        .example('$0 path 4711 Session', 'which variable holds them, read from outside: a stop of 0.5 s a GB')
        .example('$0 path app.heapsnapshot Session', 'the same from a file')
        .example("$0 path app.heapsnapshot 'Session (src/a.js:10)' --rows 5", 'of one of two classes of that name')
        .example('$0 path app.heapsnapshot @4711', 'of one object, by the id that tables by id show')
        .example('$0 path app.heapsnapshot Session --without listeners', 'what else holds them'),
    handler: (args) => path(args, io),
  };
}

async function path(args: PathArguments, io: Io): Promise<void> {
  const { target, to, json } = args;
  const found = await pathsOf(args, io);
  io.progress('');
  if (json) io.print(JSON.stringify({ target, to, ...found }));
  else io.print(textOf(found, args));
}

function textOf({ paths, weakly }: FilePaths, { without }: PathArguments): string {
  const whole = (path: string): string => oneLine(path, Number.POSITIVE_INFINITY);
  if (weakly !== undefined) {
    return `no path: it is held weakly only, by ${oneLine(weakly.by)}, and goes with a collection\n${whole(weakly.path)}`;
  }
  if (paths.length > 0) return paths.map(whole).join('\n');
  return without === undefined ? 'no path: nothing keeps it alive' : 'no path: nothing else keeps it alive';
}

async function pathsOf(args: PathArguments, io: Io): Promise<FilePaths> {
  const { target, to, rows: most = 1, strings, without } = args;
  const question = { to, most, strings, ...(without && { without }) };
  const parsed = parseTarget(target);
  const { isCoreFile } = await import('../../agent/memory/core-file.ts');
  if (parsed.kind !== 'file' || isCoreFile(parsed.path)) return await walkedPaths(args, question, io);
  return await inThread<FileEvent, FilePaths>(
    programUrl('../../agent/file/file-path-thread', import.meta.url),
    { path: target, ...question },
    { signal: io.signal, onEvent: (event) => io.progress(progressText(event)) },
  );
}

/** Of a process or a core file: its heap is walked. */
async function walkedPaths(args: PathArguments, path: PathQuestion, io: Io): Promise<FilePaths> {
  const { target, isolate, stop, exe } = args;
  const { openWalk } = await import('../measure/open-walker.ts');
  const { stoppedOrNot } = await import('../measure/read-walk.ts');
  await using opened = await openWalk(target, { consent: args, stop, exe }, io);
  const { walker, options } = opened;
  const read = (stops: boolean) => walker.graph(isolate, { path }, { ...options, stop: stops });
  const { paths, cost } = await stoppedOrNot(read, stop, io);
  io.say(costText(cost ?? {}));
  return paths!;
}
