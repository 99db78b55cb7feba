/** `heapwatch sample`: who allocates what is still alive, by V8's sampling heap profiler. */

import type { CommandModule } from 'yargs';
import { Either } from '../../agent/base/either.ts';
import { delay, within } from '../../agent/base/waiting.ts';
import type { OutputPaths } from '../../agent/capture/output.ts';
import type { Sampling } from '../../agent/probe/sampling.ts';
import type { SamplingProfile } from '../../agent/probe/sampling-profile.ts';
import type { Ages } from '../../agent/profile/ages.ts';
import { humanDuration, humanSize } from '../../protocol/human.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { parseDuration, parseSize } from '../base/units.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';
import { type OutputArguments, outputOptions, printPartition } from '../terminal/partition-output.ts';
import { sourceMapOptions } from '../terminal/source-maps.ts';
import { STDOUT } from '../terminal/stdout-file.ts';

/** How long the target may take to hand over its profile: a full garbage collection comes first. */
const STOP_MS = 60_000;
/** What a timer of Node can wait, in whole days. */
const MAX_FOR_MS = 24 * 86_400_000;

/** Of the environment: what Pyroscope is shown. */
const TOKEN = 'HEAPWATCH_PUSH_TOKEN';

interface SampleArguments extends OutputArguments {
  target: string;
  for: number;
  interval: number;
  output: string | undefined;
  isolate: string;
  ages: number | undefined;
  push: string | undefined;
  pushName?: string | undefined;
}

export function sampleCommand(io: Io): CommandModule<object, SampleArguments> {
  return {
    builder: (yargs) =>
      outputOptions(
        sourceMapOptions(yargs)
          .positional('target', {
            type: 'string',
            demandOption: true,
            describe: '9229, host:9229, ws://…, 4711 or pid:4711',
          })
          .option('for', { type: 'string', default: '30s', coerce: sampleDuration, describe: 'how long to sample' })
          .option('interval', {
            type: 'string',
            default: '512KB',
            coerce: (text: string) => read('interval', text, parseSize),
            describe: 'mean bytes between two samples',
          })
          .option('output', {
            alias: 'o',
            type: 'string',
            describe:
              'also write x.heapprofile (DevTools), x.pb.gz (pprof), x.svg (a flame graph) or x.html (one to zoom and search); - for the profile on standard output',
          })
          .option('ages', {
            type: 'number',
            coerce: readingCount,
            describe: 'by age: so many readings on the way, each with a collection (5); what has stayed comes first',
          })
          .option('push', {
            type: 'string',
            coerce: server,
            describe: `send the profile to a Pyroscope server: http://127.0.0.1:4040; a token is taken from ${TOKEN}`,
          })
          .option('push-name', {
            type: 'string',
            describe: 'of the application there',
            defaultDescription: 'the target',
          })
          .option('isolate', { type: 'string', default: 'main', describe: 'main, or worker:N' }),
      )
        .example('$0 sample 9229', 'half a minute; costs about 1 % and one full garbage collection at the end')
        .example('$0 sample 9229 --for 10m --ages 10', 'what leaks: what was allocated at any time and has stayed')
        .example('$0 sample 9229 --for 5m -o api.heapprofile', 'for the Memory panel of DevTools')
        .example('$0 sample 9229 --push http://127.0.0.1:4040 --push-name api', 'to Pyroscope'),
    handler: (args) => sample(args, io),
  };
}

async function sample(args: SampleArguments, io: Io): Promise<void> {
  const isFile = args.output !== undefined && args.output !== STDOUT;
  const output = isFile ? await profilePaths(args.output as string) : undefined;
  const { attachTo } = await import('../measure/attached.ts');
  const { startSampling } = await import('../../agent/probe/sampling.ts');
  const { heapprofile } = await import('../../agent/probe/heapprofile.ts');
  const { profilePartition } = await import('../../agent/probe/sampling-profile.ts');
  await using agent = await attachTo(args.target, io);
  await using sampling = await startSampling(agent, args.isolate, {
    samplingIntervalBytes: args.interval,
    signal: io.signal,
  });
  if (sampling.foreign) {
    io.say(`${args.target} is sampled by another client already: this is its profile, since it began`);
  }
  const beganMs = Date.now();
  io.say(`sampling ${args.target} for ${humanDuration(args.for)}`);
  const ages = args.ages === undefined ? undefined : new (await import('../../agent/profile/ages.ts')).Ages();
  await readings(args.ages ?? 1, { sampling, ages }, args, io);
  // who has named a file keeps what there is until now
  const isKept = io.signal.aborted && args.output !== undefined;
  if (!isKept) io.signal.throwIfAborted();
  const profile = await within(
    STOP_MS,
    `read the profile of ${args.target}, its process may be stopped or blocked`,
    sampling.stop(isKept ? {} : { signal: io.signal }),
  );
  if (profile.cutSince !== undefined) {
    io.say(
      `somebody else has stopped this sampling and begun their own: the profile is theirs, which goes on in ${args.target}`,
    );
  }
  if (output) {
    await writeProfile(output, profile, args.target);
    io.say(`wrote ${output.path}`);
  } else if (args.output === STDOUT) {
    io.print(heapprofile(profile));
    return;
  }
  io.signal.throwIfAborted();
  await push(profile, beganMs, args, io);
  if (ages) {
    ages.add(profile, Date.parse(profile.takenAt));
    const { agesJson, agesTable } = await import('../terminal/ages-table.ts');
    io.print(args.json ? JSON.stringify(agesJson(ages)) : agesTable(ages, rowsOf(args)));
    return;
  }
  const context = { target: args.target, isolate: args.isolate };
  const partition = profilePartition(profile, context);
  printPartition(partition, args, io);
  if (partition.count === 0) io.say(emptyText(args));
}

/** To Pyroscope, where that is wanted. @throws EgressError */
async function push(profile: SamplingProfile, beganMs: number, args: SampleArguments, io: Io): Promise<void> {
  const { push: server, pushName: name = args.target, isolate } = args;
  if (server === undefined) return;
  const { sendToPyroscope } = await import('../egress/pyroscope.ts');
  const { pprof } = await import('../../agent/probe/pprof.ts');
  const { startedAt, takenAt, process: incarnation } = profile;
  const fromMs = startedAt === undefined ? beganMs : Date.parse(startedAt);
  const labels = { target: args.target, isolate, ...(incarnation && { pid: String(incarnation.pid) }) };
  const span = { fromMs, untilMs: Date.parse(takenAt) };
  const token = process.env[TOKEN];
  await sendToPyroscope({ server, name, labels, ...span, pprof: pprof(profile), token, signal: io.signal });
  io.say(`sent to ${server}`);
}

/** @throws UsageError */
function server(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.search === '')
    return text;
  throw new UsageError(
    `Cannot use --push: expected the address of a server without a query or a password, such as http://127.0.0.1:4040`,
  );
}

/** Waits for the time to be over, with all readings but the last on the way. */
async function readings(
  count: number,
  { sampling, ages }: { sampling: Sampling; ages: Ages | undefined },
  args: SampleArguments,
  io: Io,
): Promise<void> {
  for (let left = count; left > 0 && !io.signal.aborted; left--) {
    await untilOver(args.for / count, sampling.closed, io);
    if (left === 1 || ages === undefined || io.signal.aborted) continue;
    const reading = sampling.read({ signal: io.signal });
    const profile = await within(STOP_MS, `read the profile of ${args.target}`, reading);
    ages.add(profile, Date.parse(profile.takenAt));
  }
}

/** What is to be done where no sample was taken, or none is alive. */
function emptyText({ interval, for: ms }: SampleArguments): string {
  const smaller = humanSize(Math.max(1_024, interval / 16));
  return `nothing that was sampled in ${humanDuration(ms)} is alive: try a smaller --interval than ${humanSize(interval)} (${smaller.replace(' ', '')}), or sample --for longer`;
}

function rowsOf({ rows, all }: OutputArguments): number {
  return all === true ? Number.POSITIVE_INFINITY : (rows ?? 10);
}

/** `--ages` alone is 5 readings. @throws UsageError for fewer than 4, which tell nothing */
function readingCount(count: number | undefined): number | undefined {
  if (count === undefined) return undefined;
  const readings = Number.isNaN(count) ? 5 : count;
  if (Number.isInteger(readings) && readings >= 4 && readings <= 1_440) return readings;
  throw new UsageError('Cannot use --ages: expected a whole number of readings from 4 to 1440');
}

function sampleDuration(text: string): number {
  const durationMs = read('for', text, parseDuration);
  if (durationMs <= MAX_FOR_MS) return durationMs;
  throw new UsageError(`Cannot use --for ${text}: expected at most ${humanDuration(MAX_FOR_MS)}`);
}

/** @throws UsageError that names the option */
function read(option: string, text: string, parse: (text: string) => number): number {
  try {
    return parse(text);
  } catch (cause) {
    throw new UsageError(`Cannot use --${option}: ${reasonOf(cause)}`, { cause });
  }
}

/** Looked at before anything is sampled. @throws UsageError for another ending; Error of one line where nothing can be put */
async function profilePaths(path: string): Promise<OutputPaths> {
  if (!/\.(heapprofile|pb\.gz|svg|html)$/.test(path)) {
    throw new UsageError(
      `Cannot write ${path}: its name must end in .heapprofile (DevTools), .pb.gz (pprof), .svg or .html (a flame graph)`,
    );
  }
  const { outputPaths } = await import('../../agent/capture/output.ts');
  return outputPaths(path, true);
}

async function writeProfile(paths: OutputPaths, profile: SamplingProfile, target: string): Promise<void> {
  const { writeWhole } = await import('../flame/flame-file.ts');
  await writeWhole(paths, await bytesOf(paths.path, profile, target));
}

/** In the form that the file's name asks for. */
async function bytesOf(path: string, profile: SamplingProfile, target: string): Promise<Uint8Array> {
  if (path.endsWith('.pb.gz')) return (await import('../../agent/probe/pprof.ts')).pprof(profile);
  const { flameBytes, isFlamePath } = await import('../flame/flame-file.ts');
  if (!isFlamePath(path)) return Buffer.from((await import('../../agent/probe/heapprofile.ts')).heapprofile(profile));
  const { framesOf } = await import('../../agent/profile/frames.ts');
  const title = `${target}, alive of what was allocated since ${profile.startedAt ?? 'somebody began to sample'}`;
  return await flameBytes(path, framesOf(profile.head), title);
}

/** Waits until the time is over or the person interrupts; throws at once when the target goes. */
async function untilOver(durationMs: number, closed: Promise<Error>, io: Io): Promise<void> {
  const over = new AbortController();
  using either = new Either([io.signal, over.signal]);
  const gone = closed.then((error) => {
    throw error;
  });
  try {
    await Promise.race([delay(durationMs, either.signal), gone]);
  } catch (error) {
    if (!io.signal.aborted) throw error;
  } finally {
    over.abort();
  }
}
