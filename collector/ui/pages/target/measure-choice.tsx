/** Chooses whether kinds are told by their size or by how many objects they have. */
import { choose } from '../../address/navigation.ts';
import type { Measure } from './wall/kind-line.ts';

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
