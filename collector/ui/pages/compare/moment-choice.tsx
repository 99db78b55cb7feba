/** A slider over the stored partitions of a series, under the line of their sizes. */

import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { maxOf, minOf } from '../../../../protocol/extremes.ts';
import { useDashboard } from '../../live/dashboard.ts';
import { Sparkline } from '../../parts/sparkline.tsx';
import { ago, count, moment as momentOf, size } from '../../parts/words.ts';
import type { Moment } from './side.ts';
import type { Side } from './use-side.ts';

interface MomentChoiceProps {
  readonly side: Side;
  readonly onChoose: (id: string) => void;
}

export function MomentChoice({ side: { name, moments, moment, omitted }, onChoose }: MomentChoiceProps) {
  const now = useDashboard().now.value;
  /** Where the slider is while it is moved. */
  const dragged = useSignal<number | undefined>(undefined);
  const sizes = useMemo(() => moments.map(({ sizeBytes }) => sizeBytes), [moments]);
  const chosen = moment ? moments.indexOf(moment) : moments.length - 1;
  const at = Math.min(dragged.value ?? chosen, moments.length - 1);
  const shown = moments[at];
  const settle = (index: number) => {
    dragged.value = undefined;
    const found = moments[index];
    if (found && found.id !== moment?.id) onChoose(found.id);
  };
  const letter = name.toUpperCase();
  return (
    <div class="moment-choice">
      <div class="moment-line">
        <Sparkline values={sizes} label={rangeOf(moments)} width={400} height={32} />
      </div>
      <div class="moment-slide">
        <button
          type="button"
          disabled={at <= 0}
          aria-label={`${letter}: the one before`}
          onClick={() => settle(at - 1)}
        >
          ‹
        </button>
        <input
          type="range"
          min={0}
          max={moments.length - 1}
          value={at}
          disabled={moments.length < 2}
          aria-label={`Moment of ${letter}`}
          aria-valuetext={shown && inWords(shown, now)}
          onInput={(event) => {
            dragged.value = event.currentTarget.valueAsNumber;
          }}
          onChange={(event) => settle(event.currentTarget.valueAsNumber)}
        />
        <button
          type="button"
          disabled={at >= moments.length - 1}
          aria-label={`${letter}: the next one`}
          onClick={() => settle(at + 1)}
        >
          ›
        </button>
      </div>
      {shown && (
        <p class="moment-shown">
          <time dateTime={shown.takenAt} title={shown.takenAt}>
            {momentOf(shown.takenAt, now)}
          </time>
          , {ago(shown.takenAt, now)}{' '}
          <small>
            {count(at + 1)} of {count(moments.length)}
            {omitted > 0 && `, ${count(omitted)} older ones in this time are not listed`}
          </small>
        </p>
      )}
    </div>
  );
}

function inWords({ takenAt, sizeBytes }: Moment, now: number): string {
  return `${momentOf(takenAt, now)}, ${size(sizeBytes)}`;
}

function rangeOf(moments: readonly Moment[]): string {
  const sizes = moments.map(({ sizeBytes }) => sizeBytes);
  return `${count(moments.length)} partitions, ${size(minOf(sizes))} to ${size(maxOf(sizes))}`;
}
