/**
 * What an assistant may ask a collector over HTTP: its requests, as text. Each is answered as the same caller would be on the
 * stream: a viewer's token looks at what is stored, an operator's may have probes run, and each probe's price is agreed to by the
 * person at the host where a limit is against it.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { aligned } from '../../protocol/aligned.ts';
import { diffTable } from '../../protocol/diff-table.ts';
import type { Report } from '../../protocol/finding.ts';
import type { Request } from '../../protocol/frames.ts';
import { humanSize } from '../../protocol/human.ts';
import { targetMemoryText } from '../../protocol/memory-table.ts';
import type { Partition } from '../../protocol/partition.ts';
import { type Method, type Params, RequestError, type Result } from '../../protocol/requests.ts';
import { partitionTable } from '../../protocol/table.ts';
import { autopsyText } from '../autopsy/autopsy-text.ts';
import { readAutopsy } from '../autopsy/read-autopsy.ts';
import type { EventLog } from '../log/log.ts';
import { historyText } from '../terminal/history-table.ts';
import { priceLine } from '../terminal/price-line.ts';
import { newest, taken } from './probing.ts';
import type { OfferedTool } from './server.ts';
import { snapshotTools } from './snapshot-tools.ts';
import { tailLines } from './tail-lines.ts';
import { type Ask, present, tool } from './tool.ts';

/** Answers as to the caller of the call that is under way. @throws RequestError */
export type AskCollector = (request: Pick<Request, 'method' | 'params'>, signal: AbortSignal) => Promise<unknown>;

const MAX_TEXT = 1_000;
const MAX_ROWS = 200;
const MAX_SECONDS = 120;
const DEFAULT_ROWS = 20;
/** Lines of a tail: what comes faster is left out. */
const MAX_LINES = 2_000;

const name = z.string().min(1).max(MAX_TEXT);
const target = name.describe('a target by its name, as targets lists it');
const isolate = name.optional().describe('main, the default, or worker:N');
const rows = z.int().min(1).max(MAX_ROWS).optional();
const instant = z.iso.datetime().optional();
const id = name.describe('a stored partition by its id, as partitions lists it');

export interface CollectorToolsOptions {
  readonly ask: AskCollector;
  /** What is found in a kept snapshot, which the caller may read. @throws RequestError */
  readonly report: (snapshot: string, signal: AbortSignal) => Promise<Report>;
  readonly log: Pick<EventLog, 'follow'>;
}

export function collectorTools({ ask: asked, report, log }: CollectorToolsOptions): OfferedTool[] {
  /** A request of the protocol, whose result is its own. */
  const asking =
    (signal: AbortSignal): Ask =>
    async <M extends Method>(method: M, params: Params<M>): Promise<Result<M>> =>
      (await asked({ method, params: params as Record<string, unknown> }, signal)) as Result<M>;

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
      'rss',
      'Where RSS is',
      'RSS of a target as parts that sum to it, what stands out, the nearest limit: by its newest reading from outside.',
      { target },
      async ({ target }, { signal }) => {
        const { memories } = await asking(signal)('events', { target, limit: 1 });
        const [memory] = memories;
        if (memory) return targetMemoryText(memory);
        return `nothing is known of it yet: the memory of a process of this machine is taken apart once a minute`;
      },
    ),
    ...snapshotTools(asking, report),
  ];
}

function headOf({ id, target, isolate, probe, by, takenAt }: Partition): string {
  return `${id}: ${target} ${isolate}, by ${by} from ${probe}, ${takenAt}`;
}
