/** One figure over time: drawn, read point by point with the arrow keys, and looked at closer by drawing over it. */
import './line-chart.css';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { moment } from '../words.ts';
import { type ChartLine, LineDrawing } from './line-drawing.ts';

interface LineChartProps {
  readonly line: ChartLine;
  readonly label: string;
  readonly onZoom?: (fromMs: number, toMs: number) => void;
}

/** How many points each key goes. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  PageDown: -10,
  PageUp: 10,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

export function LineChart({ line, label, onZoom }: LineChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const drawing = useRef<LineDrawing>(undefined);
  const zoom = useRef(onZoom);
  zoom.current = onZoom;
  const point = useSignal<number | null>(null);
  useEffect(() => {
    const listener = {
      onCursor: (at: number | null) => {
        point.value = at;
      },
      onZoom: (fromMs: number, toMs: number) => zoom.current?.(fromMs, toMs),
    };
    drawing.current = new LineDrawing(box.current!, line, listener);
    return () => drawing.current?.close();
  }, []);
  useEffect(() => drawing.current?.show(line), [line]);
  const last = line.timesS.length - 1;
  const at = Math.min(last, point.value ?? last);
  const text = pointText(line, at);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined || last < 0) return;
    event.preventDefault();
    drawing.current?.pointAt(Math.min(last, Math.max(0, at + step)));
  };
  return (
    <figure class="line-chart" aria-label={label}>
      <div
        class="line-chart-canvas"
        ref={box}
        role="slider"
        tabIndex={0}
        aria-label={`Moment in the chart: ${label}`}
        aria-valuemin={0}
        aria-valuemax={Math.max(0, last)}
        aria-valuenow={Math.max(0, at)}
        aria-valuetext={text}
        onKeyDown={onKeyDown}
      />
      <figcaption class="figures">{text}</figcaption>
    </figure>
  );
}

function pointText({ timesS, values, format }: ChartLine, at: number): string {
  const timeS = timesS[at];
  const value = values[at];
  if (timeS === undefined || value === undefined) return 'no reading';
  return `${moment(timeS * 1_000, Date.now())}: ${format(value)}`;
}
