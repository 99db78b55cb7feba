/**
 * A flame graph as an SVG picture that needs nothing else: the root below, callees above their callers, as wide as what lives of
 * all that they allocated; or an icicle, which hangs from its root. A frame says in its title what it is and how much.
 */
import { type HierarchyRectangularNode, hierarchy, partition } from 'd3-hierarchy';
import type { Frame, FrameChange } from '../../agent/profile/frames.ts';
import { humanCount, humanSize } from '../../protocol/human.ts';
import { element, escaped } from '../base/svg.ts';
import { type Drawing, FLAME_GRAPH } from './drawing.ts';
import { changeColour, signedSize } from './flame-change.ts';

const WIDTH = 1200;
const ROW = 17;
const TOP = 34;
/** Width of a character at 11 px, about. */
const CHARACTER = 6.4;
/** Frames narrower than that, in pixels, are not drawn: nobody sees them, and a picture stays small. */
const LEAST_WIDTH = 0.3;
/** V8 keeps 128 frames of a stack. */
const MAX_DEPTH = 160;

const STYLE = `
svg { background: #fff; font: 11px system-ui, sans-serif; }
text { fill: #1b1f24; pointer-events: none; }
.title { font-size: 14px; font-weight: 600; }
rect { stroke: #fff; stroke-width: 0.5; }
@media (prefers-color-scheme: dark) { svg { background: #14171c; } .title { fill: #e6e8eb; } rect { stroke: #14171c; } }
`;

type Box = HierarchyRectangularNode<Frame>;

export function flameSvg(root: Frame, title: string, { rootOnTop }: Drawing = FLAME_GRAPH): string {
  const tree = partition<Frame>().size([WIDTH, 1])(hierarchy(root).sum(({ selfBytes }) => Math.max(0, selfBytes)));
  const boxes = tree.descendants().filter((box) => box.x1 - box.x0 >= LEAST_WIDTH && box.depth < MAX_DEPTH);
  const rows = boxes.reduce((most, { depth }) => Math.max(most, depth + 1), 1);
  const height = TOP + rows * ROW + 4;
  const total = tree.value ?? 0;
  return element(
    'svg',
    { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${WIDTH} ${height}`, role: 'img' },
    element('title', {}, escaped(title)),
    element('style', {}, STYLE),
    element('text', { class: 'title', x: 6, y: 20 }, escaped(`${title}: ${wholeOf(root, total)}`)),
    ...boxes.map((box) => drawn(box, TOP + (rootOnTop ? box.depth : rows - 1 - box.depth) * ROW, total)),
  );
}

function drawn(box: Box, y: number, total: number): string {
  const width = box.x1 - box.x0;
  const { name, selfBytes, objects, change } = box.data;
  const share = total === 0 ? 0 : (100 * (box.value ?? 0)) / total;
  const words = change
    ? changeWords(name, change)
    : `${name}: ${humanSize(box.value ?? 0)} (${share.toFixed(1)} %), itself ${humanSize(selfBytes)}${objectsText(objects)}`;
  const room = Math.floor((width - 6) / CHARACTER);
  return element(
    'g',
    {},
    element('title', {}, escaped(words)),
    element('rect', {
      x: box.x0,
      y,
      width,
      height: ROW - 1,
      fill: change ? changeColour(change) : colourOf(name),
      rx: 1,
    }),
    ...(room > 2 ? [element('text', { x: box.x0 + 3, y: y + 12 }, escaped(cut(name, room)))] : []),
  );
}

function objectsText(objects: number | undefined): string {
  return objects === undefined ? '' : `, ${humanCount(objects)} objects`;
}

function wholeOf({ change }: Frame, total: number): string {
  return change ? signedSize(change.nowBytes - change.beforeBytes) : humanSize(total);
}

function changeWords(name: string, { nowBytes, beforeBytes, selfNowBytes, selfBeforeBytes }: FrameChange): string {
  const [all, own] = [signedSize(nowBytes - beforeBytes), signedSize(selfNowBytes - selfBeforeBytes)];
  return `${name}: ${all}, from ${humanSize(beforeBytes)} to ${humanSize(nowBytes)}, itself ${own}`;
}

function cut(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}

/** One colour a place in the code, warm for the program's and cool for what is V8's and Node's. */
function colourOf(name: string): string {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + character.codePointAt(0)!) % 997;
  const isOwn = name.includes('(') && !name.includes('(node:');
  return isOwn
    ? `hsl(${15 + (hash % 40)} 75% ${66 + (hash % 9)}%)`
    : `hsl(${195 + (hash % 35)} 45% ${70 + (hash % 9)}%)`;
}
