/** `heapwatch sample`: who allocates what is still alive, by V8's sampling heap profiler. */
import { writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { CommandModule } from 'yargs';
import type { SamplingProfile } from '../../agent/probe/sampling-profile.ts';
import { parseDuration, parseSize } from '../units.ts';
import { UsageError } from './exit.ts';
import type { Io } from './io.ts';
import { type OutputArguments, outputOptions, printPartition } from './partition-output.ts';

interface SampleArguments extends OutputArguments {
  target: string;
  for: string;
  interval: string;
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
          .option('for', { type: 'string', default: '30s', describe: 'how long to sample' })
          .option('interval', { type: 'string', default: '512KB', describe: 'mean bytes between two samples' })
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
  const durationMs = parseDuration(args.for);
  const samplingIntervalBytes = parseSize(args.interval);
  if (args.output !== undefined) checkEnding(args.output);
  const { attach } = await import('../../agent/agent.ts');
  const { startSampling } = await import('../../agent/probe/sampling.ts');
  const { profilePartition } = await import('../../agent/probe/sampling-profile.ts');
  await using agent = await attach(args.target, { signal: io.signal });
  await using sampling = await startSampling(agent, args.isolate, { samplingIntervalBytes });
  if (sampling.foreign) {
    io.say(`${args.target} is sampled by somebody else already: this is their profile, since they began`);
  }
  io.say(`sampling ${args.target} for ${args.for}`);
  await untilOver(durationMs, sampling.closed, io);
  const profile = await sampling.stop();
  if (args.output !== undefined) {
    await writeProfile(args.output, profile);
    io.say(`wrote ${args.output}`);
  }
  const context = { target: args.target, isolate: args.isolate };
  const partition = profilePartition(profile, context);
  printPartition(partition, args, io);
}

function checkEnding(path: string): void {
  if (/\.(heapprofile|pb\.gz)$/.test(path)) return;
  throw new UsageError(`Cannot write ${path}: its name must end in .heapprofile (DevTools) or .pb.gz (pprof)`);
}

async function writeProfile(path: string, profile: SamplingProfile): Promise<void> {
  const text = path.endsWith('.pb.gz')
    ? (await import('../../agent/probe/pprof.ts')).pprof(profile)
    : (await import('../../agent/probe/heapprofile.ts')).heapprofile(profile);
  await writeFile(path, text, { mode: 0o600 });
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
