/**
 * A timeline as an SVG picture, as mprof plots it.
 *
 *     title                          phases ─── bands over both panels
 *     ┌ memory ──────────────┐  RSS, heap used, external; a cross at the peak; below, a triangle for each probe
 *     ┌ kinds, stacked ──────┐  of the probe that was read most
 *     time since the start
 */
import { type ScaleLinear, scaleLinear } from 'd3-scale';
import { area, line, stack } from 'd3-shape';
import { maxOf } from '../../protocol/extremes.ts';
import { humanDuration, humanSize } from '../../protocol/human.ts';
import { element, escaped } from '../base/svg.ts';
import { OTHER, type Stack, type Timeline, type UsagePoint } from './timeline.ts';

const WIDTH = 1000;
const LEFT = 64;
const RIGHT = 216;
const TOP = 78;
const PANEL_HEIGHT = 220;
const PANEL_GAP = 46;
const BOTTOM = 44;
const MB = 2 ** 20;
/** Width of a character at 11 px, about. */
const CHARACTER = 6.2;

/** Of middle lightness: to be distinguished on white and on black. */
const COLOURS = ['#4e79a7', '#f28e2b', '#59a14f', '#e15759', '#b07aa1', '#76b7b2', '#d4a72c', '#9c755f'];
const OTHER_COLOUR = '#8c8c8c';

const LINES: readonly { label: string; colour: string; of: (gauge: UsagePoint) => number }[] = [
  { label: 'RSS', colour: COLOURS[0]!, of: ({ rssBytes }) => rssBytes },
  { label: 'heap used', colour: COLOURS[1]!, of: ({ heapUsedBytes }) => heapUsedBytes },
  { label: 'external', colour: COLOURS[2]!, of: ({ externalBytes }) => externalBytes },
];

const STYLE = `
svg { background: #fff; color: #1b1f24; font: 11px system-ui, sans-serif; }
text { fill: currentColor; }
.title { font-size: 15px; font-weight: 600; }
.faint { opacity: .72; }
.grid { stroke: currentColor; opacity: .16; }
.axis { stroke: currentColor; opacity: .6; }
.phase { fill: currentColor; opacity: .05; }
.phase.odd { opacity: .1; }
.peak { stroke: #d0312d; stroke-dasharray: 5 4; }
.peak-text { fill: #d0312d; stroke: #fff; stroke-width: 3px; paint-order: stroke; }
.break { stroke: #d0312d; stroke-width: 2; }
.probe { fill: currentColor; opacity: .7; }
@media (prefers-color-scheme: dark) {
  svg { background: #14171a; color: #e6e9ec; }
  .peak, .break { stroke: #ff7b72; }
  .peak-text { fill: #ff7b72; stroke: #14171a; }
}`;

type Scale = ScaleLinear<number, number>;

interface Panel {
  readonly x: Scale;
  readonly y: Scale;
  readonly top: number;
}

/** The picture as text, with a title and a description for screen readers. */
export function plot(shown: Timeline): string {
  const panels = shown.stack ? 2 : 1;
  const height = TOP + panels * PANEL_HEIGHT + (panels - 1) * PANEL_GAP + BOTTOM;
  // one reading is an instant: a second is drawn around it
  const spanMs = Math.max(1_000, shown.toMs - shown.fromMs);
  const x = scaleLinear([shown.fromMs, shown.fromMs + spanMs], [LEFT, WIDTH - RIGHT]);
  const bottom = height - BOTTOM;
  const title = `Memory of ${shown.target}`;
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${WIDTH} ${height}`,
      width: WIDTH,
      height,
      role: 'img',
      'aria-labelledby': 'title description',
    },
    element('title', { id: 'title' }, escaped(title)),
    element('desc', { id: 'description' }, escaped(description(shown))),
    element('style', {}, escaped(STYLE)),
    text(LEFT, 24, title, { class: 'title' }),
    text(LEFT, 41, `${new Date(shown.fromMs).toISOString()}, ${humanDuration(spanMs)}`, { class: 'faint' }),
    ...phases(shown, x, bottom),
    ...memoryPanel(shown, x),
    ...(shown.stack ? kindsPanel(shown.stack, x, TOP + PANEL_HEIGHT + PANEL_GAP) : []),
    ...timeAxis(shown.fromMs, spanMs, x, bottom),
  ).concat('\n');
}

function memoryPanel(shown: Timeline, x: Scale): string[] {
  const { gauges, peak, probes, breaks } = shown;
  const most = maxOf(gauges.flatMap((gauge) => LINES.map(({ of }) => of(gauge))));
  const panel = { x, y: megabytes(most, TOP), top: TOP };
  const lines = LINES.map(({ label, colour, of }) => {
    const path =
      line<UsagePoint>(
        (gauge) => x(gauge.atMs),
        (gauge) => panel.y(of(gauge) / MB),
      )(gauges) ?? '';
    return element('path', { d: path, fill: 'none', stroke: colour, 'stroke-width': 1.8 }, tooltip(label));
  });
  const legend = LINES.map(({ label, colour, of }) => ({ label: `${label} ${humanSize(of(gauges.at(-1)!))}`, colour }));
  return [
    ...axes(panel, 'MB'),
    ...lines,
    ...cross(peak, panel, shown),
    ...probes.map(({ atMs, probe, pauseMs }) => {
      const pause = pauseMs === undefined ? '' : `, paused ${humanDuration(pauseMs)}`;
      return triangle(x(atMs), TOP + PANEL_HEIGHT + 3, `${probe} after ${humanDuration(atMs - shown.fromMs)}${pause}`);
    }),
    ...breaks
      .filter(({ atMs }) => atMs >= shown.fromMs && atMs <= shown.toMs)
      .map(({ atMs, text: why }) => vertical(x(atMs), TOP, TOP + PANEL_HEIGHT, 'break', why)),
    ...legendLines(probes.length > 0 ? [...legend, { label: '▲ a probe', colour: 'none' }] : legend, TOP),
  ];
}

function kindsPanel({ kinds, points, probe }: Stack, x: Scale, top: number): string[] {
  const most = maxOf(points.map(({ sizes }) => sizes.reduce((sum, size) => sum + size, 0)));
  const panel = { x, y: megabytes(most, top), top };
  const bands = stack<unknown, Stack['points'][number], number>()
    .keys(kinds.keys())
    .value(({ sizes }, kind) => sizes[kind]! / MB)([...points]);
  const shape = area<(typeof bands)[number][number]>()
    .x(({ data }) => x(data.atMs))
    .y0(([low]) => panel.y(low))
    .y1(([, high]) => panel.y(high));
  const colourOf = (index: number) => (kinds[index] === OTHER ? OTHER_COLOUR : COLOURS[index % COLOURS.length]!);
  const areas = bands.map((band, index) =>
    element('path', { d: shape(band) ?? '', fill: colourOf(index), opacity: 0.85 }, tooltip(kinds[index]!)),
  );
  const last = points.at(-1)!;
  const legend = kinds.map((kind, index) => ({
    label: `${kind} ${humanSize(last.sizes[index]!)}`,
    colour: colourOf(index),
  }));
  return [
    ...areas,
    ...axes(panel, 'MB'),
    text(LEFT, top - 8, `kinds by ${probe}, stacked`, { class: 'faint' }),
    // the topmost band stands first
    ...legendLines(legend.toReversed(), top),
  ];
}

function megabytes(mostBytes: number, top: number): Scale {
  return scaleLinear([0, Math.max(0.001, mostBytes / MB)], [top + PANEL_HEIGHT, top]).nice(5);
}

function axes({ x, y, top }: Panel, unit: string): string[] {
  const [left, right] = x.range() as [number, number];
  const bottom = top + PANEL_HEIGHT;
  const ticks = y
    .ticks(5)
    .flatMap((value) => [
      element('line', { x1: left, x2: right, y1: y(value), y2: y(value), class: 'grid' }),
      text(left - 8, y(value) + 4, `${y.tickFormat(5)(value)} ${unit}`, { 'text-anchor': 'end' }),
    ]);
  return [...ticks, element('path', { d: `M${left} ${top}V${bottom}H${right}`, fill: 'none', class: 'axis' })];
}

function timeAxis(fromMs: number, spanMs: number, x: Scale, bottom: number): string[] {
  const [unit, unitMs] = spanMs < 180_000 ? ['s', 1_000] : spanMs < 10_800_000 ? ['min', 60_000] : ['h', 3_600_000];
  const elapsed = scaleLinear([0, spanMs / unitMs], x.range());
  const ticks = elapsed
    .ticks(8)
    .flatMap((value) => [
      element('line', { x1: elapsed(value), x2: elapsed(value), y1: bottom, y2: bottom + 5, class: 'axis' }),
      text(elapsed(value), bottom + 18, elapsed.tickFormat(8)(value), { 'text-anchor': 'middle' }),
    ]);
  const label = `${unit} since ${new Date(fromMs).toISOString().slice(11, 19)} UTC`;
  return [
    ...ticks,
    text((x.range()[0]! + x.range()[1]!) / 2, bottom + 35, label, { 'text-anchor': 'middle', class: 'faint' }),
  ];
}

function phases({ phases: all }: Timeline, x: Scale, bottom: number): string[] {
  return all.flatMap(({ label, fromMs, toMs }, index) => {
    const [left, width] = [x(fromMs), Math.max(1, x(toMs) - x(fromMs))];
    const room = Math.floor((width - 6) / CHARACTER);
    const band = element(
      'rect',
      { x: left, y: TOP - 20, width, height: bottom - TOP + 20, class: index % 2 === 0 ? 'phase' : 'phase odd' },
      tooltip(`${label}: ${humanDuration(toMs - fromMs)}`),
    );
    return room < 3 ? [band] : [band, text(left + 4, TOP - 7, shortened(label, room))];
  });
}

/** mprof's dashed cross at the maximum. */
function cross({ atMs, rssBytes }: UsagePoint, { x, y, top }: Panel, { fromMs }: Timeline): string[] {
  const [left, right] = x.range() as [number, number];
  const [px, py] = [x(atMs), y(rssBytes / MB)];
  const label = `peak ${humanSize(rssBytes)} after ${humanDuration(atMs - fromMs)}`;
  const before = px > (left + right) / 2;
  return [
    element('path', {
      d: `M${left} ${Math.round(py)}H${right}M${Math.round(px)} ${top}V${top + PANEL_HEIGHT}`,
      fill: 'none',
      class: 'peak',
    }),
    text(px + (before ? -6 : 6), py + 14, label, { class: 'peak-text', 'text-anchor': before ? 'end' : 'start' }),
  ];
}

function triangle(px: number, py: number, label: string): string {
  return element('path', { d: `M${Math.round(px)} ${py}l4 8h-8z`, class: 'probe' }, tooltip(label));
}

function vertical(px: number, top: number, bottom: number, className: string, label: string): string {
  return element('line', { x1: px, x2: px, y1: top, y2: bottom, class: className }, tooltip(label));
}

function legendLines(entries: readonly { label: string; colour: string }[], top: number): string[] {
  const left = WIDTH - RIGHT + 16;
  return entries.flatMap(({ label, colour }, index) => {
    const y = top + 10 + index * 18;
    const swatch = element('rect', { x: left, y: y - 9, width: 10, height: 10, fill: colour });
    const room = Math.floor((RIGHT - 40) / CHARACTER);
    return [swatch, element('g', {}, tooltip(label), text(left + 16, y, shortened(label, room)))];
  });
}

function text(x: number, y: number, content: string, attributes: Readonly<Record<string, string>> = {}): string {
  return element('text', { x, y, ...attributes }, escaped(content));
}

function tooltip(content: string): string {
  return element('title', {}, escaped(content));
}

function shortened(label: string, length: number): string {
  const characters = [...label];
  return characters.length <= length ? label : `${characters.slice(0, Math.max(1, length - 1)).join('')}…`;
}

/** The picture in words. */
function description({ gauges, peak, phases: all, probes, stack: kinds, fromMs, toMs }: Timeline): string {
  const [first, last] = [gauges[0]!, gauges.at(-1)!];
  const sentences = [
    `Over ${humanDuration(Math.max(1, toMs - fromMs))} resident memory went from ${humanSize(first.rssBytes)} to ${humanSize(last.rssBytes)}, ` +
      `with its peak of ${humanSize(peak.rssBytes)} after ${humanDuration(peak.atMs - fromMs)}; ` +
      `used heap from ${humanSize(first.heapUsedBytes)} to ${humanSize(last.heapUsedBytes)}.`,
  ];
  if (all.length > 0) sentences.push(`Phases: ${all.map(({ label }) => label).join(', ')}.`);
  if (probes.length > 0) sentences.push(`${probes.length} probes are marked.`);
  if (kinds) sentences.push(`Kinds by ${kinds.probe}, the largest first: ${kinds.kinds.join(', ')}.`);
  return sentences.join(' ');
}
