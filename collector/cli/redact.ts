/** `heapwatch redact`: a snapshot file that can be given away, or what would have to go from one. */
import type { Argv, CommandModule } from 'yargs';
import { type Consent, consentOptions } from '../measure/consent.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';
import { printPartition } from '../terminal/partition-output.ts';
import { type RedactionArguments, redactionOf, redactionOptions } from '../terminal/redaction-options.ts';

interface RedactArguments extends RedactionArguments, Consent {
  file: string;
  output: string | undefined;
  audit: boolean;
  envOf: string | undefined;
  force: boolean;
  json: boolean;
}

export function redactCommand(io: Io): CommandModule<object, RedactArguments> {
  return {
    builder: (yargs) =>
      consentOptions(
        redactionOptions(
          yargs
            .positional('file', {
              type: 'string',
              demandOption: true,
              describe: 'x.heapsnapshot, also .gz, or - for a pipe; with --audit a process or a core file, too',
            })
            .positional('output', { type: 'string', describe: 'the file to write, mode 0600' })
            .option('audit', {
              type: 'boolean',
              default: false,
              describe: 'write nothing: count what looks like a secret',
            })
            .option('env-of', {
              type: 'string',
              describe: 'with --audit: count values of the environment of this process too, by variable',
              defaultDescription: 'a process that is looked at: its own',
            })
            .option('force', { alias: 'f', type: 'boolean', default: false, describe: 'overwrite an existing file' })
            .option('json', { type: 'boolean', default: false, describe: 'one line of JSON' }),
        ),
      )
        .example('$0 redact api.heapsnapshot give-away.heapsnapshot', 'same kinds, sizes and paths; no contents')
        .example(
          '$0 redact --audit api.heapsnapshot',
          'tokens, keys, addresses in it: how many, and which kinds hold them',
        )
        .example('$0 redact --audit api.heapsnapshot --env-of 4711', 'and values of the environment of its process')
        .example(
          '$0 redact --audit 4711',
          'the same of a process, from outside',
        ) as Argv<unknown> as Argv<RedactArguments>,
    handler: (args) => (args.audit ? audit(args, io) : redact(args, io)),
  };
}

async function redact(args: RedactArguments, io: Io): Promise<void> {
  const { file, output, envOf, force, json } = args;
  if (envOf !== undefined) {
    throw new UsageError(`Cannot redact ${file} with --env-of: it goes with --audit`);
  }
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

/** A table of what looks like a secret; contents are not shown. */
async function audit({ file, output, envOf, json, ...consent }: RedactArguments, io: Io): Promise<void> {
  if (output !== undefined) throw new UsageError(`Cannot audit into ${output}: --audit writes nothing`);
  const { readSecrets } = await import('../measure/read-secrets.ts');
  const secrets = await readSecrets({ target: file, envOf, consent }, io);
  if (secrets.rows.length === 0 && !json) io.print(`${file}: no string looks like a secret`);
  else printPartition(secrets, { rows: undefined, all: true, json }, io);
}
