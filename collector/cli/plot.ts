/** `heapwatch plot`: a recording as a picture. */
import { writeFileSync } from 'node:fs';
import type { CommandModule } from 'yargs';
import { fileError } from '../../agent/base/file-error.ts';
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
        .positional('recording', { type: 'string', demandOption: true, describe: 'run.jsonl' })
        .option('output', { alias: 'o', type: 'string', demandOption: true, describe: 'the picture: run.svg' })
        .option('target', { type: 'string', describe: 'which target, if several were recorded' })
        .option('force', { type: 'boolean', default: false, describe: 'overwrite an existing file' })
        .example('$0 plot run.jsonl -o run.svg', 'opens in any browser, in dark and light'),
    handler: (args) => draw(args, io),
  };
}

async function draw({ recording: path, output, target, force }: PlotArguments, io: Io): Promise<void> {
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

/** @throws UsageError where it is not clear which */
function chosen(targets: readonly string[], wanted: string | undefined, path: string): string {
  if (wanted !== undefined && targets.includes(wanted)) return wanted;
  const [only] = targets;
  if (wanted === undefined && only !== undefined && targets.length === 1) return only;
  if (only === undefined) throw new UsageError(`Cannot plot ${path}: it has no reading of any target`);
  throw new UsageError(`Cannot plot ${path}: name one of its targets by --target: ${targets.join(', ')}`);
}
