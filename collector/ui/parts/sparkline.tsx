/** A small line without axes: how one figure went. */
import { memo } from 'preact/compat';
import { sparkPath } from './spark-path.ts';

interface SparklineProps {
  /** Oldest first; where nothing is known, null. */
  readonly values: readonly (number | null)[];
  /** The figures in words, for screen readers. */
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
}

export const Sparkline = memo(({ values, label, width = 120, height = 28 }: SparklineProps) => (
  <svg class="sparkline" role="img" aria-label={label} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none">
    <path d={sparkPath(values, width, height)} />
  </svg>
));
