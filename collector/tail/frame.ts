/**
 * One picture of the tail: what was read and what is to be seen of it, as lines of a given size. Pure.
 *
 *     tabs, where there are several targets
 *     target        Node, process, state                       what runs now
 *     gauges        heap, limit, RSS and what stands out of it, external
 *     price         share of the target's time, pace, pause so far
 *     deltas        since when, of the whole set, filter
 *     head          of the table
 *     rows …
 *     foot          question, message, what is typed, or the keys
 */
import { humanDuration, humanSize } from '../../protocol/human.ts';
import type { Incarnation } from '../../protocol/incarnation.ts';
import { memoryShort } from '../../protocol/memory-short.ts';
import type { Usage } from '../../protocol/partition.ts';
import { printable } from '../../protocol/printable.ts';
import { ALL } from '../../protocol/sum.ts';
import { sparkline } from '../terminal/sparkline.ts';
import type { Board } from './board.ts';
import { headText, rowSpans, signedSize } from './columns.ts';
import { signedCount, unshownText } from './figures.ts';
import { HELP } from './help.ts';
import type { KindRow, KindTable } from './kind-table.ts';
import { filtered, sorted } from './sorting.ts';
import { cut, fit, lineWidth, padEnd, pieces, type Span, type StyledLine, span } from './spans.ts';
import type { Extent, View } from './view.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

export interface Picture {
  readonly view: View;
  readonly boards: readonly Board[];
  readonly size: Size;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** The most that the tail may take of the target's time; null where it is a collector that reads it. */
  readonly maxShareRatio: number | null;
  readonly unicode: boolean;
}

/** Exactly `size.rows` lines, none wider than `size.columns`. */
export function frame(picture: Picture): StyledLine[] {
  const { view, boards, size } = picture;
  const board = boards[view.tab] ?? boards[0];
  const foot = footLine(picture, board);
  const top = board ? [...tabLines(picture), ...headLines(picture, board)] : [[span('waiting for a first reading')]];
  const body = view.help ? HELP.map((line) => [span(line)]) : board ? bodyLines(picture, board) : [];
  // the foot stays whatever the height
  const lines = [...top, ...body].slice(0, Math.max(0, size.rows - 1)).map((line) => fit(line, size.columns));
  while (lines.length < size.rows - 1) lines.push([]);
  return [...lines, fit(foot, size.columns)].slice(-size.rows);
}

/** How far the rows reach, for keys that move through them. */
export function extentOf(picture: Picture): Extent {
  const { view, boards, size } = picture;
  const board = boards[view.tab] ?? boards[0];
  const table = board && tableOf(board, view);
  const rows = table ? filtered(table.rows(), view.filter).length : 0;
  return { tabs: boards.length, rows, page: Math.max(1, size.rows - headHeight(picture) - 1) };
}

function headHeight({ boards }: Picture): number {
  return boards.length > 1 ? 6 : 5;
}

function tabLines({ boards, view, size }: Picture): StyledLine[] {
  if (boards.length < 2) return [];
  const tabs = boards.map((board, index) =>
    span(
      ` ${printable(board.name)} `,
      index === view.tab ? 'chosen' : board.state?.state === 'gone' ? 'alarm' : 'plain',
    ),
  );
  // the chosen one stays in sight
  const first = Math.max(0, Math.min(view.tab - 1, boards.length - 1));
  const line = lineWidth(tabs) <= size.columns ? tabs : tabs.slice(first);
  return [line];
}

function headLines(picture: Picture, board: Board): StyledLine[] {
  const { view, size, unicode } = picture;
  const { columns } = size;
  const head = headText(columns, view.sort, view.reversed, unicode);
  return [
    titleLine(picture, board),
    gaugeLine(board, columns, unicode),
    priceLine(picture, board),
    deltaLine(picture, board),
    [span(padEnd(head, columns), 'head')],
  ];
}

function titleLine({ view, size }: Picture, board: Board): StyledLine {
  const { state } = board;
  const left = pieces(
    [
      span(printable(board.name), 'strong'),
      stateSpan(board, view.paused),
      state?.nodeVersion === undefined ? null : span(`Node ${printable(state.nodeVersion)}`),
      processSpan(state),
      board.unshown === 0 ? null : span(unshownText(board.unshown), 'alarm'),
      board.mark === undefined ? null : span(`phase: ${printable(board.mark)}`, 'new'),
    ],
    size.columns,
  );
  return left;
}

function processSpan({ process, incarnation }: Incarnation = {}): Span | null {
  if (process) return span(`pid ${process.pid}`, 'faint');
  return incarnation === undefined ? null : span(printable(incarnation), 'faint');
}

function stateSpan({ state, probing }: Board, paused: boolean): Span | null {
  if (state && state.state !== 'attached') {
    const reason = state.reason === undefined ? '' : `: ${printable(state.reason)}`;
    return span(`${state.state}${reason}`, 'alarm');
  }
  if (probing !== undefined) return span(`reading ${probing} …`, 'new');
  return paused ? span('paused', 'alarm') : null;
}

function gaugeLine({ usage, memory, outside, heapUsed }: Board, columns: number, unicode: boolean): StyledLine {
  if (outside) {
    return pieces(
      [
        span(`heap ${humanSize(outside.heapUsedBytes)}`, 'strong'),
        span(`RSS ${humanSize(outside.rssBytes)}`),
        span('no inspector is open', 'faint'),
        span(sparkline(heapUsed.values, 24, unicode), 'faint'),
      ],
      columns,
    );
  }
  if (!usage) return [span('no reading of the gauges yet', 'faint')];
  const nearLimit = usage.heapUsedBytes > 0.9 * usage.heapLimitBytes;
  const heap = `heap ${humanSize(usage.heapUsedBytes)} of ${humanSize(usage.heapLimitBytes)}`;
  return pieces(
    [
      span(heap, nearLimit ? 'alarm' : 'strong'),
      span(`RSS ${humanSize(usage.rssBytes)}`),
      memory && memory.verdict.cause !== 'small' ? span(`mostly ${memoryShort(memory.verdict)}`, 'new') : null,
      span(`external ${humanSize(usage.externalBytes)}`),
      sharedSpan(usage),
      usage.ceiling ? span(`${humanSize(usage.ceiling.leftBytes)} left (${usage.ceiling.source})`) : null,
      usage.timeToLimit ? span(`full in ${humanDuration(usage.timeToLimit.ms)}`, 'alarm') : null,
      usage.isolate === ALL ? span(`of no isolate ${humanSize(restBytesOf(usage))}`) : null,
      span(sparkline(heapUsed.values, 24, unicode), 'faint'),
    ],
    columns,
  );
}

/** Node counts SharedArrayBuffers among the array buffers and not among what is external, which has all others: 18 to 26. */
function sharedSpan({ arrayBuffersBytes, externalBytes }: Usage): Span | null {
  const atLeastBytes = arrayBuffersBytes - externalBytes;
  return atLeastBytes > 0 ? span(`shared buffers ${humanSize(atLeastBytes)}`) : null;
}

/** As protocol/sum.ts tells it, but never below zero. */
function restBytesOf({ rssBytes, heapTotalBytes, externalBytes }: Usage): number {
  return Math.max(0, rssBytes - heapTotalBytes - externalBytes);
}

/** Where there is not room for all, the share comes before what it is made of. */
function priceLine({ size, maxShareRatio }: Picture, { pace, paused, lastCost }: Board): StyledLine {
  const readings = paused.probes === 1 ? '1 reading' : `${paused.probes} readings`;
  return pieces(
    [
      pace ? span(`costs ${percent(pace.shareRatio)} of its time`, tooDear(pace.shareRatio, maxShareRatio)) : null,
      paused.probes === 0 ? null : span(`paused it ${humanDuration(paused.ms)} in ${readings}`),
      pace?.probe ? span(`${pace.probe} every ${humanDuration(pace.everyMs)}`) : null,
      maxShareRatio === null || !pace ? null : span(`at most ${percent(maxShareRatio)}`, 'faint'),
      lastCost?.pauseMs === undefined ? null : span(`last pause ${humanDuration(lastCost.pauseMs)}`, 'faint'),
    ],
    size.columns,
  );
}

function tooDear(shareRatio: number, maxShareRatio: number | null): 'strong' | 'alarm' {
  return maxShareRatio !== null && shareRatio > maxShareRatio * 1.005 ? 'alarm' : 'strong';
}

function deltaLine({ view, size, nowMs }: Picture, board: Board): StyledLine {
  const table = tableOf(board, view);
  const newest = table?.newest;
  if (!newest) {
    const what = view.shown === undefined ? 'no reading of the kinds yet' : `no ${view.shown} has been read yet`;
    return pieces(
      [span(board.note === undefined ? what : printable(board.note), board.note ? 'alarm' : 'faint')],
      size.columns,
    );
  }
  const ageMs = Math.max(0, nowMs - Date.parse(newest.takenAt));
  const { count, sizeBytes } = table.delta;
  return pieces(
    [
      span(`${newest.probe} ${ageMs < 500 ? 'just now' : `${humanDuration(Math.round(ageMs / 1000) * 1000)} ago`}`),
      span(`since ${clock(table.baseAt!)} ${signedCount(count, 12)} objects, ${signedSize(sizeBytes)}`),
      view.filter === undefined ? null : span(`filter ${printable(view.filter)}`, 'new'),
      board.note === undefined ? null : span(printable(board.note), 'alarm'),
    ],
    size.columns,
  );
}

function bodyLines(picture: Picture, board: Board): StyledLine[] {
  const { view, size, unicode } = picture;
  const { page, rows } = extentOf(picture);
  const top = Math.min(view.top, Math.max(0, rows - page));
  const shown = rowsOf(board, view).slice(top, top + page);
  return shown.map((row) => rowSpans(row, size.columns, unicode));
}

function rowsOf(board: Board, view: View): readonly KindRow[] {
  const rows = tableOf(board, view)?.rows() ?? [];
  return sorted(filtered(rows, view.filter), view.sort, view.reversed);
}

function tableOf(board: Board, view: View): KindTable | undefined {
  return board.table(view.shown);
}

/** Where there is not room for all, the first ones stand. */
const KEYS: readonly (readonly [key: string, does: string])[] = [
  ['?', 'help'],
  ['q', 'quit'],
  ['o', 'sort'],
  ['/', 'filter'],
  ['p', 'probe'],
  ['s', 'snapshot'],
  ['c', 'checkpoint'],
  ['space', 'pause'],
];

const ANSWERS = ' [y/N] ';

function footLine({ view, size, boards }: Picture, board: Board | undefined): StyledLine {
  if (view.question) {
    // what can be answered stays in sight
    return [span(cut(view.question.text, size.columns - ANSWERS.length), 'alarm'), span(ANSWERS, 'strong')];
  }
  if (view.typing !== undefined) return [span('kinds: ', 'strong'), span(`${printable(view.typing)}_`)];
  if (view.message !== undefined) return [span(printable(view.message), 'new')];
  if (board === undefined) return [span('q quit', 'faint')];
  const keys = boards.length > 1 ? [...KEYS.slice(0, 2), ['tab', 'target'] as const, ...KEYS.slice(2)] : KEYS;
  const shown = keys.map(([key, does]) => span(`${key} ${key === 'p' ? `probe: ${view.choice}` : does}`, 'faint'));
  return pieces(shown, size.columns);
}

function percent(ratio: number): string {
  const value = ratio * 100;
  return `${value === 0 ? '0' : value < 0.095 ? value.toFixed(2) : value < 9.95 ? value.toFixed(1) : value.toFixed(0)} %`;
}

/** `17:31:02`, in UTC, as all instants are reported. */
function clock(iso: string): string {
  return iso.slice(11, 19);
}
