/** How the wall is filtered and sorted, and what it shows of each kind. */
import { choose } from '../../../address/navigation.ts';
import { MeasureChoice } from './measure-choice.tsx';
import { SORT_WORDS, SORTS, type WallChoice } from './wall-order.ts';

export function WallControls({ choice: { sort, measure, filter } }: { choice: WallChoice }) {
  return (
    <div class="target-row">
      <label>
        Filter{' '}
        <input
          type="search"
          value={filter}
          placeholder="name, Sess*"
          onInput={(event) => choose({ q: event.currentTarget.value })}
        />
      </label>
      <label>
        Sort by{' '}
        <select value={sort} onChange={(event) => choose({ sort: event.currentTarget.value })}>
          {SORTS.map((name) => (
            <option key={name} value={name}>
              {SORT_WORDS[name]}
            </option>
          ))}
        </select>
      </label>
      <MeasureChoice measure={measure} />
    </div>
  );
}
