/** `heapwatch plot`: a recording as a picture. */
import { writeFileSync } from 'node:fs';
import type { CommandModule } from 'yargs';
import { fileError } from '../../agent/base/file-error.ts';
import { isProfileFile } from '../../agent/probe/is-profile-file.ts';
import { flameBytes, isFlamePath, writeWhole } from '../flame/flame-file.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';

interface PlotArguments {
  recording: string;
  output: string;
  target: string | undefined;
  force: boolean;
}

export function plotCommand(io: Io): CommandModule<object, PlotArguments> {
  return {
    builder: (yargs) =>
      yargs
        .positional('recording', {
          type: 'string',
          demandOption: true,
          describe: 'run.jsonl, or a sampling profile: x.heapprofile, x.pb.gz',
        })
        .option('output', {
          alias: 'o',
          type: 'string',
          demandOption: true,
          describe: 'the picture: run.svg; of a profile also a page, x.html',
        })
        .option('target', { type: 'string', describe: 'which target, if several were recorded' })
        .option('force', { type: 'boolean', default: false, describe: 'overwrite an existing file' })
        .example('$0 plot run.jsonl -o run.svg', 'opens in any browser, in dark and light')
        .example('$0 plot api.heapprofile -o api.html', 'a flame graph to zoom and search'),
    handler: (args) => draw(args, io),
  };
}

async function draw({ recording: path, output, target, force }: PlotArguments, io: Io): Promise<void> {
  if (isFlamePath(output) && isProfileFile(path)) return await drawProfile(path, output, force, io);
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

/** @throws UsageError where it is not clear which */
function chosen(targets: readonly string[], wanted: string | undefined, path: string): string {
  if (wanted !== undefined && targets.includes(wanted)) return wanted;
  const [only] = targets;
  if (wanted === undefined && only !== undefined && targets.length === 1) return only;
  if (only === undefined) throw new UsageError(`Cannot plot ${path}: it has no reading of any target`);
  throw new UsageError(`Cannot plot ${path}: name one of its targets by --target: ${targets.join(', ')}`);
}
