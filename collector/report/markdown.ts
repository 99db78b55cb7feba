/** A report as Markdown: for a ticket, for a terminal. */
import type { Finding, Report } from '../../protocol/finding.ts';
import { humanCount, humanSize } from '../../protocol/human.ts';
import { oneLine } from '../../protocol/printable.ts';
import { confidenceText, heapText, METHOD, partText, pendingRows, verdict, weakRows } from './words.ts';

/** Rows of the table of kinds. */
const KINDS = 10;

export function markdown(report: Report): string {
  const { findings, squares, sizeBytes, baselines } = report;
  const lines = [
    '# Heap report',
    '',
    text(heapText(report)),
    '',
    ...baselines.map(
      (heap) => `- before: ${text(heap.target)}, ${humanCount(heap.count)} objects, ${humanSize(heap.sizeBytes)}`,
    ),
    ...(baselines.length > 0 ? [''] : []),
    `**${verdict(findings)}**`,
    ...findings.flatMap((finding, at) => findingLines(finding, at + 1)),
    '',
    '## Kinds by their own size',
    '',
    '| kind | objects | size | of the heap |',
    '| ---- | ------: | ---: | ----------: |',
    ...squares
      .slice(0, KINDS)
      .map(
        (row) =>
          `| ${code(row.kind)} | ${humanCount(row.count)} | ${humanSize(row.sizeBytes)} | ${partText(row.sizeBytes, sizeBytes)} |`,
      ),
    ...sectionLines('Work that waits', ['what', 'for', 'count', 'holds'], pendingRows(report)),
    ...sectionLines('What lives weakly', ['what', 'count', 'empty'], weakRows(report)),
    '',
    METHOD,
  ];
  return lines.join('\n');
}

function sectionLines(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  return [
    '',
    `## ${title}`,
    '',
    rowLine(head),
    rowLine(head.map(() => '---')),
    ...rows.map((row) => rowLine(row.map(text))),
  ];
}

function rowLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function findingLines(finding: Finding, number: number): string[] {
  const { severity, title, reason, confidence, path, heldBy, parts = [], series = [], next } = finding;
  return [
    '',
    `## ${number}. ${severity}: ${text(title)}`,
    '',
    `${text(reason)} (${confidenceText(confidence)})`,
    '',
    ...(path === undefined ? [] : [`- path: ${code(path)}`]),
    ...(heldBy === undefined ? [] : [`- held by: ${heldBy.map(code).join(' ← ')}`]),
    ...parts.map((part) => `- ${code(part.text)}: ${humanCount(part.count)}, ${humanSize(part.sizeBytes)}`),
    ...(series.length > 0 ? [`- objects: ${series.map(({ count }) => humanCount(count)).join(' → ')}`] : []),
    `- next: ${text(next)}`,
  ];
}

/** On one line, so that nothing of a heap makes a heading, a link or HTML. */
function text(from: string): string {
  return oneLine(from, Number.POSITIVE_INFINITY).replace(/[\\`*_[\]<>|#]/g, '\\$&');
}

/** Code may have anything but its own quotes. */
function code(from: string): string {
  const line = oneLine(from, Number.POSITIVE_INFINITY).replaceAll('|', '\\|');
  const longest = (line.match(/`+/g) ?? []).reduce((most, { length }) => Math.max(most, length), 0);
  const quotes = '`'.repeat(1 + longest);
  return line.includes('`') ? `${quotes} ${line} ${quotes}` : `\`${line}\``;
}
