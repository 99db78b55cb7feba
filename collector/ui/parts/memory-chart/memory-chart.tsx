/** Memory of an isolate over time: its gauges, our own probes, phases, restarts and alerts. */
import { humanDuration } from '../../../../protocol/human.ts';
import './memory-chart.css';
import { useComputed, useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { address, choose } from '../../address/navigation.ts';
import { useDashboard } from '../../live/dashboard.ts';
import type { IsolateModel } from '../../live/isolate-model.ts';
import type { TargetModel } from '../../live/target-model.ts';
import { beginOf, type Span, writeSpan } from '../span.ts';
import { moment, size } from '../words.ts';
import { ChartCanvas } from './chart-canvas.tsx';
import { ChartEventList } from './chart-event-list.tsx';
import { chartEvents, eventsAt, newestOfEach } from './chart-events.ts';
import { ChartLegend } from './chart-legend.tsx';
import { GAUGE_LINES, shownLines } from './gauges.ts';
import { memoryLines, restartsOf } from './memory-lines.ts';
import { figuresInWords, lineFigures, longestGapMs } from './memory-words.ts';
import { joined, useStoredEvents } from './stored-events.ts';
import { useStoredUsage } from './stored-usage.ts';

interface MemoryChartProps {
  readonly target: TargetModel;
  readonly isolate: IsolateModel;
  readonly span: Span;
}

/** How often the time goes on where no reading comes. */
const IDLE_MS = 10_000;
/** What lies within this share of the span is at the cursor. */
const NEAR = 0.005;

export function MemoryChart({ target, isolate, span }: MemoryChartProps) {
  const { now } = useDashboard();
  const stored = useStoredUsage(target.name, isolate.name, span);
  const happened = useStoredEvents(target.name, span).value.value;
  const point = useSignal<number | null>(null);
  const idle = useComputed(() => Math.floor(now.value / IDLE_MS));
  const chosen = address().query.lines;
  const usage = isolate.usage.value;
  const past = stored.value;
  const shown = useMemo(() => shownLines(chosen, usage), [chosen, usage === undefined]);
  const versions = [
    isolate.readings.version.value,
    isolate.footprints.version.value,
    target.marks.version.value,
    target.alerts.value,
    idle.value,
  ];
  const isOurs = (event: { isolate: string }) => event.isolate === isolate.name;
  const content = useMemo(() => {
    const readings = isolate.readings.items;
    const toMs = span.toMs ?? Date.now();
    const restarts = restartsOf([
      ...readings.map(({ takenAt, incarnation }) => ({ atMs: Date.parse(takenAt), incarnation })),
      ...(happened?.targets ?? []).map(({ at, incarnation }) => ({ atMs: Date.parse(at), incarnation })),
    ]);
    const begin = beginOf(span, toMs);
    const lines = memoryLines(past.value, readings, restarts, [begin, toMs]);
    const fromMs = Number.isFinite(begin) ? begin : (lines.times[0] ?? toMs / 1_000 - 60) * 1_000;
    const events = chartEvents(
      {
        footprints: joined(happened?.footprints, isolate.footprints.items).filter(isOurs),
        marks: joined(happened?.marks, target.marks.items),
        alerts: newestOfEach([...(happened?.alerts ?? []), ...target.alerts.value.values()]),
        restarts,
      },
      fromMs,
      toMs,
    );
    return { lines, events, shown, fromMs, toMs };
  }, [target, isolate, past, happened, span, shown, ...versions]);
  const { lines, events, fromMs, toMs } = content;
  const figures = useMemo(() => GAUGE_LINES.map((_, line) => lineFigures(lines, line)), [lines]);
  const gapMs = longestGapMs(lines);
  if (lines.times.length === 0)
    return <NoReadings state={past.state} reason={past.state === 'failed' ? past.reason : ''} />;
  const at = point.value !== null && point.value < lines.times.length ? point.value : null;
  const shownAt = at ?? lines.times.length - 1;
  const atMs = lines.times[shownAt]! * 1_000;
  const values = lines.columns.map((column) => column[shownAt] ?? null);
  const near = at === null ? [] : eventsAt(events, atMs, (toMs - fromMs) * NEAR);
  const pointText = `${moment(atMs, toMs)}: ${GAUGE_LINES.flatMap(({ id, name }, line) =>
    shown.has(id) && values[line] != null ? [`${name} ${size(values[line])}`] : [],
  ).join(', ')}`;
  const toggle = (id: string) => {
    const ids = GAUGE_LINES.map((line) => line.id).filter((each) => shown.has(each) !== (each === id));
    choose({ lines: ids.join('.') || 'none' });
  };
  return (
    <figure class="memory-chart" aria-label="Memory over time">
      <ChartLegend shown={shown} values={values} figures={figures} onToggle={toggle} />
      <ChartCanvas
        content={content}
        point={at}
        pointText={[pointText, ...near.map(({ text }) => text)].join('; ')}
        onCursor={(next) => {
          point.value = next;
        }}
        onZoom={(from, to) => choose(writeSpan({ fromMs: from, toMs: to }))}
      />
      <p class="chart-moment">
        <time class="figures">{at === null ? 'now' : moment(atMs, toMs)}</time>{' '}
        {near.map(({ text }) => text).join(' · ') || <span class="hint">Draw over the chart to look closer.</span>}
      </p>
      <figcaption class="unseen">
        {GAUGE_LINES.map(
          ({ id, name }, line) => figures[line] && <p key={id}>{`${name}: ${figuresInWords(figures[line])}.`}</p>,
        )}
        <p>
          {lines.times.length} points, at most <data value={gapMs}>{humanDuration(gapMs)}</data> between two.
        </p>
      </figcaption>
      <ChartEventList events={events} nowMs={toMs} />
      {past.state === 'failed' && <p class="notice warn">What is stored cannot be shown: {past.reason}</p>}
    </figure>
  );
}

function NoReadings({ state, reason }: { state: 'loading' | 'ready' | 'failed'; reason: string }) {
  if (state === 'loading') return <p role="status">Loading what is stored …</p>;
  if (state === 'failed') return <p class="notice warn">What is stored cannot be shown: {reason}</p>;
  return (
    <div class="notice">
      <p>No readings in this time. Its schedule brings them with a line such as</p>
      <pre>schedule: {'{ usage: 5s }'}</pre>
    </div>
  );
}
