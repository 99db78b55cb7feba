/**
 * What an assistant may ask a collector over HTTP: its requests, as text. Each is answered as the same caller would be on the
 * stream: a viewer's token looks at what is stored, an operator's may have probes run, and each probe's price is agreed to by the
 * person at the host where a limit is against it.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { aligned } from '../../protocol/aligned.ts';
import { diffTable } from '../../protocol/diff-table.ts';
import type { StreamEvent } from '../../protocol/events.ts';
import type { AnswerTo, Question } from '../../protocol/explore.ts';
import type { Request } from '../../protocol/frames.ts';
import { matchesGlob } from '../../protocol/glob.ts';
import { humanDuration, humanSize, signed } from '../../protocol/human.ts';
import type { Partition, Probe } from '../../protocol/partition.ts';
import type { ProbePrice } from '../../protocol/prices.ts';
import { type Method, type Params, RequestError, type Result } from '../../protocol/requests.ts';
import { partitionTable } from '../../protocol/table.ts';
import { autopsyText } from '../autopsy/autopsy-text.ts';
import { readAutopsy } from '../autopsy/read-autopsy.ts';
import type { EventLog } from '../log/log.ts';
import { historyText } from '../terminal/history-table.ts';
import type { How, OfferedTool } from './server.ts';
import type { ToolResult } from './tool-run.ts';

/** Answers as to the caller of the call that is under way. @throws RequestError */
export type AskCollector = (request: Pick<Request, 'method' | 'params'>, signal: AbortSignal) => Promise<unknown>;

const MAX_TEXT = 1_000;
const MAX_ROWS = 200;
const MAX_SECONDS = 120;
const DEFAULT_ROWS = 20;
/** Lines of a tail: what comes faster is left out. */
const MAX_LINES = 2_000;
/** Kinds of a reading that a tail shows. */
const TAILED_KINDS = 5;

const name = z.string().min(1).max(MAX_TEXT);
const target = name.describe('a target by its name, as targets lists it');
const isolate = name.optional().describe('main, the default, or worker:N');
const rows = z.int().min(1).max(MAX_ROWS).optional();
const instant = z.iso.datetime().optional();
const id = name.describe('a stored partition by its id, as partitions lists it');
/** Of what is asked about in a snapshot. */
const subject = {
  target,
  isolate,
  snapshot: name.optional().describe('a kept snapshot; default: the newest of the target'),
  kind: name.optional().describe('default: the whole heap'),
};

export function collectorTools(asked: AskCollector, log: Pick<EventLog, 'follow'>): OfferedTool[] {
  /** A request of the protocol, whose result is its own. */
  const asking =
    (signal: AbortSignal) =>
    async <M extends Method>(method: M, params: Params<M>): Promise<Result<M>> =>
      (await asked({ method, params: params as Record<string, unknown> }, signal)) as Result<M>;
  const explored = async <Q extends Question>(question: Q, signal: AbortSignal) =>
    (await asking(signal)('explore', question)) as AnswerTo<Q['question']>;

  return [
    tool(
      'targets',
      'Targets of this collector',
      'Lists targets, the state of each, and why.',
      {},
      async (_, { signal }) => {
        const { targets } = await asking(signal)('targets', {});
        const lines = targets.map(({ target, state, nodeVersion = '', incarnation = '', reason = '' }) =>
          [target, state, nodeVersion, incarnation, reason].filter((word) => word !== '').join('  '),
        );
        return lines.length > 0 ? lines.join('\n') : 'the collector has no targets';
      },
    ),
    tool(
      'partition',
      'What is in a heap',
      "Prints heapy's table of a target: the newest that is stored, one by its id, or with `probe` a new one, for an operator.",
      {
        target,
        isolate,
        id: id.optional(),
        by: name.optional().describe('a classifier: kind, shape, size, module …'),
        probe: z.enum(['walk', 'sampling', 'types', 'census', 'snapshot']).optional(),
        rows,
      },
      async ({ target, isolate, id, by, probe, rows = DEFAULT_ROWS }, how) => {
        const ask = asking(how.signal);
        const found = probe ? await taken({ target, isolate, by, probe }, ask, how) : { id };
        const which = found.id ?? (await newest({ target, isolate, by }, ask));
        const { partition } = await ask('partition', { id: which });
        return [headOf(partition), partitionTable(partition, { rows })].join('\n');
      },
    ),
    tool(
      'partitions',
      'Which partitions are stored',
      'Lists stored partitions of a target, newest first, with the ids that partition and diff take.',
      { target, isolate, by: name.optional(), from: instant, to: instant, rows },
      async ({ rows = DEFAULT_ROWS, ...query }, { signal }) => {
        const { partitions, omitted } = await asking(signal)('partitions', {
          ...present(query),
          target: query.target,
          limit: rows,
        });
        const lines = partitions.map(
          ({ id, takenAt, isolate, by, probe, sizeBytes }) =>
            `${id}  ${takenAt}  ${isolate} by ${by} from ${probe}  ${humanSize(sizeBytes)}`,
        );
        return [...lines, ...(omitted > 0 ? [`${omitted} older ones`] : [])].join('\n') || 'none is stored that fits';
      },
    ),
    tool(
      'diff',
      'Difference of two partitions',
      'Prints by kind what partition a has more than partition b.',
      { a: id, b: id, rows },
      async ({ a, b, rows = DEFAULT_ROWS }, { signal }) => {
        const [one, other] = [
          await asking(signal)('partition', { id: a }),
          await asking(signal)('partition', { id: b }),
        ];
        const [ofA, ofB] = aligned(one.partition, other.partition);
        return diffTable(ofA, ofB, { rows });
      },
    ),
    tool(
      'tail',
      'What comes in over some seconds',
      'Follows the readings of a target for some seconds, as its schedule takes them: gauges, and the kinds that changed most.',
      { target, seconds: z.int().min(1).max(MAX_SECONDS), kind: name.optional().describe('a glob of kinds') },
      async ({ target, seconds, kind = '*' }, { signal }) => {
        // the log tells all of all targets: whoever asks is told of those that he may see
        const { targets } = await asking(signal)('targets', {});
        if (!targets.some((each) => each.target === target)) {
          throw new RequestError('not-found', `Cannot follow "${target}": there is no such target, see targets`);
        }
        const lines: string[] = [];
        const last = new Map<string, Partition>();
        const end = log.follow(({ head, event }) => {
          if (head.target !== target || lines.length >= MAX_LINES) return;
          for (const line of tailLines(event, kind, last)) lines.push(line);
        });
        try {
          await wait(seconds * 1_000, undefined, { signal });
        } finally {
          end();
        }
        return lines.length > 0 ? lines.join('\n') : `nothing was read of ${target} in ${seconds} s`;
      },
    ),
    tool(
      'history',
      'Kinds or gauges over time',
      'What is stored of a target over a span of time: first, least, most and last, by kind.',
      {
        target,
        isolate,
        usage: z.boolean().optional().describe('gauges'),
        kind: name.optional(),
        from: instant,
        to: instant,
        rows,
      },
      async ({ target, usage, rows, ...query }, { signal }) =>
        historyText(
          await asking(signal)('history', {
            ...present(query),
            target,
            ...(usage && { topic: 'usage' as const }),
            ...(rows !== undefined && { limit: rows }),
          }),
        ),
    ),
    tool(
      'survivors',
      'Which sites leak',
      'Allocation sites of which something of every age has stayed alive, by how much: of a target that is sampled on a schedule.',
      { target, isolate },
      async ({ target, isolate }, { signal }) => {
        const ask = asking(signal);
        const id = await newest({ target, isolate, probe: 'sampling' }, ask);
        const { partition } = await ask('partition', { id });
        const lines = partition.rows
          .flatMap(({ kind, sizeBytes, survived }) => (survived?.sizeBytes ? [{ kind, sizeBytes, survived }] : []))
          .toSorted((a, b) => b.survived.sizeBytes - a.survived.sizeBytes)
          .map(
            ({ kind, sizeBytes, survived }) => `${humanSize(survived.sizeBytes)} of ${humanSize(sizeBytes)}  ${kind}`,
          );
        const none = 'nothing has survived steadily yet: it takes five readings at least';
        return [headOf(partition), ...(lines.length > 0 ? lines : [none])].join('\n');
      },
    ),
    tool(
      'prices',
      'What probes would cost',
      'The pause and the memory that each probe of a target would take now, and whether it may run.',
      { target, isolate },
      async (query, { signal }) => {
        const { prices } = await asking(signal)('prices', { ...present(query), target: query.target });
        return prices.map(priceLine).join('\n');
      },
    ),
    tool(
      'alerts',
      'What fires',
      'Alerts that are pending or firing, with their reason and what holds what grew.',
      {},
      async (_, { signal }) => {
        const { alerts } = await asking(signal)('alerts', {});
        const lines = alerts.map(({ state, rule, target, kind, reason }) =>
          [state, rule, target, kind, reason].filter((word) => word !== undefined).join('  '),
        );
        return lines.length > 0 ? lines.join('\n') : 'no alert is pending or firing';
      },
    ),
    tool(
      'autopsy',
      'Why a target ended',
      'Which ceiling it reached, what grew in the last hour, and who held it.',
      { target },
      async ({ target }, { signal }) => {
        const ask = asking(signal);
        const autopsy = await readAutopsy(target, {
          events: (query) => ask('events', query),
          history: (query) => ask('history', query),
        });
        return autopsyText(autopsy);
      },
    ),
    tool(
      'snapshots',
      'Snapshots that are kept',
      'Lists the heap snapshots that the collector keeps: pattern and path ask about them.',
      { target: target.optional() },
      async (query, { signal }) => {
        const { snapshots } = await asking(signal)('snapshots', present(query));
        const lines = snapshots.map(({ name, sizeBytes }) => `${name}  ${humanSize(sizeBytes)}`);
        return lines.length > 0 ? lines.join('\n') : 'no snapshot is kept';
      },
    ),
    tool(
      'pattern',
      'Who refers to objects',
      "Heapy's reference pattern of a kind in a kept snapshot: who refers to it, by kind, and who refers to those. Operators only.",
      { ...subject, depth: z.int().min(1).max(5).optional() },
      async ({ target, depth = 3, ...about }, { signal }) => {
        const { nodes } = await explored({ question: 'pattern', ...present(about), target, depth, limit: 8 }, signal);
        return nodes
          .map(({ path, count, kind, items, end }) => {
            const ends = end === undefined ? '' : ` (${end})`;
            return `${'  '.repeat(path.length)}[${count}] ${kind}: ${items}${ends}`;
          })
          .join('\n');
      },
    ),
    tool(
      'path',
      'What keeps objects alive',
      'The shortest paths from the roots of the program to objects of a kind, in a kept snapshot. Operators only.',
      { ...subject, id: z.int().nonnegative().optional().describe('of one object: 4711') },
      async ({ target, ...about }, { signal }) => {
        const { paths } = await explored({ question: 'paths', ...present(about), target }, signal);
        return paths.length > 0 ? paths.map(({ text }) => text).join('\n') : 'no path: nothing keeps them alive';
      },
    ),
  ];
}

type Args<S extends z.ZodRawShape> = z.infer<z.ZodObject<S>>;
type Ask = <M extends Method>(method: M, params: Params<M>) => Promise<Result<M>>;

function tool<S extends z.ZodRawShape>(
  name: string,
  title: string,
  description: string,
  input: S,
  answer: (args: Args<S>, how: Asking) => Promise<string>,
): OfferedTool {
  return {
    ...{ name, title, description, input },
    work: async (args, how): Promise<ToolResult> => {
      const asked: string[] = [];
      const ask = (question: string) => {
        asked.push(question);
        return how.ask(question);
      };
      // the server has checked them by `input`
      return { text: await answer(args as Args<S>, { ...how, ask }), failed: false, asked };
    },
  };
}

type Asking = How;

/** Without what was not given. */
function present<T extends object>(args: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined)) as never;
}

interface Wanted {
  readonly target: string;
  readonly isolate: string | undefined;
  readonly by?: string | undefined;
  readonly probe?: Probe;
}

async function newest({ target, ...which }: Wanted, ask: Ask): Promise<string> {
  const { partitions } = await ask('partitions', { ...present(which), target, limit: 1 });
  const [head] = partitions;
  if (head) return head.id;
  throw new RequestError(
    'not-found',
    `Cannot show a partition of ${target}: none is stored that fits; take one with probe`,
  );
}

/** Runs a probe, whose price is agreed to where a limit is against it. @throws RequestError `refused` */
async function taken(
  { probe, ...wanted }: Wanted & { probe: Probe },
  ask: Ask,
  { ask: person }: Asking,
): Promise<{ id: string }> {
  const { by, ...where } = present(wanted);
  const run = (yes: boolean) =>
    ask('probe', { ...where, target: wanted.target, probe, ...(by !== undefined && { by: [by] }), yes });
  const { prices } = await ask('prices', { ...where, target: wanted.target });
  const price = prices.find((each) => each.probe === probe);
  if (price?.verdict !== 'asks') return first(await run(false));
  const agreed = await person(`${probe} of ${wanted.target}: ${priceLine(price)}. Take it?`);
  if (agreed) return first(await run(true));
  const why = agreed === null ? 'the host cannot ask its person' : 'the person does not agree';
  throw new RequestError('refused', `Cannot run ${probe}: ${why} to its price, ${priceLine(price)}`);
}

/** @throws RequestError where it gave none */
function first({ partitions: [id] }: Result<'probe'>): { id: string } {
  if (id !== undefined) return { id };
  throw new RequestError('probe-failed', 'Cannot show a partition: the probe gave none');
}

function priceLine({ probe, forecast, verdict, reason }: ProbePrice): string {
  const cost = `${humanDuration(forecast.pauseMs)} of pause, ${humanSize(forecast.extraBytes)} of extra memory`;
  return `${probe}: ${cost}: ${verdict}${reason === undefined ? '' : `, ${reason}`}`;
}

function headOf({ id, target, isolate, probe, by, takenAt }: Partition): string {
  return `${id}: ${target} ${isolate}, by ${by} from ${probe}, ${takenAt}`;
}

/** @param last partition of each sort, which is replaced */
function tailLines(event: StreamEvent, glob: string, last: Map<string, Partition>): string[] {
  if (event.type === 'usage') {
    const { takenAt, isolate, heapUsedBytes, externalBytes, rssBytes } = event;
    const figures = `heap ${humanSize(heapUsedBytes)}, external ${humanSize(externalBytes)}, RSS ${humanSize(rssBytes)}`;
    return [`${takenAt}  ${isolate}  ${figures}`];
  }
  if (event.type !== 'partition' || event.since) return [];
  const { takenAt, isolate, probe, by, count, sizeBytes, rows } = event;
  const sort = `${isolate} ${probe} ${by}`;
  const before = new Map(last.get(sort)?.rows.map((row) => [row.kind, row.sizeBytes]));
  const isFirst = !last.has(sort);
  last.set(sort, event);
  const changed = rows
    .filter(({ kind }) => matchesGlob(glob, kind))
    .map((row) => ({ ...row, gain: isFirst ? 0 : row.sizeBytes - (before.get(row.kind) ?? 0) }))
    .toSorted((a, b) => Math.abs(b.gain) - Math.abs(a.gain))
    .slice(0, TAILED_KINDS)
    .map(
      ({ kind, count, sizeBytes, gain }) =>
        `    ${kind}  ${count}  ${humanSize(sizeBytes)}  ${signed(gain, humanSize)}`,
    );
  return [`${takenAt}  ${isolate} by ${by} from ${probe}: ${count} objects, ${humanSize(sizeBytes)}`, ...changed];
}
