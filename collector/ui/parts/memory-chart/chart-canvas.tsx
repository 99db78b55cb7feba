/** The chart's place on the page: drawn on by the pointer, read point by point with the arrow keys. */
import { useEffect, useRef } from 'preact/hooks';
import { type ChartContent, ChartDrawing, type ChartListener } from './chart-drawing.ts';

interface ChartCanvasProps extends ChartListener {
  readonly content: ChartContent;
  /** The point that the cursor is on. */
  readonly point: number | null;
  /** What is there, in words. */
  readonly pointText: string;
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

export function ChartCanvas({ content, point, pointText, onCursor, onZoom }: ChartCanvasProps) {
  const box = useRef<HTMLDivElement>(null);
  const drawing = useRef<ChartDrawing>(undefined);
  const listener = useRef({ onCursor, onZoom });
  listener.current = { onCursor, onZoom };
  useEffect(() => {
    drawing.current = new ChartDrawing(box.current!, content, {
      onCursor: (at) => listener.current.onCursor(at),
      onZoom: (fromMs, toMs) => listener.current.onZoom(fromMs, toMs),
    });
    return () => drawing.current?.close();
  }, []);
  useEffect(() => drawing.current?.show(content), [content]);
  const last = content.lines.times.length - 1;
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined || last < 0) return;
    event.preventDefault();
    drawing.current?.pointAt(Math.min(last, Math.max(0, (point ?? last) + step)));
  };
  return (
    <div
      class="chart-canvas"
      ref={box}
      role="slider"
      tabIndex={0}
      aria-label="Moment in the chart"
      aria-valuemin={0}
      aria-valuemax={Math.max(0, last)}
      aria-valuenow={point ?? Math.max(0, last)}
      aria-valuetext={pointText}
      onKeyDown={onKeyDown}
    />
  );
}
