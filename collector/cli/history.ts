/** `heapwatch history`: what a collector has stored of a target, as a table of kinds or of gauges over time. */

import type { CommandModule } from 'yargs';
import type { HistoryQuery, HistoryResult } from '../../protocol/history.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { parseDuration } from '../base/units.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';
import { rowCount } from '../terminal/partition-output.ts';

interface HistoryArguments {
  source: string;
  target: string | undefined;
  usage: boolean;
  kind: string | undefined;
  by: string | undefined;
  probe: HistoryQuery['probe'];
  isolate: string;
  from: string | undefined;
  to: string | undefined;
  step: string | undefined;
  rows: number;
  json: boolean;
}

export function historyCommand(io: Io): CommandModule<object, HistoryArguments> {
  return {
    builder: (yargs) =>
      yargs
        .positional('source', {
          type: 'string',
          demandOption: true,
          describe: "a store's file (heapwatch.db), or a collector's target (ws://127.0.0.1:7331#api)",
        })
        .option('target', { type: 'string', describe: 'the name of the target (default: print what the store has)' })
        .option('usage', { type: 'boolean', default: false, describe: 'gauges instead of kinds' })
        .option('kind', { type: 'string', describe: "a glob of kinds (or gauges): 'Session*'" })
        .option('by', { type: 'string', describe: 'only partitions by this classifier' })
        .option('probe', {
          choices: ['walk', 'sampling', 'types', 'census', 'snapshot'] as const,
          describe: 'only those of this probe',
        })
        .option('isolate', { type: 'string', default: 'main', describe: 'main, or worker:N' })
        .option('from', { type: 'string', describe: 'an instant (2026-11-22T06:00Z) or how long ago (2h)' })
        .option('to', { type: 'string', describe: 'as --from' })
        .option('step', { type: 'string', describe: 'the time span of a point: 1h (default: some 200 points)' })
        .option('rows', {
          type: 'number',
          default: 10,
          coerce: (rows: number): number => rowCount(rows),
          describe: 'how many kinds, the largest first',
        })
        .option('json', { type: 'boolean', default: false, describe: 'every point, as one line of JSON' })
        .example('$0 history heapwatch.db', 'what the store has')
        .example("$0 history heapwatch.db --target api --from 24h --kind 'Session*'", '')
        .example('$0 history ws://127.0.0.1:7331#api --usage', 'its memory over time'),
    handler: (args) => history(args, io),
  };
}

async function history(args: HistoryArguments, io: Io): Promise<void> {
  const { url, path, target } = sourceOf(args);
  if (url !== undefined) {
    if (target === undefined) throw new UsageError(`Cannot read history: name a target, ${url}#api`);
    const { openCollector } = await import('../terminal/collector-client.ts');
    await using client = openCollector(url, { signal: io.signal });
    await show(await client.request('history', queryOf(args, target)), args, io);
    return;
  }
  const { openForReading } = await import('../store/database.ts');
  const { StoredHistory } = await import('../store/stored-history.ts');
  const db = openForReading(path);
  try {
    const stored = new StoredHistory(db);
    if (target === undefined) {
      const { spansText } = await import('../terminal/history-table.ts');
      const spans = stored.spans();
      if (args.json) for (const span of spans) io.print(JSON.stringify(span));
      else io.print(spansText(spans));
    } else {
      await show(stored.query(queryOf(args, target)), args, io);
    }
  } finally {
    db.close();
  }
}

async function show(result: HistoryResult, { json, kind }: HistoryArguments, io: Io): Promise<void> {
  const { target, partitions, usage } = result;
  if (partitions.length === 0 && usage.length === 0) {
    // the table says so itself
    if (json) io.say(`nothing of ${target} is stored that fits; heapwatch history without a target tells what is`);
  } else if (kind !== undefined && partitions.every(({ kinds }) => kinds.length === 0)) {
    io.say(`no kind of ${target} fits --kind "${kind}"`);
  }
  if (json) {
    io.print(JSON.stringify(result));
    return;
  }
  const { historyText } = await import('../terminal/history-table.ts');
  io.print(historyText(result));
}

/** A collector's URL or a file's path, and the target that is named in it or by `--target`. */
function sourceOf({ source, target }: HistoryArguments): { url?: string; path: string; target: string | undefined } {
  const hash = source.lastIndexOf('#');
  const [place, named] = hash < 0 ? [source, undefined] : [source.slice(0, hash), source.slice(hash + 1)];
  if (named !== undefined && target !== undefined && named !== target) {
    throw new UsageError(`Cannot read history: "${named}" and --target "${target}" are two targets, name one`);
  }
  const isUrl = /^wss?:\/\//.test(place);
  return { ...(isUrl && { url: place }), path: place, target: named ?? target };
}

/** @throws UsageError */
function queryOf(args: HistoryArguments, target: string): HistoryQuery {
  const { usage, kind, by, probe, isolate, from, to, step, rows } = args;
  return {
    target,
    isolate,
    limit: rows,
    ...(usage && { topic: 'usage' as const }),
    ...(kind !== undefined && { kind }),
    ...(by !== undefined && { by }),
    ...(probe !== undefined && { probe }),
    ...(from !== undefined && { from: instantOf('--from', from) }),
    ...(to !== undefined && { to: instantOf('--to', to) }),
    ...(step !== undefined && { stepMs: durationOf('--step', step) }),
  };
}

/** ISO 8601 of an instant, or of how long ago it was. @throws UsageError */
function instantOf(option: string, text: string): string {
  const atMs = /^\d+(\.\d+)?[a-z]+$/i.test(text) ? Date.now() - durationOf(option, text) : Date.parse(text);
  if (!Number.isNaN(atMs)) return new Date(atMs).toISOString();
  throw new UsageError(
    `Cannot use ${option}: expected an instant (2026-11-22T06:00Z) or a duration (2h), got "${text}"`,
  );
}

/** @throws UsageError */
function durationOf(option: string, text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new UsageError(`Cannot use ${option}: ${reasonOf(error)}`);
  }
}
