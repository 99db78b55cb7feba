/** `heapwatch ls`: Node processes of this machine with an open inspector, and those that could be opened. */
import type { CommandModule } from 'yargs';
import type { DiscoveredProcess } from '../../agent/probe/discover.ts';
import { maxOf } from '../../protocol/extremes.ts';
import { humanDuration, humanSize } from '../../protocol/human.ts';
import { memoryShort } from '../../protocol/memory-short.ts';
import { oneLine } from '../../protocol/printable.ts';
import { UsageError } from '../terminal/exit.ts';
import type { Io } from '../terminal/io.ts';

interface LsArguments {
  ports: readonly [number, number];
  heap: boolean;
  memory: boolean;
  json: boolean;
}

const HEADS = ['TARGET', 'PID', 'NODE', 'UP', 'RSS'];

export function lsCommand(io: Io): CommandModule<object, LsArguments> {
  return {
    builder: (yargs) =>
      yargs
        .option('ports', {
          type: 'string',
          default: '9229-9239',
          coerce: portRange,
          describe: 'ports of this machine to ask as well (containers, tunnels)',
        })
        .option('heap', {
          type: 'boolean',
          default: false,
          describe: 'attach briefly to each that has no other client, and show its heap',
        })
        .option('memory', {
          type: 'boolean',
          default: false,
          describe: 'take the memory of each apart from outside, and show what stands out; heapwatch rss tells more',
        })
        .option('json', { type: 'boolean', default: false, describe: 'one line of JSON a process' })
        .example('$0 ls', 'sends no signal and attaches to nothing: reads /proc, and asks open inspectors'),
    handler: async ({ ports, heap, memory, json }) => {
      const { discover } = await import('../../agent/probe/discover.ts');
      const found = await discover({ ports, heap, memory, signal: io.signal });
      if (json) for (const process of found) io.print(JSON.stringify(process));
      else if (found.length > 0)
        io.print(
          table([
            [...HEADS, ...(heap ? ['HEAP'] : []), ...(memory ? ['MOSTLY'] : []), 'TITLE'],
            ...familiesOf(found).map(([each, depth]) => cells(each, { heap, memory }, depth)),
          ]),
        );
      else io.say('no Node process found; start one with --inspect');
    },
  };
}

/** @throws UsageError */
function portRange(text: string): readonly [number, number] {
  const [, first, last] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const range = [Number(first), Number(last ?? first)] as const;
  if (range[0] >= 1 && range[0] <= range[1] && range[1] <= 65_535) return range;
  throw new UsageError(`Cannot use --ports ${text}: expected a range such as 9229-9239`);
}

/** Each with its depth: those that a process has started stand below it, else in their order. */
export function familiesOf(found: readonly DiscoveredProcess[]): [found: DiscoveredProcess, depth: number][] {
  const byParent = new Map<number | undefined, DiscoveredProcess[]>();
  for (const each of found) byParent.set(each.parentPid, [...(byParent.get(each.parentPid) ?? []), each]);
  const families: [DiscoveredProcess, number][] = [];
  const pending = (byParent.get(undefined) ?? []).map((each): [DiscoveredProcess, number] => [each, 0]).reverse();
  for (let next = pending.pop(); next; next = pending.pop()) {
    families.push(next);
    const [{ pid }, depth] = next;
    const children = pid === undefined ? [] : (byParent.get(pid) ?? []);
    for (const child of children.toReversed()) pending.push([child, depth + 1]);
  }
  return families;
}

function cells(found: DiscoveredProcess, shown: Pick<LsArguments, 'heap' | 'memory'>, depth: number): string[] {
  const {
    state,
    address,
    pid,
    nodeVersion,
    uptimeMs,
    rssBytes,
    heapUsedBytes,
    memory,
    title = '',
    wrapper,
    reason,
    walk,
  } = found;
  const remarks = [
    ...(wrapper ? ['starts others, the program is below'] : []),
    ...(reason === undefined ? [] : [walk && state === 'closed' ? `can be walked only: ${reason}` : reason]),
  ];
  const target = { open: address ?? '', openable: `pid:${pid}`, closed: walk ? `pid:${pid}` : '-' }[state];
  const line = [
    target,
    pid === undefined ? '-' : String(pid),
    nodeVersion ?? '-',
    uptimeMs === undefined ? '-' : humanDuration(uptimeMs),
    sizeCell(rssBytes),
    ...(shown.heap ? [sizeCell(heapUsedBytes)] : []),
    ...(shown.memory ? [memory ? memoryShort(memory) : '-'] : []),
    remarks.length === 0 ? title : `${title} (${remarks.join('; ')})`,
  ];
  const plain = line.map((cell) => oneLine(cell.replaceAll(/\s+/g, ' ')));
  const branch = depth === 0 ? '' : `${'  '.repeat(depth - 1)}└ `;
  return plain.with(-1, `${branch}${plain.at(-1)}`);
}

function sizeCell(bytes: number | undefined): string {
  return bytes === undefined ? '-' : humanSize(bytes);
}

/** Columns as wide as their widest cell; the last runs free. The first row are the heads. */
function table(rows: readonly string[][]): string {
  const widths = rows[0]!.map((_, at) => maxOf(rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
