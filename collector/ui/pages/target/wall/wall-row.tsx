/** One kind on the wall: its line, and the figures of it. */
import { memo } from 'preact/compat';
import { Link } from '../../../address/link.tsx';
import { Sparkline } from '../../../parts/sparkline.tsx';
import { count, signedCount, signedSize, size } from '../../../parts/words.ts';
import type { KindLine, Measure } from './kind-line.ts';

interface WallRowProps {
  readonly line: KindLine;
  /** Of the line: a row is drawn anew when it has changed, and else is not. */
  readonly version: number;
  /** Steps of the wall. */
  readonly steps: readonly number[];
  readonly stepMs: number;
  readonly measure: Measure;
  readonly target: string;
  /** The rest of the address of the page of a kind. */
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly isPinned: boolean;
  readonly onPin: (kind: string) => void;
}

/** From here on growth is hardly chance: one of a hundred lines without any would seem so (one-sided). */
const STEADY = 2.33;

export const WallRow = memo(({ line, steps, stepMs, measure, target, query, isPinned, onPin }: WallRowProps) => {
  const { kind } = line;
  const trail = line[measure];
  const isSize = measure === 'sizeBytes';
  const plain = isSize ? size : count;
  const signed = isSize ? signedSize : signedCount;
  const exact = (value: number) => `${count(value)}${isSize ? ' bytes' : ''}`;
  const mark = isSize && line.estimated ? '~' : '';
  const steadiness = trail.steadiness;
  const perHour = trail.perHour(stepMs);
  const grows = steadiness >= STEADY;
  return (
    <div class={grows ? 'wall-row grows' : 'wall-row'}>
      <button
        type="button"
        class="wall-pin"
        aria-pressed={isPinned}
        aria-label={`Pin ${kind}`}
        onClick={() => onPin(kind)}
      >
        {isPinned ? '★' : '☆'}
      </button>
      <Link class="wall-kind" to={{ page: 'kind', target, kind }} query={query}>
        <span title={kind}>{kind}</span>
      </Link>
      <Sparkline
        values={trail.at(steps)}
        label={`${kind}: from ${plain(trail.min)} to ${plain(trail.max)}, now ${plain(trail.last)}`}
      />
      <span class="wall-min" title={exact(trail.min)}>
        {plain(trail.min)}
      </span>
      <span class="wall-now" title={exact(trail.last)}>
        {mark}
        {plain(trail.last)}
      </span>
      <span class="wall-max" title={exact(trail.max)}>
        {plain(trail.max)}
      </span>
      <span class="wall-delta" title={exact(trail.delta)}>
        {signed(trail.delta)}
      </span>
      <span class="wall-slope" title="Theil–Sen slope">
        {perHour === 0 ? '–' : `${signed(perHour)}/h`}
      </span>
      <span class="wall-steady" title={`${steadyWords(steadiness)} (z = ${steadiness.toFixed(2)})`}>
        {steadiness.toFixed(1).replace('-', '−')}
      </span>
    </div>
  );
});

function steadyWords(z: number): string {
  if (z >= STEADY) return 'grows steadily';
  return z <= -STEADY ? 'shrinks steadily' : 'neither grows nor shrinks steadily';
}
