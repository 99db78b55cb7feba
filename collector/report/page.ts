/**
 * A report as one page: no script, no external asset, so that it opens from a ticket, a mail or a file, for years. The same bytes
 * for the same report.
 */
import type { Finding, Report } from '../../protocol/finding.ts';
import { humanCount, humanSize } from '../../protocol/human.ts';
import { oneLine } from '../../protocol/printable.ts';
import { element, escaped } from '../base/svg.ts';
import { seriesLine, squareMap } from './pictures.ts';
import { STYLE } from './style.ts';
import { confidenceText, METHOD, partText, pendingRows, verdict, weakRows } from './words.ts';

/** Nothing is loaded and nothing runs, whatever is in a heap. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

export function page(report: Report): string {
  const title = `Heap report: ${line(report.target)}`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    `<title>${title}</title>`,
    `<style>${STYLE}</style>`,
    '</head>',
    '<body>',
    '<main>',
    element('h1', {}, title),
    facts(report),
    element('h2', {}, `Findings: ${verdict(report.findings)}`),
    ...report.findings.map((finding, at) => article(finding, at + 1, report)),
    ...(report.findings.length === 0 ? ['<p>Nothing stands out in this heap.</p>'] : []),
    element('h2', {}, 'The heap by kind'),
    squareMap(report.squares, report.sizeBytes),
    kindTable(report),
    section('Work that waits', ['What', 'For', 'Count', 'Holds'], pendingRows(report)),
    section('What lives weakly', ['What', 'Count', 'Empty'], weakRows(report)),
    `<footer><p>${escaped(METHOD)}</p><p>Plain objects are named by their properties, dictionaries <code>{*}</code>. Made by heapwatch.</p></footer>`,
    '</main>',
    '</body>',
    '</html>',
  ].join('\n');
}

function facts({ count, sizeBytes, takenAt, probe, baselines }: Report): string {
  const entries: [string, string][] = [
    ['Objects', humanCount(count)],
    ['Size', humanSize(sizeBytes)],
    ['Read', probe === 'walk' ? 'from outside, by a walk' : 'from a snapshot'],
    ['Taken', takenAt],
    ...baselines.map((heap): [string, string] => ['Before', `${line(heap.target)}, ${humanCount(heap.count)} objects`]),
  ];
  const rows = entries.map(([term, text]) => `<div><dt>${term}</dt><dd>${text}</dd></div>`);
  return `<dl class="facts">${rows.join('')}</dl>`;
}

function article(finding: Finding, number: number, { sizeBytes: whole }: Report): string {
  const { severity, confidence, title, reason, sizeBytes, path, heldBy, parts = [], series = [], next } = finding;
  const id = `finding-${number}`;
  const entries: [string, string][] = [
    ...(path === undefined ? [] : [['Path', `<code>${line(path)}</code>`] satisfies [string, string]]),
    ...(heldBy === undefined ? [] : [['Held by', chain(heldBy)] satisfies [string, string]]),
    ...(parts.length === 0 ? [] : [['Of it', partTable(finding, whole)] satisfies [string, string]]),
    ...(series.length === 0 ? [] : [['Series', seriesText(finding)] satisfies [string, string]]),
    ['Next', line(next)],
  ];
  return [
    `<article class="finding ${severity}" aria-labelledby="${id}">`,
    `<header><strong>${severity}</strong><span>${escaped(finding.finding)}</span><span>${confidenceText(confidence)}</span><span>${humanSize(sizeBytes)} at stake</span></header>`,
    `<h3 id="${id}">${number}. ${line(title)}</h3>`,
    `<p>${line(reason)}</p>`,
    `<dl>${entries.map(([term, text]) => `<dt>${term}</dt><dd>${text}</dd>`).join('')}</dl>`,
    '</article>',
  ].join('\n');
}

function chain(levels: readonly string[]): string {
  return `<ol class="chain">${levels.map((level) => `<li><code>${line(level)}</code></li>`).join('')}</ol>`;
}

function partTable({ parts = [] }: Finding, whole: number): string {
  const rows = parts.map(
    ({ text, count, sizeBytes }) =>
      `<tr><td><code>${line(text)}</code></td><td class="figure">${humanCount(count)}</td><td class="figure">${humanSize(sizeBytes)}</td><td class="figure">${partText(sizeBytes, whole)}</td></tr>`,
  );
  return `<table>${headOf('What')}<tbody>${rows.join('')}</tbody></table>`;
}

function headOf(first: string): string {
  return `<thead><tr><th scope="col">${first}</th><th scope="col" class="figure">Objects</th><th scope="col" class="figure">Size</th><th scope="col" class="figure">Of the heap</th></tr></thead>`;
}

function seriesText({ series = [] }: Finding): string {
  const figures = series.map(({ count }) => humanCount(count)).join(' → ');
  return `${seriesLine(series)}<span>${figures}</span>`;
}

function kindTable({ squares, sizeBytes: whole }: Report): string {
  const rows = squares.map(
    ({ kind, count, sizeBytes }) =>
      `<tr><td><code>${line(kind)}</code></td><td class="figure">${humanCount(count)}</td><td class="figure">${humanSize(sizeBytes)}</td><td class="figure">${partText(sizeBytes, whole)}</td></tr>`,
  );
  return `<details><summary>The same as a table: ${squares.length} rows</summary><table>${headOf('Kind')}<tbody>${rows.join('')}</tbody></table></details>`;
}

/** A table whose first columns are words, and the others figures. */
function section(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const classOf = (column: number): string => {
    if (/^(?:Count|Holds|Empty)$/.test(head[column]!)) return ' class="figure"';
    return head[column + 1] === 'For' ? ' class="word"' : '';
  };
  const cells = head.map((cell, at) => `<th scope="col"${classOf(at)}>${cell}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell, at) => `<td${classOf(at)}>${line(cell)}</td>`).join('')}</tr>`);
  return `${element('h2', {}, title)}<table><thead><tr>${cells}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

/** Text of a heap: on one line, and no markup. */
function line(text: string): string {
  return escaped(oneLine(text, Number.POSITIVE_INFINITY));
}
