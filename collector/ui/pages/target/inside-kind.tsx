/** What the objects of one kind are, by the newest kept snapshot, as a square map: a level below the one of the whole heap. */
import { useMemo } from 'preact/hooks';
import { Link } from '../../address/link.tsx';
import { address, choose, go } from '../../address/navigation.ts';
import { useDashboard } from '../../live/dashboard.ts';
import { useResource } from '../../live/resource.ts';
import { SquareMap } from '../../parts/square-map/square-map.tsx';
import { count, moment, size } from '../../parts/words.ts';
import { cellsOf } from './cells.ts';
import type { Measure } from './wall/kind-line.ts';

interface InsideKindProps {
  readonly target: string;
  readonly isolate: string;
  readonly kind: string;
  /** The classifier that `kind` is of. */
  readonly by: string;
  readonly measure: Measure;
}

/** By what a kind is split. */
const SPLITS = ['module', 'size', 'referrers', 'via'] as const;

export function InsideKind({ target, isolate, kind, by, measure }: InsideKindProps) {
  const { session } = useDashboard();
  const split = SPLITS.find((each) => each === address().query.split) ?? 'module';
  const asked = useResource(
    () => session.request('explore', { question: 'partition', target, isolate, kind, by, split }),
    [session, target, isolate, kind, by, split],
  );
  const { state, value } = asked.value;
  const answer = value?.question === 'partition' ? value : undefined;
  const cells = useMemo(() => (answer ? cellsOf(answer.rows, answer, measure) : []), [answer, measure]);
  const back = () => choose({ inside: undefined, split: undefined });
  return (
    <>
      <div class="target-row">
        <label>
          {kind} by{' '}
          <select value={split} onChange={(event) => choose({ split: event.currentTarget.value })}>
            {SPLITS.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <Link to={{ page: 'kind', target, kind }} query={{ by }}>
          All about it
        </Link>
      </div>
      {state === 'loading' && <p role="status">Reading the snapshot …</p>}
      {state === 'failed' && (
        <p class="notice warn">
          {asked.value.state === 'failed' && asked.value.reason}{' '}
          <button type="button" onClick={back}>
            Back
          </button>
        </p>
      )}
      {answer && (
        <>
          <p class="hint">
            {count(answer.count)} objects, {size(answer.sizeBytes)}, in the snapshot of{' '}
            {moment(answer.takenAt, Date.now())}; {size(answer.retainedBytes)} would be freed with them.
          </p>
          <SquareMap
            cells={cells}
            label={`${kind} by ${split}`}
            trail={[kind]}
            onBack={back}
            onOpen={() => go({ page: 'kind', target, kind }, { by })}
          />
        </>
      )}
    </>
  );
}
