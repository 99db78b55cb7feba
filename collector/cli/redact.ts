/** `heapwatch redact`: a snapshot file that can be given away, or what would have to go from one. */
import type { CommandModule } from 'yargs';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';
import { printPartition } from '../terminal/partition-output.ts';
import { type RedactionArguments, redactionOf, redactionOptions } from '../terminal/redaction-options.ts';

interface RedactArguments extends RedactionArguments {
  file: string;
  output: string | undefined;
  audit: boolean;
  force: boolean;
  json: boolean;
}

export function redactCommand(io: Io): CommandModule<object, RedactArguments> {
  return {
    builder: (yargs) =>
      redactionOptions(
        yargs
          .positional('file', {
            type: 'string',
            demandOption: true,
            describe: 'x.heapsnapshot, also .gz, or - for a pipe',
          })
          .positional('output', { type: 'string', describe: 'the file to write, mode 0600' })
          .option('audit', {
            type: 'boolean',
            default: false,
            describe: 'write nothing: count what looks like a secret',
          })
          .option('force', { alias: 'f', type: 'boolean', default: false, describe: 'overwrite an existing file' })
          .option('json', { type: 'boolean', default: false, describe: 'one line of JSON' }),
      )
        .example('$0 redact api.heapsnapshot give-away.heapsnapshot', 'same kinds, sizes and paths; no contents')
        .example(
          '$0 redact --audit api.heapsnapshot',
          'tokens, keys, addresses in it: how many, and which kinds hold them',
        ),
    handler: (args) => (args.audit ? audit(args, io) : redact(args, io)),
  };
}

async function redact(args: RedactArguments, io: Io): Promise<void> {
  const { file, output, force, json } = args;
  if (output === undefined) {
    throw new UsageError(`Cannot redact ${file}: name the file to write, or ask with --audit what is in this one`);
  }
  const { redactFile } = await import('../../agent/capture/redact-file.ts');
  const redaction = redactionOf(args);
  const { strings, replaced } = await redactFile(file, output, { redaction, force, signal: io.signal });
  io.print(
    json
      ? JSON.stringify({ path: output, strings, replaced })
      : `${output}: ${replaced} of ${strings} strings replaced, ${strings - replaced} names kept`,
  );
}

/** What looks like a secret, by what it looks like and by the kinds that refer to it. */
const AUDIT = 'secret&referrers';

/** A table of what looks like a secret; contents are not shown. */
async function audit({ file, json }: RedactArguments, io: Io): Promise<void> {
  const { partitionFile } = await import('../../agent/file/file.ts');
  const { isSecretRow } = await import('../../agent/classify/secret.ts');
  const { sumOf } = await import('../../agent/partition/partition.ts');
  const [all] = await partitionFile(file, { by: [AUDIT], signal: io.signal, inline: true });
  const rows = all!.rows.filter(({ kind }) => isSecretRow(kind));
  if (rows.length === 0 && !json) io.print(`${file}: no string looks like a secret`);
  else printPartition({ ...all!, ...sumOf(rows), rows }, { rows: undefined, all: true, json }, io);
}
