/** How many of a kind there were, and how large they were, over time. */
import './kind-history.css';
import { useMemo } from 'preact/hooks';
import { address, choose } from '../../address/navigation.ts';
import { useDashboard } from '../../live/dashboard.ts';
import type { IsolateModel } from '../../live/isolate-model.ts';
import { useResource } from '../../live/resource.ts';
import { chosenSource, sourcesOf, writeSource } from '../../live/source.ts';
import { LineChart } from '../../parts/line-chart/line-chart.tsx';
import { beginOf, historySpan, readSpan, SPAN_WORDS, SPANS, writeSpan } from '../../parts/span.ts';
import { count, moment, signedCount, signedSize, size } from '../../parts/words.ts';
import { globOf, type KindFigures, type KindMeasure, kindFigures, kindSeries, sourcesOfKind } from './kind-series.ts';

/** Points of the line: what a wide screen can tell apart. */
const STEPS = 300;
const SIZE_STEPS = Array.from({ length: 42 }, (_, i) => 2 ** i);
const WHOLE_STEPS = Array.from({ length: 13 }, (_, i) => [1, 2, 5].map((step) => step * 10 ** i)).flat();

interface KindHistoryProps {
  readonly target: string;
  readonly isolate: string;
  readonly model: IsolateModel | undefined;
  readonly kind: string;
}

export function KindHistory({ target, isolate, model, kind }: KindHistoryProps) {
  const { session, fleet } = useDashboard();
  const { query } = address();
  const span = readSpan(query);
  const measure: KindMeasure = query.measure === 'size' ? 'size' : 'count';
  const stored = useResource(() => {
    const asked = historySpan(span, STEPS, Date.now());
    return session.request('history', { target, isolate, kind: globOf(kind), limit: 1_000, ...asked });
  }, [target, isolate, kind, JSON.stringify(span), fleet.gaps.value]);
  const past = stored.value;
  const version = model?.partitions.version.value;
  const live = span.toMs === undefined ? (model?.partitions.items ?? []) : [];
  const histories = past.value ? sourcesOfKind(past.value, kind) : [];
  const holding = live.filter(({ rows }) => rows.some((row) => row.kind === kind));
  const sources = sourcesOf([...histories, ...holding]);
  const source = chosenSource(sources, `${query.probe}:${query.by ?? 'kind'}`);
  const sourceName = source && writeSource(source);
  const content = useMemo(() => {
    if (!source) return undefined;
    const history = histories.find(({ probe, by }) => probe === source.probe && by === source.by);
    const series = kindSeries(history, live, source, kind, measure);
    const toMs = span.toMs ?? Date.now();
    const begin = beginOf(span, toMs);
    const fromMs = Number.isFinite(begin) ? begin : (series.timesS[0] ?? toMs / 1_000 - 60) * 1_000;
    const format = measure === 'size' ? size : count;
    const steps = measure === 'size' ? SIZE_STEPS : WHOLE_STEPS;
    const { timesS, values, estimated } = series;
    return { line: { timesS, values, fromMs, toMs, format, steps }, figures: kindFigures(series), estimated };
  }, [past, version, sourceName, measure, JSON.stringify(span)]);
  return (
    <section class="panel" aria-labelledby="history">
      <div class="kind-history-head">
        <h2 id="history">History</h2>
        <Choice label="Measure" name="measure" value={measure} options={{ count: 'objects', size: 'size' }} />
        <Choice
          label="Source"
          name="source"
          value={sourceName ?? ''}
          options={Object.fromEntries(sources.map((each) => [writeSource(each), `${each.probe} by ${each.by}`]))}
          onChoose={(text) => {
            const [probe, by] = text.split(':');
            choose({ probe, by });
          }}
        />
        <Choice
          label="Time"
          name="span"
          value={span.name ?? ''}
          options={span.name ? SPAN_WORDS : { '': spanText(span.fromMs, span.toMs), ...SPAN_WORDS }}
          onChoose={(name) => {
            const chosen = SPANS.find((each) => each === name);
            if (chosen) choose({ ...writeSpan(readSpan({ span: chosen })) });
          }}
        />
      </div>
      {content && content.line.timesS.length > 0 ? (
        <>
          <Figures figures={content.figures} measure={measure} estimated={content.estimated} />
          <LineChart
            key={measure}
            line={content.line}
            label={measure === 'count' ? `objects of ${kind}` : `size of ${kind}`}
            onZoom={(fromMs, toMs) => choose(writeSpan({ fromMs, toMs }))}
          />
        </>
      ) : (
        <NoReadings state={past.state} reason={past.state === 'failed' ? past.reason : ''} kind={kind} />
      )}
    </section>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly name: string;
  readonly value: string;
  readonly options: Readonly<Record<string, string>>;
  readonly onChoose?: (value: string) => void;
}

function Choice({ label, name, value, options, onChoose }: ChoiceProps) {
  if (Object.keys(options).length === 0) return null;
  return (
    <label>
      <span class="kind-history-label">{label}</span>{' '}
      <select
        value={value}
        onChange={({ currentTarget }) =>
          onChoose ? onChoose(currentTarget.value) : choose({ [name]: currentTarget.value })
        }
      >
        {Object.entries(options).map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function spanText(fromMs: number, toMs: number): string {
  return `${moment(fromMs, Date.now())} to ${moment(toMs, Date.now())}`;
}

interface FiguresProps {
  readonly figures: KindFigures | undefined;
  readonly measure: KindMeasure;
  readonly estimated: boolean;
}

function Figures({ figures, measure, estimated }: FiguresProps) {
  if (!figures) return null;
  const [plain, signed] = measure === 'size' ? [size, signedSize] : [count, signedCount];
  const unit = measure === 'size' ? 'bytes' : 'objects';
  const about = estimated ? '~' : '';
  const { min, now, max, delta, slope } = figures;
  const exactly = (value: number) => `${about}${value.toLocaleString('en-US')} ${unit}`;
  return (
    <dl class="kind-figures">
      <KindFigure name="min" text={about + plain(min)} exact={exactly(min)} />
      <KindFigure name="now" text={about + plain(now)} exact={exactly(now)} />
      <KindFigure name="max" text={about + plain(max)} exact={exactly(max)} />
      <KindFigure name="change" text={about + signed(delta)} exact={exactly(delta)} />
      {slope ? (
        <KindFigure
          name="slope"
          text={`${signed(slope.perHour)}/h`}
          more={`${signed(slope.lower)} to ${signed(slope.upper)}`}
          exact="Theil–Sen, and its interval with 95 % confidence"
        />
      ) : (
        <KindFigure name="slope" text="–" exact="too few readings to tell" />
      )}
    </dl>
  );
}

interface KindFigureProps {
  readonly name: string;
  readonly text: string;
  readonly exact: string;
  readonly more?: string;
}

function KindFigure({ name, text, exact, more }: KindFigureProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd class="figures" title={exact}>
        {text} {more !== undefined && <small>{more}</small>}
      </dd>
    </div>
  );
}

function NoReadings({ state, reason, kind }: { state: string; reason: string; kind: string }) {
  if (state === 'loading') return <p role="status">Loading what is stored …</p>;
  if (state === 'failed') return <p class="notice warn">What is stored cannot be shown: {reason}</p>;
  return (
    <div class="notice">
      <p>
        No reading of {kind} in this time: nothing counted it, or it was among the small kinds that a partition leaves
        out (<code>rows</code> says how many it keeps). A schedule brings readings:
      </p>
      <pre>schedule: {'{ types: auto, census: 10m }'}</pre>
    </div>
  );
}
