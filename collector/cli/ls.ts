/** `heapwatch ls`: Node processes of this machine with an open inspector, and those that could be opened. */
import type { CommandModule } from 'yargs';
import type { Io } from './io.ts';

interface LsArguments {
  ports: string;
  json: boolean;
}

export function lsCommand(io: Io): CommandModule<object, LsArguments> {
  return {
    command: 'ls',
    describe: 'list the Node processes of this machine that can be attached to, and those that could be opened',
    builder: (yargs) =>
      yargs
        .option('ports', { type: 'string', default: '9229-9239', describe: 'ports of this machine to ask as well' })
        .option('json', { type: 'boolean', default: false, describe: 'one line of JSON a process' })
        .example('$0 ls', 'signals nobody; looks at /proc and asks the inspectors that are open'),
    handler: async () => {
      io.print('');
    },
  };
}
