/** `heapwatch pending`: what waits in a heap, by the function or class that it is for; and what lives weakly. */
import type { CommandModule } from 'yargs';
import { oneLine } from '../../protocol/printable.ts';
import { type Consent, consentOptions } from '../measure/consent.ts';
import type { Io } from '../terminal/io.ts';

interface PendingArguments extends Consent {
  target: string;
  probe: 'walk' | 'snapshot' | undefined;
  isolate: string;
  strings: boolean;
  stop: boolean | undefined;
  exe: string | undefined;
  json: boolean;
}

export function pendingCommand(io: Io): CommandModule<object, PendingArguments> {
  return {
    builder: (yargs) =>
      consentOptions(yargs)
        .positional('target', {
          type: 'string',
          demandOption: true,
          describe: 'a process (4711, pid:4711, 9229), a snapshot file, plain or gzipped, a core file',
        })
        .option('probe', {
          choices: ['walk', 'snapshot'] as const,
          describe: 'of a process: walk reads it from outside, snapshot asks its inspector',
          defaultDescription: 'walk where it can run, else snapshot',
        })
        .option('isolate', { type: 'string', default: 'main', describe: 'of a process: main, or worker:N' })
        .option('strings', { type: 'boolean', default: false, describe: 'show the names of events' })
        .option('stop', { type: 'boolean', describe: 'of a walk: stop the process for the copy (--no-stop: not)' })
        .option('exe', { type: 'string', describe: 'of a core file: the executable that wrote it' })
        .option('json', { type: 'boolean', default: false, describe: 'as one line of JSON' })
        .example('$0 pending 4711', 'timers, promises, listeners, handles of a running process')
        .example('$0 pending app.heapsnapshot --json', 'the same of a file'),
    handler: (args) => pending(args, io),
  };
}

async function pending(args: PendingArguments, io: Io): Promise<void> {
  const { readFindings } = await import('../measure/read-findings.ts');
  const { target, probe, isolate, strings, stop, exe, json } = args;
  const asked = { target, baselines: [], probe, isolate, strings, stop, exe, consent: args };
  const report = await readFindings(asked, io);
  const { pending, weak, takenAt } = report;
  if (json) {
    io.print(JSON.stringify({ target, takenAt, pending, weak }));
    return;
  }
  const { pendingRows, weakRows } = await import('../report/words.ts');
  if (pending.length === 0 && weak.length === 0) {
    io.print('nothing waits');
    return;
  }
  const weakly = weakRows(report).map(([hold, count, empty]) => ['weakly', `${hold}, ${empty} empty`, count!, '']);
  io.print([['Work', 'For', 'Count', 'Holds'], ...pendingRows(report), ...weakly].map(rowLine).join('\n'));
}

/** Figures first, as in other tables; words of any length come last. */
function rowLine([work, what, count, holds]: readonly string[]): string {
  return oneLine(`${count!.padStart(9)} ${holds!.padStart(9)}  ${work!.padEnd(14)} ${what}`, Number.POSITIVE_INFINITY);
}
