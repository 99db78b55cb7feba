/** Two moments of one target, or two targets: what A has over B. */
import './compare-page.css';
import { useMemo } from 'preact/hooks';
import { OTHER_KINDS } from '../../../../protocol/aligned.ts';
import { diffTable } from '../../../../protocol/diff-table.ts';
import type { Partition } from '../../../../protocol/partition.ts';
import { Link } from '../../address/link.tsx';
import { address, choose, go } from '../../address/navigation.ts';
import { useDashboard } from '../../live/dashboard.ts';
import { readSpan, SPAN_WORDS, SPANS } from '../../parts/span.ts';
import { TableText } from '../../parts/table-text/table-text.tsx';
import { moment } from '../../parts/words.ts';
import { type Comparison, comparisonOf } from './comparison.ts';
import { GrowthMap } from './growth-map.tsx';
import { hourBefore, isSameSeries, newestOf, readSide, seriesChoice, writeSide } from './side.ts';
import { SideChoice } from './side-choice.tsx';
import { type Side, useSide } from './use-side.ts';
import { type Measure, waterfall } from './waterfall.ts';
import { WaterfallTable } from './waterfall-table.tsx';

/** Rows of the table, and kinds of the waterfall. */
const MAX_ROWS = 1_000;
const MAX_STEPS = 8;

export function ComparePage() {
  const a = useSide('a', undefined, newestOf);
  const b = useSide('b', a.series, (moments, series) =>
    a.moment && a.series && isSameSeries(a.series, series) ? hourBefore(moments, a.moment) : newestOf(moments),
  );
  return (
    <>
      <div class="compare-head">
        <h1>Compare</h1>
        <SpanChoice />
        <button type="button" onClick={() => swap(a, b)} disabled={!a.moment || !b.moment}>
          <span aria-hidden="true">⇄</span> Swap A and B
        </button>
        {a.moment && b.moment && <Pin a={a} b={b} />}
      </div>
      <div class="compare-sides">
        <SideChoice side={a} title="the newer one" />
        <SideChoice side={b} title="the older one" />
      </div>
      <Outcome a={a} b={b} />
    </>
  );
}

function SpanChoice() {
  const span = readSpan(address().query);
  return (
    <label>
      Moments of the last{' '}
      <select
        value={span.name ?? ''}
        onChange={(event) => choose({ span: event.currentTarget.value, from: undefined, to: undefined })}
      >
        {span.name === undefined && <option value="">{new Date(span.fromMs).toLocaleString()} …</option>}
        {SPANS.map((name) => (
          <option key={name} value={name}>
            {SPAN_WORDS[name]}
          </option>
        ))}
      </select>
    </label>
  );
}

/** As long as no moment is chosen the newest is shown, whichever that is. */
function Pin({ a, b }: { a: Side; b: Side }) {
  const { query } = address();
  if (query.a !== undefined && query.b !== undefined) return null;
  return (
    <Link to={{ page: 'compare' }} query={{ ...query, a: a.moment?.id, b: b.moment?.id }}>
      Keep these two moments
    </Link>
  );
}

function swap(a: Side, b: Side): void {
  choose({ ...sideAs('a', b), ...sideAs('b', a) });
}

function sideAs(name: 'a' | 'b', { series, moment }: Side) {
  return writeSide(name, { ...(series && seriesChoice(series)), id: moment?.id });
}

function Outcome({ a, b }: { a: Side; b: Side }) {
  const ofA = a.partition.value;
  const ofB = b.partition.value;
  const comparison = useMemo(() => (ofA && ofB ? comparisonOf(ofA, ofB) : undefined), [ofA, ofB]);
  if (!ofA || !ofB || !comparison) return <Missing a={a} b={b} />;
  if (comparison.state === 'refused') return <p class="notice warn">{comparison.reason}</p>;
  return <Compared a={ofA} b={ofB} comparison={comparison} />;
}

function Missing({ a, b }: { a: Side; b: Side }) {
  const { fleet, session } = useDashboard();
  const { query } = address();
  if (a.partition.state === 'failed' || b.partition.state === 'failed') return null;
  if (session.connection.value.state !== 'open') return <p role="status">Connecting to the collector …</p>;
  if (fleet.targets.value.length === 0) {
    return (
      <div class="notice">
        <p>The collector has no target yet. Give it one in its configuration:</p>
        <pre>targets: [{'{ name: api, inspect: 127.0.0.1:9229 }'}]</pre>
      </div>
    );
  }
  if (!a.series && readSide(query, 'a').id === undefined) {
    return (
      <div class="notice">
        <p>
          There is nothing to compare yet: no partition was taken. Run a probe on a target's page, or give it a
          schedule:
        </p>
        <pre>schedule: {'{ types: auto, census: 10m }'}</pre>
      </div>
    );
  }
  if (a.moment && b.isListed && !b.moment) {
    return <p class="notice">One partition alone: choose another source for B, or wait for the next.</p>;
  }
  return <p role="status">Asking the collector …</p>;
}

interface ComparedProps {
  readonly a: Partition;
  readonly b: Partition;
  readonly comparison: Extract<Comparison, { state: 'compared' }>;
}

function Compared({ a, b, comparison }: ComparedProps) {
  const { query } = address();
  const now = useDashboard().now.value;
  const measure: Measure = query.measure === 'count' ? 'count' : 'sizeBytes';
  const { difference, notes, isBackwards } = comparison;
  const text = useMemo(() => diffTable(comparison.a, comparison.b, { rows: MAX_ROWS, more: 'shell' }), [comparison]);
  const steps = useMemo(() => waterfall(difference, measure, MAX_STEPS), [difference, measure]);
  const isKind = (kind: string) => kind !== OTHER_KINDS && difference.rows.some((row) => row.kind === kind);
  const open = (kind: string) => {
    if (kind !== OTHER_KINDS) go({ page: 'kind', target: a.target, kind }, { by: a.by, probe: a.probe });
  };
  return (
    <>
      {isBackwards && <p class="notice warn">A is older than B, so growth has a minus. Swap them.</p>}
      {notes.map((note) => (
        <p key={note} class="notice">
          {note}
        </p>
      ))}
      <div class="compare-views">
        <section class="panel" aria-labelledby="waterfall">
          <div class="compare-head">
            <h2 id="waterfall">From B to A</h2>
            <MeasureChoice measure={measure} />
          </div>
          <WaterfallTable
            waterfall={steps}
            measure={measure}
            linkOf={(kind) => (isKind(kind) ? { target: a.target, kind } : undefined)}
            names={{ a: nameOf(a, now), b: nameOf(b, now) }}
          />
        </section>
        <section class="panel" aria-labelledby="growth-map">
          <h2 id="growth-map">What grew</h2>
          <GrowthMap a={comparison.a} b={comparison.b} measure={measure} onOpen={open} />
        </section>
      </div>
      <section class="panel" aria-labelledby="diff-table">
        <TableText
          heading={<h2 id="diff-table">What A has over B</h2>}
          label="heapy's table of the difference"
          text={text}
        />
      </section>
    </>
  );
}

function MeasureChoice({ measure }: { measure: Measure }) {
  return (
    <label>
      by{' '}
      <select value={measure} onChange={(event) => choose({ measure: event.currentTarget.value })}>
        <option value="sizeBytes">size</option>
        <option value="count">count</option>
      </select>
    </label>
  );
}

function nameOf({ target, takenAt }: Partition, now: number): string {
  return `${target} at ${moment(takenAt, now)}`;
}
