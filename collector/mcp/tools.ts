/**
 * What an assistant may ask: each tool is a command of heapwatch with some of its options, none of which writes a file, agrees to
 * a price, or shows contents of strings. Pure.
 */
import { z } from 'zod';
import { limits as protocolLimits } from '../../protocol/limits.ts';
import { UsageError } from '../terminal/exit.ts';

export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: z.ZodRawShape;
  /** The command line; `strings`: contents may be shown. */
  line(args: Readonly<Record<string, unknown>>, strings: boolean): string[];
  /** It may stop a process: the limits above which the person is asked go with it. */
  readonly priced?: true;
  /** The command runs until it is interrupted: after so many seconds. */
  seconds?(args: Readonly<Record<string, unknown>>): number;
}

const MAX_TEXT = 1_000;
const MAX_ROWS = 200;
const MAX_SECONDS = 120;

const target = z
  .string()
  .max(MAX_TEXT)
  .describe('a process of this machine (pid:4711, or the port of its inspector), a .heapsnapshot file, a core file');
const isolate = z.string().max(100).optional().describe('main, the default, or worker:N');
const rows = z.int().min(1).max(MAX_ROWS).optional();
const seconds = z.int().min(1).max(MAX_SECONDS);
/** Those whose kinds are no contents of strings. */
const by = z
  .enum(['kind', 'shape', 'class', 'type', 'size', 'module', 'owner', 'retained', 'referrers', 'duplicates'])
  .optional();
const probe = z
  .enum(['walk', 'types', 'census', 'snapshot'])
  .optional()
  .describe(
    'how it is read; default: walk, from outside, where that can be. Others stop the process for longer: the person is asked',
  );

export const TOOLS: readonly Tool[] = [
  {
    name: 'targets',
    title: 'Node.js processes of this machine',
    description: 'Lists Node.js processes with their pid, port, version, title and RSS. Costs them nothing.',
    input: {},
    line: () => ['ls'],
  },
  {
    name: 'partition',
    priced: true,
    title: 'What is in a heap',
    description: "Prints heapy's table of a process or a file: count and bytes by kind, largest first.",
    input: { target, by, rows, probe, isolate },
    line: (args) => ['heap', word(args.target), ...options(args, ['by', 'rows', 'probe', 'isolate'])],
  },
  {
    name: 'diff',
    priced: true,
    title: 'Difference of two heaps',
    description: 'Prints by kind what heap a has more than heap b: processes or files.',
    input: { a: target, b: target, by, rows },
    line: (args) => ['diff', word(args.a), word(args.b), ...options(args, ['by', 'rows'])],
  },
  {
    name: 'tail',
    title: 'Counts over some seconds',
    description: 'Follows the counts of kinds of a process for some seconds: a line of JSON a reading.',
    input: { target, seconds, kind: z.string().max(MAX_TEXT).optional().describe('a glob of kinds') },
    line: (args) => ['tail', word(args.target), '--json', ...options(args, ['kind'])],
    seconds: (args) => Number(args.seconds),
  },
  {
    name: 'survivors',
    priced: true,
    title: 'What leaks',
    description:
      'Watches a process while it works, by seven readings over some seconds, and says what was born and stayed, how surely, ' +
      'which variable holds it, and what to do. It needs load meanwhile.',
    input: {
      target,
      seconds,
      isolate,
      pattern: z.boolean().optional().describe('heapy’s reference pattern of what leaks: who refers to it, by kind'),
    },
    line: (args, strings) => [
      'leak',
      word(args.target),
      `--for=${Number(args.seconds)}s`,
      ...options(args, ['isolate', 'pattern']),
      ...hidden(strings),
    ],
  },
  {
    name: 'report',
    priced: true,
    title: 'What is wrong in a heap',
    description:
      'Findings, worst first: leaks, piles, waste, what holds them and the next step; of a process or a file.',
    input: { target, isolate, baseline: target.optional().describe('an earlier heap of the same program, a file') },
    line: (args, strings) => [
      'report',
      word(args.target),
      ...options(args, ['isolate', 'baseline']),
      ...hidden(strings),
    ],
  },
  {
    name: 'path',
    priced: true,
    title: 'What keeps an object alive',
    description:
      'The shortest paths from the roots of the program to the nearest object of a class, or to an object by id (@4711).',
    input: { target, to: z.string().max(MAX_TEXT).describe("Session, 'elements of Array', @4711"), rows, isolate },
    line: (args, strings) => [
      'path',
      word(args.target),
      word(args.to),
      ...options(args, ['rows', 'isolate']),
      ...hidden(strings),
    ],
  },
  {
    name: 'pattern',
    priced: true,
    title: 'Who refers to objects',
    description: "Heapy's reference pattern of a kind: who refers to it, by kind, and who refers to those.",
    input: {
      target,
      kind: z.string().max(MAX_TEXT).describe("as partition shows it: Session, 'elements of Array'"),
      depth: z.int().min(1).max(protocolLimits.maxPatternLevels).optional(),
      rows,
      isolate,
    },
    line: (args, strings) => [
      'pattern',
      word(args.target),
      word(args.kind),
      ...options(args, ['depth', 'rows', 'isolate']),
      ...hidden(strings),
    ],
  },
  {
    name: 'what_if',
    priced: true,
    title: 'What would be freed',
    description:
      'By kind, what only one holder keeps alive: an object (@4711), a kind, listeners, timers, console, package:NAME.',
    input: { target, holder: z.string().max(MAX_TEXT), rows, isolate },
    line: (args) => ['what-if', word(args.target), word(args.holder), ...options(args, ['rows', 'isolate'])],
  },
  {
    name: 'alerts',
    title: 'What fires',
    description: 'Alerts of a collector that are pending or firing, by its address (ws://…).',
    input: { source: z.string().max(MAX_TEXT) },
    line: (args) => ['alerts', 'list', word(args.source)],
  },
  {
    name: 'pending',
    priced: true,
    title: 'What waits',
    description: 'Timers, promises, listeners and handles by the function that they are for; what only lives weakly.',
    input: { target, isolate },
    line: (args) => ['pending', word(args.target), ...options(args, ['isolate'])],
  },
  {
    name: 'rss',
    title: 'Where RSS is',
    description:
      'RSS of a process as parts that sum to it, what stands out, the nearest limit. From outside, without a stop.',
    input: { target },
    line: (args) => ['rss', word(args.target)],
  },
  {
    name: 'prices',
    priced: true,
    title: 'What probes would cost',
    description:
      'The pause and the memory that each probe of a process would take now, and whether it fits. Runs none.',
    input: { target, isolate },
    line: (args) => ['prices', word(args.target), ...options(args, ['isolate'])],
  },
  {
    name: 'history',
    title: 'Kinds or gauges over time',
    description: "Of a target of a collector, from the collector's store (heapwatch.db) or its address (ws://…).",
    input: {
      source: z.string().max(MAX_TEXT),
      target: z.string().max(MAX_TEXT).optional(),
      kind: z.string().max(MAX_TEXT).optional(),
      usage: z.boolean().optional().describe('gauges instead of kinds'),
      from: z.string().max(100).optional().describe('how long ago: 2h'),
      rows,
    },
    line: (args) => ['history', word(args.source), ...options(args, ['target', 'kind', 'usage', 'from', 'rows'])],
  },
  {
    name: 'autopsy',
    title: 'Why a process ended',
    description: "By a collector's store or address: which ceiling, what grew in the last hour, who held it.",
    input: { source: z.string().max(MAX_TEXT), target: z.string().max(MAX_TEXT).optional() },
    line: (args) => ['autopsy', word(args.source), ...options(args, ['target'])],
  },
];

/** @throws UsageError for a word that would be an option: it might agree to a price */
function word(value: unknown): string {
  const text = String(value);
  if (!text.startsWith('-')) return text;
  throw new UsageError(`Cannot use "${text}" as a name: it begins with -`);
}

/** Each in one word, so that no value is an option of its own. */
function options(args: Readonly<Record<string, unknown>>, names: readonly string[]): string[] {
  return names.filter((name) => args[name] !== undefined).map((name) => `--${name}=${String(args[name])}`);
}

function hidden(strings: boolean): string[] {
  return strings ? [] : ['--no-strings'];
}
