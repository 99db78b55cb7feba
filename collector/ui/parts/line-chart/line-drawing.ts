/** The drawing of one line: one uPlot for as long as its place is on the page. */
import 'uplot/dist/uPlot.min.css';
import uPlot from 'uplot';
import { timeText } from '../memory-chart/axis-time.ts';
import { ChartColours } from '../memory-chart/chart-colours.ts';
import { lineRange } from './line-range.ts';

export interface ChartLine {
  /** Seconds since 1970, rising. */
  readonly timesS: number[];
  /** A value for each time. */
  readonly values: number[];
  /** Milliseconds since 1970: what the chart reaches from and to. */
  readonly fromMs: number;
  readonly toMs: number;
  /** A value in words. */
  readonly format: (value: number) => string;
  /** Between two lines of the grid there may be one of these; absent: whatever is round. */
  readonly steps?: number[];
}

export interface LineListener {
  /** The point under the cursor; null where it is not over the chart. */
  onCursor(point: number | null): void;
  /** Somebody drew from one moment to another, milliseconds since 1970. */
  onZoom(fromMs: number, toMs: number): void;
}

/** CSS pixels. */
const HEIGHT = 220;
const MIN_ZOOM = 6;
const FONT = '11px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';

export class LineDrawing {
  readonly #chart: uPlot;
  readonly #colours: ChartColours;
  readonly #observer: ResizeObserver;
  #line: ChartLine;

  /** Draws into `box`, as wide as it is. */
  constructor(box: HTMLElement, line: ChartLine, listener: LineListener) {
    this.#line = line;
    this.#colours = new ChartColours(() => this.#chart.redraw(false, true));
    this.#chart = new uPlot(this.#options(box.clientWidth, listener), [line.timesS, line.values], box);
    this.#observer = new ResizeObserver(() => this.#chart.setSize({ width: box.clientWidth, height: HEIGHT }));
    this.#observer.observe(box);
  }

  show(line: ChartLine): void {
    this.#line = line;
    this.#chart.setData([line.timesS, line.values]);
  }

  /** Puts the cursor on a point. */
  pointAt(point: number): void {
    const atS = this.#line.timesS[point];
    if (atS === undefined) return;
    this.#chart.setCursor({ left: this.#chart.valToPos(atS, 'x'), top: this.#chart.over.clientHeight / 2 });
  }

  close(): void {
    this.#observer.disconnect();
    this.#colours.close();
    this.#chart.destroy();
  }

  #options(width: number, { onCursor, onZoom }: LineListener): uPlot.Options {
    const colours = this.#colours;
    return {
      width,
      height: HEIGHT,
      legend: { show: false },
      padding: [8, 8, 0, 0],
      cursor: { y: false, drag: { x: true, y: false, setScale: false, dist: MIN_ZOOM }, points: { size: 6 } },
      axes: this.#axes(),
      scales: {
        x: { time: true, range: () => [this.#line.fromMs / 1_000, this.#line.toMs / 1_000] },
        y: { range: (_, min, max) => lineRange(min, max) },
      },
      series: [
        {},
        {
          stroke: () => colours.of('--series-1'),
          width: 1.5,
          points: { size: 4, fill: () => colours.of('--series-1') },
        },
      ],
      hooks: {
        setCursor: [({ cursor }) => onCursor(cursor.idx ?? null)],
        setSelect: [
          (chart) => {
            const { left, width: drawn } = chart.select;
            if (drawn < MIN_ZOOM) return;
            chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
            onZoom(chart.posToVal(left, 'x') * 1_000, chart.posToVal(left + drawn, 'x') * 1_000);
          },
        ],
      },
    };
  }

  #axes(): uPlot.Axis[] {
    const colours = this.#colours;
    const common = {
      font: FONT,
      stroke: () => colours.of('--quiet'),
      grid: { stroke: () => colours.of('--line'), width: 1 },
      ticks: { stroke: () => colours.of('--line'), width: 1, size: 4 },
    };
    const { steps } = this.#line;
    return [
      { ...common, size: 34, space: 70, values: (_, splits, __, ___, step) => splits.map((at) => timeText(at, step)) },
      {
        ...common,
        size: 70,
        space: 36,
        ...(steps && { incrs: steps }),
        values: (_, splits) => splits.map((value) => this.#line.format(value)),
      },
    ];
  }
}
