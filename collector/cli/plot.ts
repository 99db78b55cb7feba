/** `heapwatch plot`: a recording, a profile or a heap as a picture. */
import { writeFileSync } from 'node:fs';
import type { CommandModule } from 'yargs';
import { fileError } from '../../agent/base/file-error.ts';
import { isCoreFile } from '../../agent/memory/core-file.ts';
import { isProfileFile } from '../../agent/probe/is-profile-file.ts';
import { ICICLE } from '../flame/drawing.ts';
import { flameBytes, isFlamePath, writeWhole } from '../flame/flame-file.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';

interface PlotArguments {
  recording: string;
  output: string;
  target: string | undefined;
  force: boolean;
  exe: string | undefined;
}

const SNAPSHOT = /\.(?:heapsnapshot|heaptimeline)(?:\.gz)?$/i;
/** A file has no price. */
const FREE = { yes: true, guard: true };

export function plotCommand(io: Io): CommandModule<object, PlotArguments> {
  return {
    builder: (yargs) =>
      yargs
        .positional('recording', {
          type: 'string',
          demandOption: true,
          describe: 'run.jsonl; a sampling profile: x.heapprofile, x.pb.gz; a snapshot file, a core file',
        })
        .option('output', {
          alias: 'o',
          type: 'string',
          demandOption: true,
          describe: 'the picture: run.svg; of a profile and a heap also a page, x.html',
        })
        .option('target', { type: 'string', describe: 'which target, if several were recorded' })
        .option('exe', {
          type: 'string',
          describe: "of a core file: the executable, if it is not at the core file's path",
        })
        .option('force', { type: 'boolean', default: false, describe: 'overwrite an existing file' })
        .example('$0 plot run.jsonl -o run.svg', 'opens in any browser, in dark and light')
        .example('$0 plot api.heapprofile -o api.html', 'a flame graph to zoom and search')
        .example('$0 plot app.heapsnapshot -o app.html', 'what keeps memory alive: an icicle of retained sizes'),
    handler: (args) => draw(args, io),
  };
}

async function draw(args: PlotArguments, io: Io): Promise<void> {
  const { recording: path, output, target, force } = args;
  if (isFlamePath(output) && isProfileFile(path)) return await drawProfile(path, output, force, io);
  if (isFlamePath(output) && (SNAPSHOT.test(path) || isCoreFile(path))) return await drawHeap(args, io);
  if (!/\.svg$/i.test(output)) {
    throw new UsageError(
      `Cannot write ${output}: plots are SVG, name it .svg; a browser or rsvg-convert makes a PNG of it`,
    );
  }
  const { readRecording } = await import('../record/recording.ts');
  const { targetsOf, timeline } = await import('../plot/timeline.ts');
  const { plot } = await import('../plot/plot.ts');
  const { lines, truncated } = await readRecording(path);
  if (truncated) io.say(`${path}: the last line is incomplete and was left out, its recorder was killed`);
  const shown = timeline(lines, chosen(targetsOf(lines), target, path));
  try {
    writeFileSync(output, plot(shown), { flag: force ? 'w' : 'wx' });
  } catch (cause) {
    throw fileError('write', output, cause as NodeJS.ErrnoException);
  }
  io.print(`${output}: ${shown.gauges.length} readings, ${shown.phases.length} phases, ${shown.probes.length} probes`);
}

/** A sampling profile as a flame graph. */
async function drawProfile(path: string, output: string, force: boolean, io: Io): Promise<void> {
  const { outputPaths } = await import('../../agent/capture/output.ts');
  const paths = outputPaths(output, force);
  const { profileInFile } = await import('../../agent/probe/profile-file.ts');
  const { framesOf } = await import('../../agent/profile/frames.ts');
  const frames = framesOf(profileInFile(path).head);
  await writeWhole(
    paths,
    await flameBytes(output, frames, `${path}, alive of what was allocated while it was sampled`),
  );
  io.say(`wrote ${output}`);
}

/** The retained sizes of a heap by dominator, as an icicle. */
async function drawHeap({ recording: path, output, force, exe }: PlotArguments, io: Io): Promise<void> {
  const { outputPaths } = await import('../../agent/capture/output.ts');
  const paths = outputPaths(output, force);
  const { readColumns } = await import('../measure/read-columns.ts');
  const { Heap } = await import('../../agent/graph/heap.ts');
  const { icicle } = await import('../../agent/partition/icicle.ts');
  const { columns } = await readColumns({ target: path, exe, consent: FREE }, io);
  await writeWhole(
    paths,
    await flameBytes(output, icicle(new Heap(columns)), `${path}, by what keeps it alive`, ICICLE),
  );
  io.say(`wrote ${output}`);
}

/** @throws UsageError where it is not clear which */
function chosen(targets: readonly string[], wanted: string | undefined, path: string): string {
  if (wanted !== undefined && targets.includes(wanted)) return wanted;
  const [only] = targets;
  if (wanted === undefined && only !== undefined && targets.length === 1) return only;
  if (only === undefined) throw new UsageError(`Cannot plot ${path}: it has no reading of any target`);
  throw new UsageError(`Cannot plot ${path}: name one of its targets by --target: ${targets.join(', ')}`);
}
