/** `heapwatch report`: what is wrong in a heap, worst first; as text, a page, Markdown or JSON. */
import type { CommandModule } from 'yargs';
import { type Consent, consentOptions } from '../measure/consent.ts';
import { UsageError } from '../terminal/exit.ts';
import { indexOptions } from '../terminal/index-options.ts';
import type { Io } from '../terminal/io.ts';
import { sourceMapOptions } from '../terminal/source-maps.ts';

interface ReportArguments extends Consent {
  target: string;
  baseline: string[] | undefined;
  output: string | undefined;
  force: boolean;
  probe: 'walk' | 'snapshot' | undefined;
  isolate: string;
  strings: boolean;
  stop: boolean | undefined;
  exe: string | undefined;
  json: boolean;
}

export function reportCommand(io: Io): CommandModule<object, ReportArguments> {
  return {
    builder: (yargs) =>
      sourceMapOptions(indexOptions(consentOptions(yargs)))
        .positional('target', {
          type: 'string',
          demandOption: true,
          describe: 'a process (4711, pid:4711, 9229), a snapshot file, plain or gzipped, a core file',
        })
        .option('baseline', {
          type: 'string',
          array: true,
          nargs: 1,
          describe: 'a snapshot file of before, the oldest first: what grew in every step is found',
        })
        .option('output', {
          alias: 'o',
          type: 'string',
          describe: 'a file: .html, .md or .json',
          defaultDescription: 'Markdown on standard output',
        })
        .option('force', { alias: 'f', type: 'boolean', default: false, describe: 'overwrite an existing file' })
        .option('probe', {
          choices: ['walk', 'snapshot'] as const,
          describe: 'of a process: walk reads it from outside, snapshot asks its inspector',
          defaultDescription: 'walk where it can run, else snapshot',
        })
        .option('isolate', { type: 'string', default: 'main', describe: 'of a process: main, or worker:N' })
        .option('strings', {
          type: 'boolean',
          default: false,
          describe: 'show contents of strings and keys; else lengths and a hash tell them apart',
        })
        .option('stop', { type: 'boolean', describe: 'of a walk: stop the process for the copy (--no-stop: not)' })
        .option('exe', { type: 'string', describe: 'of a core file: the executable that wrote it' })
        .option('json', { type: 'boolean', default: false, describe: 'as one line of JSON' })
        .example('$0 report app.heapsnapshot', 'as Markdown, worst first')
        .example('$0 report app.heapsnapshot -o report.html', 'one page without external assets, to attach to a ticket')
        .example('$0 report 4711 -o report.html', 'of a running process, read from outside')
        .example(
          '$0 report c.heapsnapshot --baseline a.heapsnapshot --baseline b.heapsnapshot',
          'what grew from a to b to c',
        ),
    handler: (args) => report(args, io),
  };
}

async function report(args: ReportArguments, io: Io): Promise<void> {
  const { output, force, json, baseline: baselines = [] } = args;
  const render = await rendererOf(output, json);
  const { Output, snapshotPaths } = await import('../../agent/capture/output.ts');
  // nobody is to wait, or to be asked for a price, for what could not be written
  const paths = output === undefined ? undefined : snapshotPaths(output, force);
  const { readFindings } = await import('../measure/read-findings.ts');
  const { target, probe, isolate, strings, stop, exe } = args;
  const found = await readFindings({ target, baselines, probe, isolate, strings, stop, exe, consent: args }, io);
  const text = render(found);
  if (paths === undefined) {
    io.print(text);
    return;
  }
  using file = new Output(paths);
  file.write(new TextEncoder().encode(`${text}\n`));
  await file.commit();
  io.say(`${paths.path}: ${found.findings.length} findings`);
}

type Render = (report: import('../../protocol/finding.ts').Report) => string;

/** By the file's name. @throws UsageError for one that says nothing */
async function rendererOf(output: string | undefined, json: boolean): Promise<Render> {
  const ending = output === undefined ? (json ? 'json' : 'md') : /\.([a-z]+)$/.exec(output)?.[1];
  if (json && ending !== 'json')
    throw new UsageError(`Cannot write ${output} as JSON: name it .json, or leave out --json`);
  switch (ending) {
    case 'json':
      return (found) => JSON.stringify(found);
    case 'md':
      return (await import('../report/markdown.ts')).markdown;
    case 'html':
      return (await import('../report/page.ts')).page;
    default:
      throw new UsageError(`Cannot write ${output}: expected a name that ends in .html, .md or .json`);
  }
}
