/** `heapwatch leak`: what was born within a while and stayed, who holds it, and what to do; the exit code says whether anything leaks. */
import type { CommandModule } from 'yargs';
import { reasonOf } from '../../protocol/reason.ts';
import { parseDuration } from '../base/units.ts';
import { type Consent, consentOptions } from '../measure/consent.ts';
import { JudgedError, UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';
import { sourceMapOptions } from '../terminal/source-maps.ts';

interface LeakArguments extends Consent {
  target: string;
  for: number;
  confidence: number;
  isolate: string;
  stop: boolean | undefined;
  strings: boolean;
  pattern: boolean;
  json: boolean;
}

export function leakCommand(io: Io): CommandModule<object, LeakArguments> {
  return {
    builder: (yargs) =>
      sourceMapOptions(consentOptions(yargs))
        .positional('target', {
          type: 'string',
          demandOption: true,
          describe: 'a process of this machine (4711, pid:4711, its port); any other by its inspector',
        })
        .option('for', {
          type: 'string',
          default: '30s',
          coerce: duration,
          describe: 'how long to watch; give it load meanwhile',
        })
        .option('confidence', {
          type: 'number',
          default: 0.99,
          coerce: share,
          describe: 'how sure it has to be, among all kinds together',
        })
        .option('isolate', { type: 'string', default: 'main', describe: 'main, or worker:N' })
        .option('stop', {
          type: 'boolean',
          describe: 'stop the process for each copy of its pages (--no-stop: read it as it runs)',
        })
        .option('strings', {
          type: 'boolean',
          default: true,
          describe: 'show contents of strings; --no-strings hides them',
        })
        .option('pattern', { type: 'boolean', default: false, describe: "heapy's reference pattern below" })
        .option('json', { type: 'boolean', default: false, describe: 'one line of JSON' })
        .example('$0 leak 9229', 'what leaks; exit code 6 if something does, 0 if not')
        .example('$0 leak pid:4711 --for 5m', 'a slow leak, without an inspector'),
    handler: async (args) => {
      const { findLeaks } = await import('../leak/leak.ts');
      const { findingText } = await import('../leak/text.ts');
      const { for: forMs, pattern } = args;
      const finding = await findLeaks({ ...args, forMs, consent: args }, io);
      const { leaks } = finding;
      io.print(args.json ? JSON.stringify(finding) : findingText(finding));
      if (pattern && !args.json && finding.pattern.length > 0) io.print(`\n${finding.pattern.join('\n')}`);
      if (leaks.length > 0) throw new JudgedError(`${leaks[0]!.kind} leaks`);
    },
  };
}

/** @throws UsageError */
function duration(text: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    throw new UsageError(`Cannot use --for: ${reasonOf(cause)}`, { cause });
  }
}

/** @throws UsageError */
function share(value: number): number {
  if (value > 0 && value < 1) return value;
  throw new UsageError(`Cannot use --confidence ${value}: expected a number between 0 and 1, such as 0.99`);
}
