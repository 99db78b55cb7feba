/** `heapwatch verify`: whether a leak is mended, by the rates of two arms; and an exit code. */
import type { CommandModule } from 'yargs';
import { reasonOf } from '../../protocol/reason.ts';
import { parseDuration, parseSize } from '../base/units.ts';
import { type Consent, consentOptions } from '../measure/consent.ts';
import { JudgedError, UndecidedError, UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';

interface VerifyArguments extends Consent {
  before: string[];
  after: string[];
  deployed: number | undefined;
  max: number | undefined;
  confidence: number;
  for: number;
  readings: number;
  stop: boolean | undefined;
  json: boolean;
}

const ARM_HELP = 'a process of this machine, a recording, a store (heapwatch.db#api), a collector (ws://…#api)';
const LEAST_READINGS = 8;
const MOST_READINGS = 1_000;

export function verifyCommand(io: Io): CommandModule<object, VerifyArguments> {
  return {
    builder: (yargs) =>
      consentOptions(yargs)
        .option('before', {
          ...{ type: 'string', array: true, nargs: 1, demandOption: true },
          describe: `with the leak: ${ARM_HELP}; several times for several`,
        })
        .option('after', {
          ...{ type: 'string', array: true, nargs: 1, demandOption: true },
          describe: 'with the mend: as --before',
        })
        .option('deployed', {
          type: 'string',
          coerce: instant,
          describe: 'of one history for both: when the mend came (2026-11-22T06:00Z)',
        })
        .option('max', {
          type: 'string',
          coerce: rate,
          describe: 'the rate that counts as mended: 100KB/h',
          defaultDescription: 'a tenth of what it was',
        })
        .option('confidence', { type: 'number', default: 0.99, coerce: share, describe: 'of the intervals' })
        .option('for', {
          type: 'string',
          default: '60s',
          coerce: duration,
          describe: 'of processes: how long they are watched, all at one time; give them load meanwhile',
        })
        .option('readings', {
          type: 'number',
          default: 16,
          coerce: readings,
          describe: 'of processes: how often each is read in that time',
        })
        .option('stop', { type: 'boolean', describe: 'stop a process for each reading (--no-stop: as it runs)' })
        .option('json', { type: 'boolean', default: false, describe: 'one line of JSON' })
        .example(
          '$0 verify --before pid:4711 --after pid:4712 --for 10m',
          'two processes under load; exit code 0 mended, 6 not, 7 not yet known',
        )
        .example('$0 verify --before was.jsonl --after a.jsonl --after b.jsonl', 'recordings, of several replicas')
        .example(
          '$0 verify --before heapwatch.db#api --after heapwatch.db#api --deployed 2026-11-22T06:00Z',
          'what a collector stored before and after a deploy',
        ),
    handler: async (args) => {
      const { readArms } = await import('../verify/arms.ts');
      const { verify } = await import('../verify/judge.ts');
      const { verifyText, verifyLine } = await import('../verify/verify-text.ts');
      const { before, after, deployed: deployedMs, confidence, max, for: forMs, stop } = args;
      const live = { forMs, readings: args.readings, stop, consent: args };
      const arms = await readArms({ before, after, deployedMs, live }, io);
      const report = verify(arms.before, arms.after, { confidence, ...(max !== undefined && { maxPerHour: max }) });
      io.print(args.json ? JSON.stringify(report) : verifyText(report));
      if (report.state === 'no') throw new JudgedError(verifyLine(report));
      if (report.state === 'not yet') throw new UndecidedError(verifyLine(report));
    },
  };
}

/** Bytes an hour. @throws UsageError */
function rate(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, size = '', per = 'h'] = /^(.*?)(?:\/([a-z]+))?$/.exec(text) ?? [];
  try {
    return (parseSize(size) / parseDuration(`1${per}`)) * 3_600_000;
  } catch (cause) {
    throw new UsageError(`Cannot use --max: ${reasonOf(cause)}; such as 100KB/h`, { cause });
  }
}

/** @throws UsageError */
function duration(text: string): number {
  try {
    return parseDuration(text);
  } catch (cause) {
    throw new UsageError(`Cannot use --for: ${reasonOf(cause)}`, { cause });
  }
}

/** Milliseconds since 1970. @throws UsageError */
function instant(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const atMs = Date.parse(text);
  if (!Number.isNaN(atMs)) return atMs;
  throw new UsageError(`Cannot use --deployed: expected an instant (2026-11-22T06:00Z), got "${text}"`);
}

/** @throws UsageError */
function readings(value: number): number {
  if (Number.isInteger(value) && value >= LEAST_READINGS && value <= MOST_READINGS) return value;
  throw new UsageError(`Cannot use --readings ${value}: expected a number from ${LEAST_READINGS} to ${MOST_READINGS}`);
}

/** @throws UsageError */
function share(value: number): number {
  if (value > 0 && value < 1) return value;
  throw new UsageError(`Cannot use --confidence ${value}: expected a number between 0 and 1, such as 0.99`);
}
