/** A gate's report for people: in a terminal, as Markdown, as JUnit's XML, as annotations of GitHub. Pure. */
import { humanCount, humanSize } from '../../protocol/human.ts';
import type { Interval } from '../testing/report.ts';
import type { GateReport } from './report.ts';

/** Kinds that a text lists. */
const MAX_LINES = 8;

export function gateLine(report: GateReport): string {
  const { state, judged, maxBytes, confidence, requests, rounds, baseline } = report;
  const more = baseline ? ' more than the baseline' : '';
  const figure = `${rate(judged)}${more}`;
  const sure = `${Number((confidence * 100).toPrecision(6))} % sure by ${humanCount(requests)} requests in ${rounds} rounds`;
  if (state === 'above') return `above ${humanSize(maxBytes)} a request: ${figure}, ${sure}`;
  if (state === 'under') return `under ${humanSize(maxBytes)} a request: ${figure}, ${sure}`;
  const advice =
    report.moreRounds === undefined
      ? 'it is too near the limit to be decided: take another --max'
      : `${report.moreRounds} more rounds would decide it (--rounds ${rounds + report.moreRounds})`;
  return `undecided at ${humanSize(maxBytes)} a request: ${figure} by ${humanCount(requests)} requests; ${advice}`;
}

export function gateText(report: GateReport): string {
  const rows = grown(report).map(
    ({ kind, objects, bytes }) =>
      `  ${kind}: ${rate(bytes)}, ${Number(objects.estimate.toPrecision(3))} objects a request`,
  );
  const held = report.heldBy.slice(0, 1).map((path) => `  held by  ${path}`);
  const advice = report.advice === undefined ? [] : [`  advice   ${report.advice}`];
  return [gateLine(report), ...rows, ...held, ...advice].join('\n');
}

export function gateMarkdown(report: GateReport): string {
  const mark = { above: '❌', under: '✅', undecided: '❔' }[report.state];
  const rows = grown(report).map(
    ({ kind, objects, bytes }) =>
      `| \`${kind.replaceAll('|', '\\|').replaceAll('`', "'")}\` | ${shown(bytes.estimate)} | ${between(bytes)} | ${Number(objects.estimate.toPrecision(3))} |`,
  );
  const table = ['| kind | a request | interval | objects |', '| --- | --- | --- | --- |', ...rows];
  return [
    `### ${mark} Heap a request: ${report.state}`,
    '',
    gateLine(report),
    '',
    ...(rows.length > 0 ? [...table, ''] : []),
    ...report.heldBy.slice(0, 1).map((path) => `Held by \`${path.replaceAll('`', "'")}\`. ${report.advice ?? ''}\n`),
  ].join('\n');
}

export function gateJunit(report: GateReport): string {
  const line = xml(gateLine(report));
  const inside = {
    above: `\n    <failure message="${line}">${xml(gateText(report))}</failure>\n  `,
    under: '',
    undecided: `\n    <skipped message="${line}"/>\n  `,
  }[report.state];
  const seconds = (report.tookMs / 1_000).toFixed(3);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="heapwatch gate" tests="1" failures="${Number(report.state === 'above')}" skipped="${Number(report.state === 'undecided')}" time="${seconds}">`,
    `  <testcase name="bytes a request" classname="${xml(report.target)}" time="${seconds}">${inside}</testcase>`,
    '</testsuite>',
    '',
  ].join('\n');
}

/** One line; undefined where there is nothing to say. */
export function gateAnnotation(report: GateReport): string | undefined {
  if (report.state === 'under') return undefined;
  const text = gateText(report).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  return `::${report.state === 'above' ? 'error' : 'warning'} title=heapwatch gate::${text}`;
}

function grown({ kinds }: GateReport) {
  return kinds.filter(({ bytes }) => bytes.lower > 0).slice(0, MAX_LINES);
}

function rate(bytes: Interval): string {
  return `${shown(bytes.estimate)} a request (${between(bytes)})`;
}

function between({ lower, upper }: Interval): string {
  return `${shown(lower)} to ${shown(upper)}`;
}

/** Fractions of a byte are none. */
function shown(bytes: number): string {
  return Number.isFinite(bytes) ? humanSize(Math.abs(bytes) < 0.5 ? 0 : bytes) : 'anything';
}

function xml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;');
}
