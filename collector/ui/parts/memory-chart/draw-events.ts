/** Draws what happened into the chart: times beneath the lines, moments with their labels above them. */
import type uPlot from 'uplot';
import type { ChartColours } from './chart-colours.ts';
import type { ChartEvent } from './chart-events.ts';

const COLOURS: Readonly<Record<ChartEvent['sort'], string>> = {
  ours: '--ours',
  phase: '--text',
  restart: '--warn',
  firing: '--bad',
  pending: '--warn',
};
/** CSS pixels: how high the band of an alert and the tick of a probe are, and how wide a probe is at least. */
const BAND_HEIGHT = 5;
const MIN_WIDTH = 2;
const WASH = 0.1;
const OURS_WASH = 0.2;

/** Alerts and our own probes, before the lines are drawn. */
export function drawTimes(chart: uPlot, events: readonly ChartEvent[], colours: ChartColours): void {
  const { ctx, bbox } = chart;
  const ratio = devicePixelRatio;
  within(chart, () => {
    for (const { sort, fromMs, toMs } of events) {
      if (sort === 'phase' || sort === 'restart') continue;
      const left = xOf(chart, fromMs);
      const width = Math.max(MIN_WIDTH * ratio, xOf(chart, toMs) - left);
      ctx.fillStyle = colours.of(COLOURS[sort]);
      ctx.globalAlpha = sort === 'ours' ? OURS_WASH : WASH;
      ctx.fillRect(left, bbox.top, width, bbox.height);
      ctx.globalAlpha = 1;
      const top = sort === 'ours' ? bbox.top + bbox.height - BAND_HEIGHT * ratio : bbox.top;
      ctx.fillRect(left, top, width, BAND_HEIGHT * ratio);
    }
  });
}

/** Phases and restarts, over the lines; a label that would lie on the one before is left out. */
export function drawMoments(chart: uPlot, events: readonly ChartEvent[], colours: ChartColours): void {
  const { ctx, bbox } = chart;
  const ratio = devicePixelRatio;
  let free = Number.NEGATIVE_INFINITY;
  within(chart, () => {
    ctx.font = `${11 * ratio}px ${getComputedStyle(chart.root).fontFamily}`;
    ctx.textBaseline = 'top';
    ctx.textAlign = 'left';
    ctx.lineWidth = ratio;
    for (const { sort, fromMs, label } of events) {
      if (sort !== 'phase' && sort !== 'restart') continue;
      const x = Math.round(xOf(chart, fromMs)) + 0.5;
      ctx.strokeStyle = ctx.fillStyle = colours.of(COLOURS[sort]);
      ctx.setLineDash(sort === 'restart' ? [] : [3 * ratio, 3 * ratio]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      if (x < free) continue;
      ctx.fillText(label, x + 4 * ratio, bbox.top + (BAND_HEIGHT + 4) * ratio);
      free = x + ctx.measureText(label).width + 10 * ratio;
    }
  });
}

function xOf(chart: uPlot, atMs: number): number {
  return chart.valToPos(atMs / 1_000, 'x', true);
}

function within(chart: uPlot, draw: () => void): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw();
  ctx.restore();
}
