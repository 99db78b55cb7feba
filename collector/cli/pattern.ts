/** `heapwatch pattern`: who refers to objects of a kind, by kind, and who refers to those; without a session. */
import type { CommandModule } from 'yargs';
import { limits } from '../../protocol/limits.ts';
import { type Consent, consentOptions } from '../measure/consent.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';
import { rowCount } from '../terminal/partition-output.ts';

interface PatternArguments extends Consent {
  target: string;
  kind: string;
  by: string;
  depth: number;
  rows: number;
  strings: boolean;
  isolate: string;
  stop: boolean | undefined;
  exe: string | undefined;
  json: boolean;
}

const DEFAULT_DEPTH = 3;
const DEFAULT_ROWS = 8;

export function patternCommand(io: Io): CommandModule<object, PatternArguments> {
  return {
    builder: (yargs) =>
      consentOptions(yargs)
        .positional('target', {
          type: 'string',
          demandOption: true,
          describe: 'a process of this machine (4711, pid:4711, its port), a core file, a snapshot file',
        })
        .positional('kind', {
          type: 'string',
          demandOption: true,
          describe: "a kind as the table shows it: Session, 'elements of Array'",
        })
        .option('by', { type: 'string', default: 'kind', describe: 'the classifier that the kind is of' })
        .option('depth', { type: 'number', default: DEFAULT_DEPTH, describe: 'how many levels of referrers' })
        .option('rows', {
          type: 'number',
          default: DEFAULT_ROWS,
          coerce: rowCount<number>,
          describe: 'how many kinds of referrers at each node, the largest first',
        })
        .option('strings', {
          type: 'boolean',
          default: true,
          describe: 'show contents of strings; --no-strings hides them',
        })
        .option('isolate', { type: 'string', default: 'main', describe: 'of a process: main, or worker:N' })
        .option('stop', { type: 'boolean', describe: 'stop the process for the copy (--no-stop: read it as it runs)' })
        .option('exe', { type: 'string', describe: 'of a core file: the executable that wrote it' })
        .option('json', { type: 'boolean', default: false, describe: 'as one line of JSON' })
        .example('$0 pattern 4711 Session', 'who refers to them, read from outside')
        .example("$0 pattern app.heapsnapshot 'elements of Array' --depth 5", 'the same from a file, further up'),
    handler: (args) => pattern(args, io),
  };
}

async function pattern(args: PatternArguments, io: Io): Promise<void> {
  const { target, kind, by, depth, rows: limit, strings, isolate, stop, exe, json } = args;
  if (!Number.isInteger(depth) || depth < 1 || depth > limits.maxPatternLevels) {
    throw new UsageError(`Cannot use --depth ${depth}: expected 1 to ${limits.maxPatternLevels}`);
  }
  if (limit > limits.maxExploreRows) {
    throw new UsageError(`Cannot use --rows ${limit}: expected at most ${limits.maxExploreRows}`);
  }
  const { readColumns } = await import('../measure/read-columns.ts');
  const { Exploration } = await import('../../agent/explore/exploration.ts');
  const { columns } = await readColumns({ target, isolate, stop, exe, consent: args }, io);
  const heap = new Exploration(columns, { strings });
  const answer = heap.answer({ question: 'pattern', target, kind, by, depth, limit });
  if (answer.question !== 'pattern') return;
  if (json) io.print(JSON.stringify({ target, kind, by, nodes: answer.nodes }));
  else io.print((await import('../terminal/pattern-text.ts')).patternText(answer.nodes));
}
