/** `heapwatch gate`: rounds of load on a server, bytes a request by kind, and an exit code for a pull request's job. */
import { accessSync, appendFileSync, constants, existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Argv, CommandModule } from 'yargs';
import { z } from 'zod';
import { readBoundedSync } from '../../agent/base/bounded-file.ts';
import { fileError } from '../../agent/base/file-error.ts';
import { parseTarget } from '../../agent/base/target.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { parseDuration, parseSize } from '../base/units.ts';
import type { GateBaseline, GateReport } from '../gate/report.ts';
import { JudgedError, UndecidedError, UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';

interface GateArguments {
  command: string[] | undefined;
  load: string;
  max: number;
  requests: number | undefined;
  rounds: number;
  warmUp: number;
  confidence: number;
  settle: number;
  ready: number;
  baseline: string | undefined;
  writeBaseline: string | undefined;
  junit: string | undefined;
  markdown: string | undefined;
  github: boolean;
  json: boolean;
}

export function gateCommand(io: Io): CommandModule<object, GateArguments> {
  return {
    builder: (yargs) =>
      yargs
        .positional('command', {
          type: 'string',
          array: true,
          describe: 'after --: what starts the server; or a process that runs: 4711, pid:4711, its port',
        })
        .option('load', { type: 'string', demandOption: true, describe: 'a command that sends requests to it' })
        .option('max', {
          type: 'string',
          default: '16B/req',
          coerce: rate,
          describe: 'bytes a request that may stay',
        })
        .option('requests', {
          type: 'number',
          coerce: (value: number | undefined) => (value === undefined ? value : positive('requests', value)),
          describe: 'that one run of the load makes; default: counted in the server (HTTP/1) where heapwatch starts it',
        })
        .option('rounds', {
          type: 'number',
          default: 8,
          coerce: (value: number) => positive('rounds', value),
          describe: 'at least 6',
        })
        .option('warm-up', { type: 'number', default: 2, describe: 'runs of the load before the first reading' })
        .option('confidence', { type: 'number', default: 0.99, coerce: share, describe: 'of the intervals' })
        .option('settle', {
          type: 'string',
          default: '500ms',
          coerce: duration('settle'),
          describe: 'how long after a load what is alive is read',
        })
        .option('ready', {
          type: 'string',
          default: '30s',
          coerce: duration('ready'),
          describe: 'how long the server may take until it listens',
        })
        .option('baseline', { type: 'string', describe: 'judge what is more than that of an earlier run, by its file' })
        .option('write-baseline', { type: 'string', describe: 'keep the figures of this run in a file' })
        .option('junit', { type: 'string', describe: "write JUnit's XML" })
        .option('markdown', {
          type: 'string',
          describe: 'append a summary',
          defaultDescription: 'GITHUB_STEP_SUMMARY',
        })
        .option('github', {
          type: 'boolean',
          default: process.env.GITHUB_ACTIONS === 'true',
          describe: 'print an annotation where it does not pass',
          defaultDescription: 'in GitHub Actions',
        })
        .option('json', { type: 'boolean', default: false, describe: 'one line of JSON' })
        .example(
          "$0 gate --load 'npx autocannon -a 500 http://localhost:3000' -- node server.js",
          'bytes a request; exit code 0 under 16 B, 6 above, 7 undecided',
        )
        .example(
          "$0 gate 4711 --load './load.sh' --requests 500 --max 50B/req",
          'of a process that runs',
        ) as Argv<unknown> as Argv<GateArguments>,
    handler: async (args) => {
      const { runGate } = await import('../gate/gate.ts');
      const { load, rounds, requests, warmUp, confidence, max: maxBytes, settle, ready } = args;
      if (rounds < LEAST_ROUNDS) throw new UsageError(`Cannot use --rounds ${rounds}: give at least ${LEAST_ROUNDS}`);
      for (const path of [args.writeBaseline, args.junit, args.markdown]) checkFolder(path);
      const baseline = args.baseline === undefined ? undefined : readBaseline(args.baseline, io);
      const about = {
        load,
        rounds,
        requests,
        warmUp,
        confidence,
        maxBytes,
        settleMs: settle,
        readyMs: ready,
        baseline,
      };
      const report = await runGate({ ...serverOf(args.command ?? [], args._.slice(1).map(String)), ...about }, io);
      await write(report, args, io);
      const { gateLine } = await import('../gate/gate-text.ts');
      if (report.state === 'above') throw new JudgedError(gateLine(report));
      if (report.state === 'undecided') throw new UndecidedError(gateLine(report));
    },
  };
}

const LEAST_ROUNDS = 6;

/** Nobody is to wait for minutes of load for what cannot be written. @throws Error of one line */
function checkFolder(path: string | undefined): void {
  if (path === undefined) return;
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch (cause) {
    throw fileError('write', path, cause as NodeJS.ErrnoException);
  }
}

/** @throws UsageError */
function serverOf(
  named: readonly string[],
  command: readonly string[],
): { command: readonly string[] } | { target: string } {
  if (command.length > 0) return { command };
  const [first] = named;
  if (first === undefined) {
    throw new UsageError("Cannot test nothing: name what starts the server, gate --load '…' -- node server.js");
  }
  if (named.length === 1 && ['pid', 'inspector'].includes(parseTarget(first).kind)) return { target: first };
  throw new UsageError(`Cannot tell options of ${first} from ours: write -- before it, gate --load '…' -- ${first}`);
}

async function write(report: GateReport, args: GateArguments, io: Io): Promise<void> {
  const { gateText, gateMarkdown, gateJunit, gateAnnotation } = await import('../gate/gate-text.ts');
  const { bytes, objects, kinds } = report;
  const markdown = args.markdown ?? process.env.GITHUB_STEP_SUMMARY;
  io.print(args.json ? JSON.stringify(report) : gateText(report));
  const annotation = args.github ? gateAnnotation(report) : undefined;
  if (annotation !== undefined && !args.json) io.print(annotation);
  try {
    if (args.writeBaseline !== undefined)
      writeFileSync(args.writeBaseline, `${JSON.stringify({ bytes, objects, kinds })}\n`);
    if (args.junit !== undefined) writeFileSync(args.junit, gateJunit(report));
    if (markdown !== undefined) appendFileSync(markdown, `${gateMarkdown(report)}\n`);
  } catch (cause) {
    const { path = 'the report' } = cause as NodeJS.ErrnoException;
    throw fileError('write', path, cause as NodeJS.ErrnoException);
  }
}

const Bounds = z.object({ estimate: z.number(), lower: z.number(), upper: z.number() });
const Baseline = z.object({
  bytes: Bounds,
  objects: Bounds.optional(),
  kinds: z.array(z.object({ kind: z.string(), objects: Bounds, bytes: Bounds })),
});

/** A kind takes some 200 bytes. */
const MAX_BASELINE_BYTES = 16 * 2 ** 20;

/** Undefined for a file that there is not yet: the first run has nothing to be compared with. @throws UsageError */
function readBaseline(path: string, io: Io): GateBaseline | undefined {
  if (!existsSync(path)) {
    io.say(`no baseline at ${path} yet: judged without one`);
    return undefined;
  }
  try {
    return Baseline.parse(JSON.parse(readBoundedSync(path, MAX_BASELINE_BYTES).toString()));
  } catch (cause) {
    throw new UsageError(`Cannot use --baseline ${path}: it is none, write one with --write-baseline`, { cause });
  }
}

/** @throws UsageError */
function rate(text: string): number {
  const [, size = ''] = /^(.*?)(?:\/req(?:uest)?)?$/.exec(text) ?? [];
  try {
    return parseSize(/^\d+(\.\d+)?$/.test(size) ? `${size}B` : size);
  } catch (cause) {
    throw new UsageError(`Cannot use --max: ${reasonOf(cause)}; such as 50B/req`, { cause });
  }
}

function duration(option: string): (text: string) => number {
  return (text) => {
    try {
      return parseDuration(text);
    } catch (cause) {
      throw new UsageError(`Cannot use --${option}: ${reasonOf(cause)}`, { cause });
    }
  };
}

/** @throws UsageError */
function positive(option: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new UsageError(`Cannot use --${option} ${value}: expected a whole number above 0`);
}

/** @throws UsageError */
function share(value: number): number {
  if (value > 0 && value < 1) return value;
  throw new UsageError(`Cannot use --confidence ${value}: expected a number between 0 and 1, such as 0.99`);
}
