/** The axes of the chart: sizes by powers of two, times of the day here. */
import type uPlot from 'uplot';
import { size } from '../words.ts';
import { timeText } from './axis-time.ts';
import type { ChartColours } from './chart-colours.ts';

const SIZE_STEPS = Array.from({ length: 42 }, (_, i) => 2 ** i);
const FONT = '11px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';

export function chartAxes(colours: ChartColours): uPlot.Axis[] {
  const common = {
    font: FONT,
    stroke: () => colours.of('--quiet'),
    grid: { stroke: () => colours.of('--line'), width: 1 },
    ticks: { stroke: () => colours.of('--line'), width: 1, size: 4 },
  };
  return [
    { ...common, size: 34, space: 70, values: (_, splits, __, ___, step) => splits.map((at) => timeText(at, step)) },
    { ...common, size: 66, space: 40, incrs: SIZE_STEPS, values: (_, splits) => splits.map(size) },
  ];
}
