/** Chooses whether kinds are shown by their size or by their number of objects. */
import { choose } from '../../../address/navigation.ts';
import type { Measure } from './kind-line.ts';

export function MeasureChoice({ measure }: { measure: Measure }) {
  return (
    <label>
      Show{' '}
      <select
        value={measure}
        onChange={({ currentTarget: { value } }) => choose({ measure: value === 'count' ? value : undefined })}
      >
        <option value="sizeBytes">size</option>
        <option value="count">count</option>
      </select>
    </label>
  );
}
