/** Which alerts are listed: by state, target, rule, and words as they are typed. */
import './alert-filter.css';
import type { Alert } from '../../../../protocol/alert.ts';
import { choose } from '../../address/navigation.ts';
import { type AlertChoice, countsByState, LISTED } from './alert-choice.ts';

interface AlertFilterProps {
  readonly alerts: readonly Alert[];
  readonly choice: AlertChoice;
}

export function AlertFilter({ alerts, choice }: AlertFilterProps) {
  const counts = countsByState(alerts, choice);
  const all = LISTED.reduce((sum, state) => sum + counts[state], 0);
  return (
    <search class="alert-filter">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would ask for a legend that everybody sees */}
      <div class="alert-filter-states" role="group" aria-label="State">
        <State name="all" count={all} isChosen={!choice.state} />
        {LISTED.map((state) => (
          <State key={state} name={state} count={counts[state]} isChosen={choice.state === state} />
        ))}
      </div>
      <Names label="Target" choice="target" chosen={choice.target} names={alerts.map(({ target }) => target)} />
      <Names label="Rule" choice="rule" chosen={choice.rule} names={alerts.map(({ rule }) => rule)} />
      <input
        type="search"
        aria-label="Words in the alert"
        placeholder="kind, reason, label…"
        value={choice.q ?? ''}
        onInput={(event) => choose({ q: event.currentTarget.value })}
      />
    </search>
  );
}

function State({ name, count, isChosen }: { name: string; count: number; isChosen: boolean }) {
  return (
    <button type="button" aria-pressed={isChosen} onClick={() => choose({ state: name === 'all' ? undefined : name })}>
      {name} <span class={`figures alert-filter-${count === 0 ? 'none' : name}`}>{count}</span>
    </button>
  );
}

interface NamesProps {
  readonly label: string;
  readonly choice: 'target' | 'rule';
  readonly chosen: string | undefined;
  readonly names: readonly string[];
}

function Names({ label, choice, chosen, names }: NamesProps) {
  const known = [...new Set(chosen ? [...names, chosen] : names)].sort();
  return (
    <select
      aria-label={label}
      value={chosen ?? ''}
      onChange={(event) => choose({ [choice]: event.currentTarget.value })}
    >
      <option value="">every {label.toLowerCase()}</option>
      {known.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}
