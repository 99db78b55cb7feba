/**
 * A history as text: for each kind how many and how large at first, at least, at most and at last, and a line of its sizes.
 *
 *     Count first      min      max     last   Size first     min     max    last  Size over time  Kind
 *          18,933   18,933   20,832   20,832      1.7 MB  1.7 MB  1.9 MB  1.9 MB  ▁▂▂▃▄▅▅▆▇▇█      Date
 */
import { maxOf, minOf } from '../../protocol/extremes.ts';
import type { HistoryResult, Measure, PartitionHistory, UsageHistory } from '../../protocol/history.ts';
import { humanCount, humanDuration, humanSize } from '../../protocol/human.ts';
import { oneLine } from '../../protocol/printable.ts';
import type { StoredSpan } from '../store/stored-history.ts';
import { sparkline } from './sparkline.ts';

/** Characters of a sparkline. */
const SPARK_WIDTH = 24;
/** The first column has room for what it is of: `Count first`. */
const FIRST_WIDTH = 11;
/** `1,234,567`, and a size with the mark of an estimate: `~1023 MB`. */
const COUNT_WIDTH = 9;
const SIZE_WIDTH = 8;

export function historyText(result: HistoryResult): string {
  const { target, partitions, usage } = result;
  const texts = [
    ...partitions.map((history) => partitionText(result, history)),
    ...usage.map((history) => usageText(result, history)),
  ];
  return texts.length === 0 ? oneLine(`nothing that fits is stored of ${target}`) : texts.join('\n\n');
}

/** What a store has. */
export function spansText(spans: readonly StoredSpan[]): string {
  if (spans.length === 0) return 'nothing is stored yet';
  const lines = spans.map(({ series, samples, fromMs, toMs }) => {
    const what = series.topic === 'usage' ? 'usage' : `by ${series.by} from ${series.probe}`;
    const span = `${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}`;
    return `${series.target} ${series.isolate}, ${what}: ${samples} samples, ${span}`;
  });
  return linesText(lines);
}

function partitionText(result: HistoryResult, history: PartitionHistory): string {
  const { isolate, by, probe, header, total, kinds, omitted } = history;
  const head = `${result.target} ${isolate}, by ${by} from ${probe}: ${spanText(result, history.samples)}`;
  const columns = ['first', 'min', 'max', 'last'];
  const title = `${titles('Count', columns, COUNT_WIDTH)}  ${titles('Size', columns, SIZE_WIDTH)}  ${'Size over time'.padEnd(SPARK_WIDTH)} ${header}`;
  const line = (name: string, count: Measure, size: Measure, mark: string) =>
    `${figures(count, COUNT_WIDTH, humanCount)}  ${figures(size, SIZE_WIDTH, (value) => `${mark}${humanSize(value)}`)}  ${overTime(size.mean)} ${name}`;
  const rows = kinds.map(({ kind, count, sizeBytes, estimated }) => line(kind, count, sizeBytes, estimated ? '~' : ''));
  const more = omitted > 0 ? [`… ${omitted} more kinds: --rows N or --kind GLOB`] : [];
  return linesText([head, title, ...rows, line('(total)', total.count, total.sizeBytes, ''), ...more]);
}

function usageText(result: HistoryResult, { isolate, samples, gauges }: UsageHistory): string {
  const head = `${result.target} ${isolate}, usage: ${spanText(result, samples)}`;
  const title = `${titles('Size', ['first', 'min', 'max', 'last'], SIZE_WIDTH)}  ${'Over time'.padEnd(SPARK_WIDTH)} Gauge`;
  const rows = gauges.map(
    ({ gauge, value }) => `${figures(value, SIZE_WIDTH, humanSize)}  ${overTime(value.mean)} ${gauge}`,
  );
  return linesText([head, title, ...rows]);
}

function linesText(lines: readonly string[]): string {
  return lines.map((line) => oneLine(line)).join('\n');
}

function spanText({ from, to, stepMs }: HistoryResult, samples: number): string {
  return `${samples} samples, ${from} to ${to}, in steps of ${humanDuration(stepMs)}`;
}

function titles(of: string, columns: readonly string[], width: number): string {
  const [first = '', ...rest] = columns;
  return [`${of} ${first}`.padStart(Math.max(width, FIRST_WIDTH)), ...rest.map((title) => title.padStart(width))].join(
    ' ',
  );
}

function figures({ min, max, last, mean }: Measure, width: number, human: (value: number) => string): string {
  const values = [mean[0] ?? 0, minOf(min), maxOf(max), last.at(-1) ?? 0];
  const [first = '', ...rest] = values.map(human);
  return [first.padStart(Math.max(width, FIRST_WIDTH)), ...rest.map((figure) => figure.padStart(width))].join(' ');
}

/** All of the values, several to a character where they are many. */
function overTime(values: readonly number[]): string {
  const width = Math.min(SPARK_WIDTH, values.length);
  const means = Array.from({ length: width }, (_, at) => {
    const part = values.slice(Math.floor((at * values.length) / width), Math.floor(((at + 1) * values.length) / width));
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
  return sparkline(means, SPARK_WIDTH);
}
