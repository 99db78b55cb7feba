/** `heapwatch console`: heapy's session at a prompt, on processes and snapshot files. */
import type { CommandModule } from 'yargs';
import { type Consent, consentOptions } from '../measure/consent.ts';
import { indexOptions } from '../terminal/index-options.ts';
import type { Io } from '../terminal/io.ts';
import { sourceMapOptions } from '../terminal/source-maps.ts';

interface ConsoleArguments extends Consent {
  targets: string[];
  isolate: string;
  strings: boolean;
  probe: 'snapshot' | 'walk';
  exe: string | undefined;
}

export function consoleCommand(io: Io): CommandModule<object, ConsoleArguments> {
  return {
    builder: (yargs) =>
      consentOptions(
        sourceMapOptions(indexOptions(yargs))
          .parserConfiguration({ 'strip-dashed': true, 'duplicate-arguments-array': true })
          .positional('targets', {
            type: 'string',
            array: true,
            demandOption: true,
            describe: '9229, host:9229, ws://…, 4711 or pid:4711, files',
          })
          .option('probe', {
            choices: ['snapshot', 'walk'] as const,
            default: 'snapshot' as const,
            describe: 'how a process is read: by V8 through its inspector, or from outside, without checkpoints',
          })
          .option('exe', { type: 'string', describe: 'of a core file: the executable that wrote it' })
          .option('isolate', { type: 'string', default: 'main', describe: 'main, or worker:N' })
          .option('strings', {
            type: 'boolean',
            default: true,
            describe: 'show contents of strings; --no-strings hides them',
          }),
      )
        .example('$0 console 9229', 'hp.heap() takes a snapshot and prints its table; .help for more')
        .example('$0 console 4711 --probe walk', 'no inspector, no memory in the process, a stop of 0.5 s a GB')
        .example('$0 console 9229 9230 before.heapsnapshot', 'several: lc lists them, sc(2) changes to the second')
        .example("echo 'hp.heap().bymodule' | $0 console 9229 --yes", 'a script on standard input'),
    handler: async (args) => {
      const { runConsole } = await import('../console/console.ts');
      await runConsole({ ...args, consent: args }, io);
    },
  };
}
