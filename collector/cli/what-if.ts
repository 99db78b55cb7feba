/** `heapwatch what-if`: what would be freed without a holder, by kind. */
import type { CommandModule } from 'yargs';
import { CUT_HELP } from '../../agent/cut/cut-help.ts';
import { humanCount, humanSize } from '../../protocol/human.ts';
import { type Consent, consentOptions } from '../measure/consent.ts';
import { readPartition } from '../measure/read-partition.ts';
import type { Io } from '../terminal/io.ts';
import { type OutputArguments, outputOptions, printPartition } from '../terminal/partition-output.ts';
import { sourceMapOptions } from '../terminal/source-maps.ts';

interface WhatIfArguments extends OutputArguments, Consent {
  target: string;
  holder: string;
  isolate: string;
  stop: boolean | undefined;
  exe: string | undefined;
}

export function whatIfCommand(io: Io): CommandModule<object, WhatIfArguments> {
  return {
    builder: (yargs) =>
      consentOptions(
        outputOptions(
          sourceMapOptions(yargs)
            .positional('target', {
              type: 'string',
              demandOption: true,
              describe: 'a process (4711, its port), a snapshot file, a core file',
            })
            .positional('holder', { type: 'string', demandOption: true, describe: `what is taken away: ${CUT_HELP}` })
            .option('isolate', { type: 'string', default: 'main', describe: 'main, or worker:N' })
            .option('stop', {
              type: 'boolean',
              describe: 'stop the process for the copy (--no-stop: read it as it runs)',
            })
            .option('exe', { type: 'string', describe: 'of a core file: the executable that wrote it' }),
        ),
      )
        .example("$0 what-if app.heapsnapshot '@4711'", 'what would go with one object')
        .example('$0 what-if 9229 Session', 'with all of a kind')
        .example('$0 what-if pid:4711 listeners', 'with all listeners'),
    handler: async (args) => {
      const { target, holder, isolate, stop, exe } = args;
      const freed = await readPartition(target, { by: 'kind', isolate, stop, exe, consent: args, keptBy: holder }, io);
      const { count, sizeBytes } = freed;
      const label = `Without ${holder}: ${humanCount(count)} objects and ${humanSize(sizeBytes)} would be freed`;
      printPartition({ ...freed, label }, args, io);
    },
  };
}
