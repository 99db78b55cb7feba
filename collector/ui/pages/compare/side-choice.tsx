/** Chooses one side of the comparison: of which target, by which probe, at which moment. */
import { choose } from '../../address/navigation.ts';
import { useDashboard } from '../../live/dashboard.ts';
import { writeSource } from '../../live/source.ts';
import { count, size } from '../../parts/words.ts';
import { MomentChoice } from './moment-choice.tsx';
import { type Chosen, writeSide } from './side.ts';
import type { Side } from './use-side.ts';

export function SideChoice({ side, title }: { side: Side; title: string }) {
  const { name, series, moments, partition } = side;
  const change = (chosen: Partial<Chosen>) => choose(writeSide(name, chosen));
  const heading = `side-${name}`;
  return (
    <section class={`compare-side side-${name}`} aria-labelledby={heading}>
      <h2 id={heading}>
        <span class="compare-letter">{name.toUpperCase()}</span> {title}
      </h2>
      <SeriesChoice side={side} change={change} />
      {series && moments.length > 0 && <MomentChoice side={side} onChoose={(id) => change({ ...placeOf(side), id })} />}
      {series && moments.length === 0 && side.isListed && (
        <p class="notice">None is stored in this time. Choose a longer one, or another source.</p>
      )}
      {partition.state === 'failed' && (
        <p class="notice bad" role="alert">
          <strong>Not to be had:</strong> {partition.reason}{' '}
          <button type="button" onClick={() => change(placeOf(side))}>
            Choose another moment
          </button>
        </p>
      )}
      {partition.value && (
        <p class="hint compare-set">
          {count(partition.value.count)} objects, {size(partition.value.sizeBytes)}
          {partition.value.incarnation !== undefined && `; ${partition.value.incarnation}`}
        </p>
      )}
    </section>
  );
}

function SeriesChoice({ side, change }: { side: Side; change: (chosen: Partial<Chosen>) => void }) {
  const { fleet } = useDashboard();
  const { target, isolate, series, sources } = side;
  const isolates = target?.isolates.value ?? [];
  const source = series && writeSource(series);
  return (
    <div class="compare-series">
      <label>
        Target{' '}
        <select value={target?.name ?? ''} onChange={(event) => change({ target: event.currentTarget.value })}>
          {!target && <option value="">…</option>}
          {fleet.targets.value.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      {isolates.length > 1 && (
        <label>
          Isolate{' '}
          <select
            value={isolate}
            onChange={(event) => change({ target: target?.name, isolate: event.currentTarget.value })}
          >
            {isolates.map(({ name }) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
      )}
      {sources.length > 0 && (
        <label>
          Source{' '}
          <select
            value={source}
            onChange={(event) => change({ target: target?.name, isolate, source: event.currentTarget.value })}
          >
            {sources.map((each) => (
              <option key={writeSource(each)} value={writeSource(each)}>
                {each.probe} by {each.by}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}

/** What a choice of a moment leaves as it is. */
function placeOf({ series }: Side): Partial<Chosen> {
  return series ? { target: series.target, isolate: series.isolate, source: writeSource(series) } : {};
}
