/** `heapwatch sample`: who allocates what is still alive, by V8's sampling heap profiler. */
import { rm } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { CommandModule } from 'yargs';
import type { SamplingProfile } from '../../agent/probe/sampling-profile.ts';
import type { OutputPaths } from '../../agent/snapshot/output.ts';
import { formatDuration, parseDuration, parseSize } from '../units.ts';
import { within } from '../waiting/deadline.ts';
import { UsageError } from './exit.ts';
import type { Io } from './io.ts';
import { type OutputArguments, outputOptions, printPartition } from './partition-output.ts';

/** How long the target may take to hand over its profile: a full garbage collection comes first. */
const STOP_MS = 60_000;
/** What a timer of Node can wait, in whole days. */
const MAX_FOR_MS = 24 * 86_400_000;

interface SampleArguments extends OutputArguments {
  target: string;
  for: number;
  interval: number;
  output: string | undefined;
  isolate: string;
}

export function sampleCommand(io: Io): CommandModule<object, SampleArguments> {
  return {
    command: 'sample <target>',
    describe: 'print allocation sites of what is allocated from now on and still alive at the end',
    builder: (yargs) =>
      outputOptions(
        yargs
          .positional('target', { type: 'string', demandOption: true, describe: '9229, host:9229, ws://…, pid:1234' })
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
            describe: 'also write x.heapprofile (DevTools) or x.pb.gz (pprof)',
          })
          .option('isolate', { type: 'string', default: 'main', describe: 'main, or worker:N' }),
      )
        .example('$0 sample 9229', 'half a minute; costs about 1 % and one full garbage collection at the end')
        .example('$0 sample 9229 --for 5m -o api.heapprofile', 'for the Memory panel of DevTools'),
    handler: (args) => sample(args, io),
  };
}

async function sample(args: SampleArguments, io: Io): Promise<void> {
  const output = args.output === undefined ? undefined : await profilePaths(args.output);
  const { attach } = await import('../../agent/agent.ts');
  const { startSampling } = await import('../../agent/probe/sampling.ts');
  const { profilePartition } = await import('../../agent/probe/sampling-profile.ts');
  await using agent = await attach(args.target, { signal: io.signal });
  await using sampling = await startSampling(agent, args.isolate, {
    samplingIntervalBytes: args.interval,
    signal: io.signal,
  });
  if (sampling.foreign) {
    io.say(`${args.target} is sampled by somebody else already: this is their profile, since they began`);
  }
  io.say(`sampling ${args.target} for ${formatDuration(args.for)}`);
  await untilOver(args.for, sampling.closed, io);
  const profile = await within(
    STOP_MS,
    `read the profile of ${args.target}, its process may be stopped or blocked`,
    sampling.stop({ signal: io.signal }),
  );
  if (output) {
    await writeProfile(output, profile);
    io.say(`wrote ${output.path}`);
  }
  const context = { target: args.target, isolate: args.isolate };
  const partition = profilePartition(profile, context);
  printPartition(partition, args, io);
}

function sampleDuration(text: string): number {
  const durationMs = read('for', text, parseDuration);
  if (durationMs <= MAX_FOR_MS) return durationMs;
  throw new UsageError(`Cannot use --for ${text}: expected at most ${formatDuration(MAX_FOR_MS)}`);
}

/** @throws UsageError that names the option */
function read(option: string, text: string, parse: (text: string) => number): number {
  try {
    return parse(text);
  } catch (cause) {
    throw new UsageError(`Cannot use --${option}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/** Looked at before anything is sampled. @throws UsageError for another ending; Error of one line where nothing can be put */
async function profilePaths(path: string): Promise<OutputPaths> {
  if (!/\.(heapprofile|pb\.gz)$/.test(path)) {
    throw new UsageError(`Cannot write ${path}: its name must end in .heapprofile (DevTools) or .pb.gz (pprof)`);
  }
  const { outputPaths } = await import('../../agent/snapshot/output.ts');
  return outputPaths(path, true);
}

async function writeProfile(paths: OutputPaths, profile: SamplingProfile): Promise<void> {
  const { Output } = await import('../../agent/snapshot/output.ts');
  const bytes = paths.path.endsWith('.pb.gz')
    ? (await import('../../agent/probe/pprof.ts')).pprof(profile)
    : Buffer.from((await import('../../agent/probe/heapprofile.ts')).heapprofile(profile));
  try {
    using file = new Output(paths);
    file.write(bytes);
    await file.commit();
  } finally {
    await rm(paths.partialPath, { force: true });
  }
}

/** Waits; throws at once when the target goes or the person interrupts. */
async function untilOver(durationMs: number, closed: Promise<Error>, io: Io): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([io.signal, over.signal]);
  const gone = closed.then((error) => {
    throw error;
  });
  try {
    await Promise.race([wait(durationMs, undefined, { signal }), gone]);
  } finally {
    over.abort();
  }
}
