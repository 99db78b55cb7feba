/** The wall: every kind of a source as one line over time, to be sorted, filtered and pinned. */
import './wall.css';
import { useComputed } from '@preact/signals';
import { memo } from 'preact/compat';
import { useEffect, useMemo } from 'preact/hooks';
import { address, choose } from '../../../address/navigation.ts';
import { useDashboard } from '../../../live/dashboard.ts';
import { type IsolateModel, sortOf } from '../../../live/isolate-model.ts';
import type { Source } from '../../../live/source.ts';
import { beginOf, type Span } from '../../../parts/span.ts';
import { VirtualList } from '../../../parts/virtual-list.tsx';
import { count } from '../../../parts/words.ts';
import type { KindLine } from './kind-line.ts';
import { useNarrow } from './narrow.ts';
import { useStoredWall } from './stored-wall.ts';
import { WallControls } from './wall-controls.tsx';
import type { WallLines } from './wall-lines.ts';
import { ordered, readPins, SORTS, type WallChoice, writePins } from './wall-order.ts';
import { WallRow } from './wall-row.tsx';

interface WallProps {
  readonly target: string;
  readonly isolate: IsolateModel;
  readonly source: Source;
  readonly span: Span;
}

export function Wall({ target, isolate, source, span }: WallProps) {
  const wall = useStoredWall({ target, isolate: isolate.name, source, span });
  const { state, lines, reason } = wall.value;
  useLive(lines, isolate, source, span);
  if (state === 'failed' && !lines) return <p class="notice warn">The wall cannot be shown: {reason}</p>;
  if (!lines) return <p role="status">Loading the history of its kinds …</p>;
  return (
    <>
      {state === 'failed' && <p class="notice warn">What is stored cannot be shown whole: {reason}</p>}
      <WallList target={target} source={source} lines={lines} isLoading={state === 'loading'} isolate={isolate.name} />
    </>
  );
}

interface WallListProps {
  readonly target: string;
  readonly isolate: string;
  readonly source: Source;
  readonly lines: WallLines;
  readonly isLoading: boolean;
}

/** CSS pixels. */
const ROW_HEIGHT = 40;
const NARROW_ROW_HEIGHT = 68;

const WallList = memo(({ target, isolate, source, lines, isLoading }: WallListProps) => {
  const narrow = useNarrow();
  const { query } = address();
  const choice = useMemo(() => readChoice(query), [query.sort, query.measure, query.q, query.pins]);
  const version = lines.version.value;
  const shown = useMemo(() => ordered(lines.lines, choice), [lines, version, choice]);
  const steps = useMemo(() => [...lines.steps], [lines, version]);
  const { span, from, to } = query;
  const kindQuery = useMemo(
    () => ({ ...source, isolate: isolate === 'main' ? undefined : isolate, span, from, to }),
    [source.probe, source.by, isolate, span, from, to],
  );
  const total = lines.lines.length;
  return (
    <div class="wall">
      <WallControls choice={choice} />
      <p class="hint" role="status">
        {shown.length === total ? count(total) : `${count(shown.length)} of ${count(total)}`}{' '}
        {total === 1 ? 'kind' : 'kinds'}
        {isLoading && ', more are being loaded …'}
      </p>
      <div class="wall-row wall-head" aria-hidden="true">
        <span />
        <span>Kind</span>
        <span>{choice.measure === 'sizeBytes' ? 'Size' : 'Count'} over time</span>
        <span class="wall-min">Min</span>
        <span class="wall-now">Now</span>
        <span class="wall-max">Max</span>
        <span class="wall-delta">Change</span>
        <span class="wall-slope">Slope</span>
        <span class="wall-steady">Steady</span>
      </div>
      <VirtualList items={shown} rowHeight={narrow.value ? NARROW_ROW_HEIGHT : ROW_HEIGHT} label="Kinds" keyOf={kindOf}>
        {(line) => (
          <WallRow
            line={line}
            version={line.version}
            steps={steps}
            stepMs={lines.stepMs}
            measure={choice.measure}
            target={target}
            query={kindQuery}
            isPinned={choice.pins.has(line.kind)}
            onPin={togglePin}
          />
        )}
      </VirtualList>
      {shown.length === 0 && total > 0 && <p class="notice">No kind's name fits “{choice.filter}”.</p>}
      <details class="hint">
        <summary>What the columns say</summary>
        <p>
          Min and max are of all samples in the time that is shown, the change is from its first to its last. Slope is
          the median of the slopes between all pairs of points (Theil–Sen), a dash where the points show none. Steady is
          Mann–Kendall's z: by how many standard deviations rises outweigh falls among all pairs of points; from 2.33 on
          it is hardly chance, and the row is marked. Both need four points.
        </p>
      </details>
    </div>
  );
});

/** Adds what comes, and lets go of what the span has left behind. */
function useLive(lines: WallLines | undefined, isolate: IsolateModel, source: Source, span: Span): void {
  const { now } = useDashboard();
  const minute = useComputed(() => Math.floor(now.value / 60_000)).value;
  const version = isolate.partitions.version.value;
  const sort = sortOf(source);
  useEffect(() => {
    if (!lines || span.toMs !== undefined) return;
    for (const partition of isolate.partitions.items) if (sortOf(partition) === sort) lines.take(partition);
    lines.dropBefore(beginOf(span, now.peek()));
  }, [lines, isolate, sort, span.name, version, minute]);
}

function readChoice({ sort, measure, q = '', pins }: Readonly<Record<string, string>>): WallChoice {
  return {
    sort: SORTS.find((each) => each === sort) ?? 'size',
    measure: measure === 'count' ? 'count' : 'sizeBytes',
    filter: q,
    pins: readPins(pins),
  };
}

function togglePin(kind: string): void {
  const pins = readPins(address().query.pins);
  if (!pins.delete(kind)) pins.add(kind);
  choose({ pins: writePins(pins) });
}

function kindOf({ kind }: KindLine): string {
  return kind;
}
