/** The lines of the chart with what they are at the cursor, or now; each is put on and off by its button. */
import { count, size } from '../words.ts';
import { GAUGE_LINES } from './gauges.ts';
import type { LineFigures } from './memory-words.ts';
import { figuresInWords, shortSlope } from './memory-words.ts';

interface ChartLegendProps {
  readonly shown: ReadonlySet<string>;
  /** At the cursor, in the order of the lines; null where the chart has none. */
  readonly values: readonly (number | null)[];
  readonly figures: readonly (LineFigures | undefined)[];
  readonly onToggle: (id: string) => void;
}

export function ChartLegend({ shown, values, figures, onToggle }: ChartLegendProps) {
  return (
    <ul class="chart-legend" aria-label="Lines of the chart">
      {GAUGE_LINES.map(({ id, name, colour, meaning }, line) => {
        const value = values[line] ?? null;
        const known = figures[line];
        return (
          <li key={id}>
            <button type="button" aria-pressed={shown.has(id)} title={meaning} onClick={() => onToggle(id)}>
              <span class="chart-swatch" style={{ background: `var(${colour})` }} />
              {name}
            </button>
            <span class="figures" title={value === null ? 'not known' : `${count(value)} bytes`}>
              {value === null ? '–' : size(value)}
            </span>
            <small title={known && `${name}: ${figuresInWords(known)}`}>{shortSlope(known?.perHour)}</small>
          </li>
        );
      })}
    </ul>
  );
}
