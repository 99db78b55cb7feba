/** `heapwatch audit`: who did what by a collector, and whether that record is whole. */
import { existsSync, statSync } from 'node:fs';
import type { Argv, CommandModule } from 'yargs';
import type { AuditEntry, AuditQuery, AuditResult } from '../../protocol/audit.ts';
import { humanDuration, humanSize } from '../../protocol/human.ts';
import { limits } from '../../protocol/limits.ts';
import { oneLine } from '../../protocol/printable.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { ChainCheck, type ChainFault } from '../audit/chain.ts';
import { parseDuration } from '../base/units.ts';
import { JudgedError, UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';

interface Common {
  source: string;
  json: boolean;
}

interface ListArguments extends Common {
  by: string | undefined;
  act: string | undefined;
  target: string | undefined;
  from: string | undefined;
  limit: number;
}

interface VerifyArguments extends Common {
  has: string[] | undefined;
  key: string | undefined;
}

/** Faults that are printed; a trail whose first line is wrong may be wrong in all. */
const MAX_FAULTS = 20;

export function auditCommand(io: Io): CommandModule {
  return {
    builder: (yargs) =>
      yargs
        .command(listCommand(io))
        .command(verifyCommand(io))
        .demandCommand(1, 'name an action: list or verify')
        .example('$0 audit list ws://127.0.0.1:7331 --by ops', 'what the bearer of this token did')
        .example('$0 audit list heapwatch.db --act download --from 7d', 'who has snapshots, from the files')
        .example('$0 audit verify heapwatch.db', 'whether an entry was changed or is missing'),
    handler: () => {
      // an action does it
    },
  };
}

function listCommand(io: Io): CommandModule<object, ListArguments> {
  return {
    command: 'list <source>',
    describe: 'what people did, the newest last: probes, downloads, silences, logins, refusals',
    builder: (yargs) =>
      sourceOption(yargs)
        .option('by', { type: 'string', describe: "a glob of names: 'ops*'" })
        .option('act', { type: 'string', describe: 'a glob of acts: probe, download, silence, login, refusal' })
        .option('target', { type: 'string', describe: 'a glob of targets' })
        .option('from', { type: 'string', describe: 'an instant (2026-11-22T06:00Z) or how long ago (2h)' })
        .option('limit', { type: 'number', default: 100, describe: 'the newest so many, at most 1000' }),
    handler: async (args) => {
      const { entries } = await asked(args.source, queryOf(args), io);
      if (entries.length === 0) io.say('no entry fits');
      for (const entry of entries.toReversed()) io.print(args.json ? JSON.stringify(entry) : entryText(entry));
    },
  };
}

function verifyCommand(io: Io): CommandModule<object, VerifyArguments> {
  return {
    command: 'verify <source>',
    describe: 'whether the record is whole: exit code 6 where an entry was changed, is missing, or is not ours',
    builder: (yargs) =>
      sourceOption(yargs)
        .parserConfiguration({ 'strip-dashed': true, 'duplicate-arguments-array': true })
        .option('has', {
          type: 'string',
          array: true,
          nargs: 1,
          describe: "a hash that has to be in it: from the log, which tells each entry's",
        })
        .option('key', { type: 'string', describe: 'the file with audit.key (or HEAPWATCH_AUDIT_KEY)' }),
    handler: (args) => verify(args, io),
  };
}

async function verify({ source, has = [], key, json }: VerifyArguments, io: Io): Promise<void> {
  const check = new ChainCheck(await keyOf(key), has);
  const faults: ChainFault[] = [];
  for await (const line of linesAt(source, io)) {
    io.signal.throwIfAborted();
    const fault = check.take(line);
    if (fault && faults.length < MAX_FAULTS) faults.push(fault);
  }
  for (const fault of check.end()) faults.push(fault);
  const { entries, first, head } = check;
  if (json) io.print(JSON.stringify({ entries, first, head, faults }));
  else for (const { seq, reason } of faults) io.print(`entry ${seq}: ${reason}`);
  if (faults.length > 0) throw new JudgedError(`${source}: the audit trail is not whole`);
  if (!json) io.print(`${source}: ${entries} entries, ${first} to ${head.seq}, whole; the newest hash is ${head.hash}`);
}

/** The lines of a trail, oldest first. @throws UsageError where there is none */
async function* linesAt(source: string, io: Io): AsyncIterable<string> {
  if (!isUrl(source)) {
    const { trailLines } = await import('../audit/audit-files.ts');
    yield* trailLines(await folderOf(source));
    return;
  }
  const pages: AuditEntry[][] = [];
  const { openCollector } = await import('../terminal/collector-client.ts');
  await using client = openCollector(source, { signal: io.signal });
  for (let before: number | undefined; before !== 1; ) {
    const { entries } = await client.request('audit', {
      limit: limits.maxAuditEntries,
      ...(before !== undefined && { before }),
    });
    if (entries.length === 0) break;
    pages.push(entries);
    before = entries.at(-1)!.seq;
  }
  for (const page of pages.reverse()) for (const entry of page.reverse()) yield JSON.stringify(entry);
}

async function asked(source: string, query: AuditQuery, io: Io): Promise<AuditResult> {
  if (!isUrl(source)) {
    const { readTrail } = await import('../audit/audit-trail.ts');
    return await readTrail(await folderOf(source), query);
  }
  const { openCollector } = await import('../terminal/collector-client.ts');
  await using client = openCollector(source, { signal: io.signal });
  return await client.request('audit', query);
}

function isUrl(source: string): boolean {
  return /^wss?:\/\//.test(source);
}

/** The folder itself, or that of a store. @throws UsageError */
async function folderOf(source: string): Promise<string> {
  const { auditFolder } = await import('../config/access-config.ts');
  for (const dir of [source, auditFolder(source)]) {
    if (existsSync(dir) && statSync(dir).isDirectory()) return dir;
  }
  throw new UsageError(`Cannot read an audit trail at ${source}: name a store, the folder of a trail, or ws://…`);
}

async function keyOf(path: string | undefined): Promise<string | undefined> {
  const { HEAPWATCH_AUDIT_KEY: key } = process.env;
  if (path === undefined) return key || undefined;
  const { readSecret } = await import('../config/secret.ts');
  try {
    return readSecret({ file: path }, process.env);
  } catch (cause) {
    throw new UsageError(`Cannot verify: the key ${reasonOf(cause)}`, { cause });
  }
}

function sourceOption<T>(yargs: Argv<T>): Argv<T & Common> {
  return yargs
    .positional('source', {
      type: 'string',
      demandOption: true,
      describe: 'a store (heapwatch.db), the folder of its trail, or a collector (ws://127.0.0.1:7331)',
    })
    .option('json', { type: 'boolean', default: false, describe: 'as JSON, one value a line' });
}

/** @throws UsageError */
function queryOf({ by, act, target, from, limit }: ListArguments): AuditQuery {
  if (!Number.isInteger(limit) || limit < 1 || limit > limits.maxAuditEntries) {
    throw new UsageError(`Cannot list ${limit} entries: expected 1 to ${limits.maxAuditEntries}`);
  }
  return {
    limit,
    ...(by !== undefined && { by }),
    ...(act !== undefined && { act }),
    ...(target !== undefined && { target }),
    ...(from !== undefined && { from: instantOf(from) }),
  };
}

/** ISO 8601 of an instant, or of how long ago it was. @throws UsageError */
function instantOf(text: string): string {
  try {
    const atMs = /^\d+(\.\d+)?[a-z]+$/i.test(text) ? Date.now() - parseDuration(text) : Date.parse(text);
    return new Date(atMs).toISOString();
  } catch {
    throw new UsageError(
      `Cannot use --from: expected an instant (2026-11-22T06:00Z) or a duration (2h), got "${text}"`,
    );
  }
}

/** `2026-11-30T20:11:05.120Z ops probe api done, 0.31 s of pause, 12 MB: {"probe":"snapshot"}` */
function entryText({ at, by, address, act, target, params, price, outcome, reason, durationMs }: AuditEntry): string {
  const cost = [
    price?.pauseMs === undefined ? '' : `, ${humanDuration(price.pauseMs)} of pause`,
    price?.extraBytes === undefined ? '' : `, ${humanSize(price.extraBytes)} more`,
    price || durationMs === undefined ? '' : `, ${humanDuration(durationMs)}`,
  ].join('');
  const from = address === undefined ? '' : ` from ${address}`;
  const subject = target === undefined ? act : `${act} ${target}`;
  const why = reason === undefined ? '' : `: ${reason}`;
  const how = params === undefined ? '' : ` ${JSON.stringify(params)}`;
  return oneLine(`${at} ${by}${from}: ${subject} ${outcome}${cost}${why}${how}`);
}
