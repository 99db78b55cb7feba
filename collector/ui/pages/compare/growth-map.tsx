/** Both partitions in one square map, coloured by what grew and what shrank. */
import { useMemo } from 'preact/hooks';
import type { Comparable } from '../../../../protocol/difference.ts';
import { SquareMap } from '../../parts/square-map/square-map.tsx';
import { growthCells } from './growth-cells.ts';
import type { Measure } from './waterfall.ts';

interface GrowthMapProps {
  readonly a: Comparable;
  readonly b: Comparable;
  readonly measure: Measure;
  readonly onOpen: (kind: string) => void;
}

const TONES = [
  ['shrink-3', '▼ shrank'],
  ['tone-0', 'same'],
  ['grow-1', '▲ up to a third of it is new'],
  ['grow-2', '▲ up to two thirds'],
  ['grow-3', '▲ more'],
] as const;

export function GrowthMap({ a, b, measure, onOpen }: GrowthMapProps) {
  const cells = useMemo(() => growthCells(a, b, measure), [a, b, measure]);
  return (
    <>
      <SquareMap
        cells={cells}
        label={`Kinds by ${measure === 'count' ? 'count' : 'size'}, and how they changed`}
        onOpen={onOpen}
      />
      <ul class="growth-tones" aria-label="Colours">
        {TONES.map(([tone, words]) => (
          <li key={tone}>
            <span class={`growth-tone ${tone}`} /> {words}
          </li>
        ))}
      </ul>
    </>
  );
}
