/** `heapwatch diff`: what one heap has over another, kind by kind, across processes and times; and whether that is too much. */
import type { Argv, CommandModule } from 'yargs';
import { CLASSIFIERS, classifierNamed } from '../../agent/classify/classifiers.ts';
import type { Frame } from '../../agent/profile/frames.ts';
import { aligned } from '../../protocol/aligned.ts';
import { diffTable } from '../../protocol/diff-table.ts';
import { type Difference, difference } from '../../protocol/difference.ts';
import type { Partition } from '../../protocol/partition.ts';
import { type Consent, consentOptions } from '../measure/consent.ts';
import { readPartition } from '../measure/read-partition.ts';
import { JudgedError, UsageError } from '../terminal/exit.ts';
import { type Growth, growthOf, isOver, parseGrowth } from '../terminal/growth.ts';
import { indexOptions } from '../terminal/index-options.ts';
import type { Io } from '../terminal/io.ts';
import { noKindFits } from '../terminal/no-match.ts';
import { type OutputArguments, outputOptions } from '../terminal/partition-output.ts';
import { sourceMapOptions } from '../terminal/source-maps.ts';

interface DiffArguments extends OutputArguments, Consent {
  a: string;
  b: string;
  by: string | undefined;
  isolate: string;
  failOn: Growth[] | undefined;
  output: string | undefined;
}

export function diffCommand(io: Io): CommandModule<object, DiffArguments> {
  return {
    builder: (yargs) =>
      consentOptions(
        outputOptions(
          sourceMapOptions(indexOptions(yargs))
            .positional('a', {
              type: 'string',
              demandOption: true,
              describe: 'the newer one',
            })
            .positional('b', { type: 'string', demandOption: true, describe: 'the older one' })
            .option('by', {
              type: 'string',
              coerce: (by: string | undefined) => (by === undefined ? by : classifierNamed(by).by),
              defaultDescription: 'kind',
              describe: `what a row is: ${CLASSIFIERS.map(({ by }) => by).join(', ')}; or several with & between them`,
            })
            .option('fail-on', {
              type: 'string',
              array: true,
              nargs: 1,
              coerce: (texts: string[] | undefined) => texts?.map(parseGrowth),
              describe: "exit with code 6 if a has more than that: 'Session>0', '*>1000', 'Buffer>1MB'",
            })
            .option('output', {
              alias: 'o',
              type: 'string',
              describe:
                'of two sampling profiles (.heapprofile, pprof): also write a difference flame graph, x.svg or x.html',
            })
            .option('isolate', { type: 'string', default: 'main', describe: 'of processes: main, or worker:N' }),
        ),
      )
        .example('$0 diff after.heapsnapshot before.heapsnapshot', 'a - b: name the newer one first')
        .example(
          '$0 diff after.heapprofile before.heapprofile -o x.html',
          'of two sampling profiles: a difference flame graph',
        )
        .example("$0 diff 9229 before.heapsnapshot --fail-on 'Session>0' --yes", 'in a test: no session may stay')
        .example(
          '$0 diff ws://127.0.0.1:7331/v1/stream#api ws://127.0.0.1:7331/v1/stream#sample=ID',
          'now and earlier, from a collector',
          // yargs gives --fail-on as failOn, which its types do not tell
        ) as Argv<unknown> as Argv<DiffArguments>,
    handler: (args) => diff(args, io),
  };
}

async function diff(args: DiffArguments, io: Io): Promise<void> {
  if (args.output !== undefined) await drawDifference(args, args.output, io);
  const reading = { by: args.by, isolate: args.isolate, consent: args };
  const a = await readPartition(args.a, reading, io);
  const b = await readPartition(args.b, reading, io);
  checkComparable(a, b);
  if (Date.parse(a.takenAt) < Date.parse(b.takenAt)) {
    io.say('A is older than B, so growth has a minus; name the newer one first');
  }
  const [ofA, ofB] = aligned(a, b);
  const between = difference(ofA, ofB);
  const rows = args.all === true ? Number.POSITIVE_INFINITY : (args.rows ?? 10);
  if (args.json) io.print(JSON.stringify(asJson(a, b, between, args.rows)));
  else io.print(diffTable(ofA, ofB, { rows, more: 'shell' }));
  const kinds = [...new Set([...a.rows, ...b.rows].map(({ kind }) => kind))];
  for (const { kind } of args.failOn ?? []) {
    const nothing = noKindFits('--fail-on', kind, kinds);
    if (nothing !== undefined) io.say(`${nothing} (of ${kinds.length} kinds of both)`);
  }
  judge(between, args.failOn ?? []);
}

/** Colours by change, of A less B. */
async function drawDifference({ a, b }: DiffArguments, output: string, io: Io): Promise<void> {
  const { flameBytes, isFlamePath, writeWhole } = await import('../flame/flame-file.ts');
  if (!isFlamePath(output)) {
    throw new UsageError(`Cannot write ${output}: its name must end in .svg or .html (a difference flame graph)`);
  }
  const { outputPaths } = await import('../../agent/capture/output.ts');
  const paths = outputPaths(output, true);
  const { profileInFile } = await import('../../agent/probe/profile-file.ts');
  const { framesOf } = await import('../../agent/profile/frames.ts');
  const { frameDifference } = await import('../../agent/profile/frame-difference.ts');
  const [now, before] = [a, b].map((path) => framesOf(profileInFile(path).head)) as [Frame, Frame];
  await writeWhole(paths, await flameBytes(output, frameDifference(now, before), `${a} less ${b}`));
  io.say(`wrote ${output}`);
}

function checkComparable(a: Partition, b: Partition): void {
  if (a.by !== b.by) throw new UsageError(`Cannot compare: one is by ${a.by}, one by ${b.by}`);
  if ((a.since === undefined) !== (b.since === undefined)) {
    throw new UsageError('Cannot compare: one is a whole heap, one only what was born since a checkpoint');
  }
}

function asJson(a: Partition, b: Partition, { header, rows }: Difference, limit: number | undefined): object {
  const side = ({ target, isolate, takenAt, count, sizeBytes }: Partition) => ({
    target,
    isolate,
    takenAt,
    count,
    sizeBytes,
  });
  const told = rows.map(({ estimated, ...row }) => (estimated ? { ...row, estimated } : row));
  return { by: a.by, header, a: side(a), b: side(b), rows: told.slice(0, limit) };
}

/** @throws JudgedError that names the kinds that have grown too much */
function judge({ rows }: Difference, growths: readonly Growth[]): void {
  const grown = growths.flatMap((growth) =>
    rows.filter((row) => isOver(row, growth)).map((row) => growthOf(row, growth)),
  );
  if (grown.length === 0) return;
  const shown = grown.slice(0, MAX_SHOWN).join(', ');
  const more = grown.length > MAX_SHOWN ? `, and ${grown.length - MAX_SHOWN} more` : '';
  throw new JudgedError(`More than --fail-on allows: ${shown}${more}`);
}

const MAX_SHOWN = 5;
