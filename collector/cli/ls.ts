/** `heapwatch ls`: Node processes of this machine with an open inspector, and those that could be opened. */
import type { CommandModule } from 'yargs';
import type { Found } from '../../agent/discover.ts';
import { printable } from '../../protocol/printable.ts';
import { UsageError } from './exit.ts';
import type { Io } from './io.ts';
import { roughDuration, roughSize } from './rough.ts';

interface LsArguments {
  ports: readonly [number, number];
  heap: boolean;
  json: boolean;
}

const HEADS = ['TARGET', 'PID', 'NODE', 'UP', 'RSS', 'TITLE'];
const HEADS_WITH_HEAP = ['TARGET', 'PID', 'NODE', 'UP', 'RSS', 'HEAP', 'TITLE'];

export function lsCommand(io: Io): CommandModule<object, LsArguments> {
  return {
    command: 'ls',
    describe: 'list the Node processes of this machine that can be attached to, and those that could be opened',
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
          describe: 'attach for a moment to each that nobody else is attached to, and tell its heap',
        })
        .option('json', { type: 'boolean', default: false, describe: 'one line of JSON a process' })
        .example('$0 ls', 'signals nobody and attaches to nobody: reads /proc, and asks the inspectors that are open'),
    handler: async ({ ports, heap, json }) => {
      const { discover } = await import('../../agent/discover.ts');
      const found = await discover({ ports, heap, signal: io.signal });
      if (json) for (const process of found) io.print(JSON.stringify(process));
      else if (found.length > 0)
        io.print(table([heap ? HEADS_WITH_HEAP : HEADS, ...found.map((each) => cells(each, heap))]));
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

function cells(found: Found, heap: boolean): string[] {
  const { state, address, pid, nodeVersion, uptimeMs, rssBytes, heapUsedBytes, title = '', reason } = found;
  const target = { open: address ?? '', openable: `pid:${pid}`, closed: '-' }[state];
  return [
    target,
    pid === undefined ? '-' : String(pid),
    nodeVersion ?? '-',
    uptimeMs === undefined ? '-' : roughDuration(uptimeMs),
    sizeCell(rssBytes),
    ...(heap ? [sizeCell(heapUsedBytes)] : []),
    printable(reason === undefined ? title : `${title} (${reason})`).replaceAll(/\s+/g, ' '),
  ];
}

function sizeCell(bytes: number | undefined): string {
  return bytes === undefined ? '-' : roughSize(bytes);
}

/** Columns as wide as their widest cell; the last runs free. The first row are the heads. */
function table(rows: readonly string[][]): string {
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
