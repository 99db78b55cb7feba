/** The chart itself: one uPlot for as long as its place is on the page, given other data whenever there are. */
import 'uplot/dist/uPlot.min.css';
import uPlot from 'uplot';
import { chartAxes } from './chart-axes.ts';
import { ChartColours } from './chart-colours.ts';
import type { ChartEvent } from './chart-events.ts';
import { drawMoments, drawTimes } from './draw-events.ts';
import { GAUGE_LINES } from './gauges.ts';
import type { MemoryLines } from './memory-lines.ts';

export interface ChartContent {
  readonly lines: MemoryLines;
  readonly events: readonly ChartEvent[];
  /** Ids of the lines that are drawn. */
  readonly shown: ReadonlySet<string>;
  /** Milliseconds since 1970: what the chart reaches from and to. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface ChartListener {
  /** The point under the cursor; null where it is not over the chart. */
  onCursor(point: number | null): void;
  /** Somebody drew from one moment to another, milliseconds since 1970. */
  onZoom(fromMs: number, toMs: number): void;
}

/** CSS pixels. */
const HEIGHT = 280;
const MIN_ZOOM = 6;

export class ChartDrawing {
  readonly #box: HTMLElement;
  readonly #chart: uPlot;
  readonly #colours: ChartColours;
  readonly #observer: ResizeObserver;
  #content: ChartContent;

  /** Draws into `box`, as wide as it is. */
  constructor(box: HTMLElement, content: ChartContent, listener: ChartListener) {
    this.#box = box;
    this.#content = content;
    this.#colours = new ChartColours(() => this.#chart.redraw(false, true));
    this.#chart = new uPlot(this.#options(listener), dataOf(content), box);
    this.#observer = new ResizeObserver(() => this.#chart.setSize({ width: box.clientWidth, height: HEIGHT }));
    this.#observer.observe(box);
  }

  show(content: ChartContent): void {
    this.#content = content;
    this.#chart.batch(() => {
      for (const [line, { id }] of GAUGE_LINES.entries()) {
        const show = content.shown.has(id);
        if (this.#chart.series[line + 1]!.show !== show) this.#chart.setSeries(line + 1, { show });
      }
      this.#chart.setData(dataOf(content));
    });
  }

  /** Puts the cursor on a point. */
  pointAt(point: number): void {
    const atS = this.#content.lines.times[point];
    if (atS === undefined) return;
    this.#chart.setCursor({ left: this.#chart.valToPos(atS, 'x'), top: this.#chart.over.clientHeight / 2 });
  }

  close(): void {
    this.#observer.disconnect();
    this.#colours.close();
    this.#chart.destroy();
  }

  #options({ onCursor, onZoom }: ChartListener): uPlot.Options {
    const colours = this.#colours;
    return {
      width: this.#box.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      padding: [8, 8, 0, 0],
      cursor: { y: false, drag: { x: true, y: false, setScale: false, dist: MIN_ZOOM }, points: { size: 6 } },
      axes: chartAxes(colours),
      scales: {
        x: { time: true, range: () => [this.#content.fromMs / 1_000, this.#content.toMs / 1_000] },
        y: { range: (_, __, max) => [0, Math.max(1, (max ?? 0) * 1.08)] },
      },
      series: [
        {},
        ...GAUGE_LINES.map(({ id, colour, dash }) => ({
          show: this.#content.shown.has(id),
          stroke: () => colours.of(colour),
          width: 1.5,
          points: { show: false },
          ...(dash && { dash: [...dash] }),
        })),
      ],
      hooks: {
        drawAxes: [(chart) => drawTimes(chart, this.#content.events, colours)],
        draw: [(chart) => drawMoments(chart, this.#content.events, colours)],
        setCursor: [({ cursor }) => onCursor(cursor.idx ?? null)],
        setSelect: [
          (chart) => {
            const { left, width } = chart.select;
            if (width < MIN_ZOOM) return;
            chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            onZoom(chart.posToVal(left, 'x') * 1_000, chart.posToVal(left + width, 'x') * 1_000);
          },
        ],
      },
    };
  }
}

function dataOf({ lines: { times, columns } }: ChartContent): uPlot.AlignedData {
  return [times, ...columns];
}
