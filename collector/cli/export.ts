/** `heapwatch export`: history and recordings as a table for pandas, DuckDB, Observable, a spreadsheet. */
import { existsSync, renameSync, rmSync } from 'node:fs';
import type { CommandModule } from 'yargs';
import { fileError } from '../../agent/base/file-error.ts';
import { humanCount } from '../../protocol/human.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { parseDuration } from '../base/units.ts';
import type { ExportRow } from '../export/row.ts';
import type { Wanted } from '../export/wanted.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';

interface ExportArguments {
  source: string;
  output: string;
  target: string | undefined;
  by: string | undefined;
  kind: string | undefined;
  from: string | undefined;
  to: string | undefined;
  force: boolean;
}

/** Rows of one file. */
const MOST_ROWS = 20_000_000;

export function exportCommand(io: Io): CommandModule<object, ExportArguments> {
  return {
    builder: (yargs) =>
      yargs
        .positional('source', {
          type: 'string',
          demandOption: true,
          describe: "a collector's store (heapwatch.db, heapwatch.db#api), or a recording of heapwatch record",
        })
        .option('output', {
          alias: 'o',
          type: 'string',
          demandOption: true,
          describe: 'a file that ends in .csv, .arrow or .parquet',
        })
        .option('target', { type: 'string', describe: 'only this one' })
        .option('by', { type: 'string', describe: 'only partitions by this classifier' })
        .option('kind', { type: 'string', describe: "a glob of kinds (or gauges): 'Session*'" })
        .option('from', { type: 'string', describe: 'an instant (2026-11-22T06:00Z) or how long ago (2h)' })
        .option('to', { type: 'string', describe: 'as --from' })
        .option('force', { type: 'boolean', default: false, describe: 'overwrite the file' })
        .example('$0 export heapwatch.db -o heap.parquet', 'all that is stored: a row a kind, or a gauge, and moment')
        .example("$0 export heapwatch.db#api --from 24h --kind 'Session*' -o sessions.csv", '')
        .example('$0 export run.jsonl -o run.arrow', 'a recording'),
    handler: (args) => exported(args, io),
  };
}

async function exported(args: ExportArguments, io: Io): Promise<void> {
  const { output, force } = args;
  const write = await writerOf(output);
  if (!force && existsSync(output)) throw new UsageError(`Cannot write ${output}: it exists already, use --force`);
  const draft = `${output}.${process.pid}.part`;
  let count = 0;
  const counted = function* (rows: Iterable<ExportRow>) {
    for (const row of rows) {
      io.signal.throwIfAborted();
      count++;
      yield row;
    }
  };
  try {
    await reading(args, async (rows) => {
      const { batchesOf } = await import('../export/row.ts');
      await write(draft, batchesOf(counted(rows), MOST_ROWS));
    });
    renameSync(draft, output);
  } catch (cause) {
    rmSync(draft, { force: true });
    const { code, path } = cause as NodeJS.ErrnoException;
    throw code !== undefined && path === draft ? fileError('write', output, cause as NodeJS.ErrnoException) : cause;
  }
  io.print(`${output}: ${humanCount(count)} rows`);
  if (count === 0) io.say(`nothing in ${args.source} fits what is asked for`);
}

type Write = (path: string, batches: Iterable<readonly ExportRow[]>) => void | Promise<void>;

/** @throws UsageError */
async function writerOf(output: string): Promise<Write> {
  const ending = /\.([a-z]+)$/i.exec(output)?.[1]?.toLowerCase();
  switch (ending) {
    case 'csv':
      return (await import('../export/csv-file.ts')).writeCsv;
    case 'arrow':
    case 'feather':
      return (await import('../export/arrow-file.ts')).writeArrow;
    case 'parquet':
      return (await import('../export/parquet-file.ts')).writeParquet;
    default:
      throw new UsageError(`Cannot write ${output}: name it .csv, .arrow or .parquet`);
  }
}

async function reading(args: ExportArguments, work: (rows: Iterable<ExportRow>) => Promise<void>): Promise<void> {
  const { path, target } = sourceOf(args);
  const wanted = wantedOf(args, target);
  const { isStore } = await import('../store/is-store.ts');
  if (!isStore(path)) {
    const { readRecording } = await import('../record/recording.ts');
    const { recordedRows } = await import('../export/recorded-rows.ts');
    const { lines } = await readRecording(path);
    await work(recordedRows(lines, wanted));
    return;
  }
  const { openForReading } = await import('../store/database.ts');
  const { StoredHistory } = await import('../store/stored-history.ts');
  const { storedRows } = await import('../export/stored-rows.ts');
  const db = openForReading(path);
  try {
    await work(storedRows(new StoredHistory(db), wanted));
  } finally {
    db.close();
  }
}

/** @throws UsageError */
function sourceOf({ source, target }: ExportArguments): { path: string; target: string | undefined } {
  const hash = source.lastIndexOf('#');
  if (/^wss?:\/\//.test(source)) throw new UsageError(`Cannot export ${source}: name the file of its store`);
  return hash < 0
    ? { path: source, target }
    : { path: source.slice(0, hash), target: target ?? source.slice(hash + 1) };
}

/** @throws UsageError */
function wantedOf({ by, kind, from, to }: ExportArguments, target: string | undefined): Wanted {
  return {
    ...(target !== undefined && { target }),
    ...(by !== undefined && { by }),
    ...(kind !== undefined && { kind }),
    ...(from !== undefined && { fromMs: instantOf('--from', from) }),
    ...(to !== undefined && { toMs: instantOf('--to', to) }),
  };
}

/** @throws UsageError */
function instantOf(option: string, text: string): number {
  try {
    const atMs = /^\d+(\.\d+)?[a-z]+$/i.test(text) ? Date.now() - parseDuration(text) : Date.parse(text);
    if (!Number.isNaN(atMs)) return atMs;
  } catch (cause) {
    throw new UsageError(`Cannot use ${option}: ${reasonOf(cause)}`, { cause });
  }
  throw new UsageError(
    `Cannot use ${option}: expected an instant (2026-11-22T06:00Z) or a duration (2h), got "${text}"`,
  );
}
