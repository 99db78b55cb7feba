/** The state of each rule on each target. */
import './rule-table.css';
import type { RuleState } from '../../../../protocol/alert.ts';
import { Link } from '../../address/link.tsx';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { amount, count } from '../../parts/words.ts';

const ROW_HEIGHT = 34;
const STATES = ['firing', 'pending', 'undecided', 'inactive'] as const;

export function RuleTable({ rules }: { rules: readonly RuleState[] }) {
  const sorted = rules.toSorted(byUrgency);
  return (
    <section class="panel rule-table">
      <h2>Rules</h2>
      <p class="hint">
        Series of each rule on each target, by state. Undecided: the window cannot tell yet; the smallest rate is what
        it could have shown so far.
      </p>
      <div class="rule-table-head rule-table-row" aria-hidden="true">
        <span>Rule</span>
        <span>Target</span>
        {STATES.map((state) => (
          <span key={state}>{state}</span>
        ))}
        <span>smallest rate</span>
      </div>
      <VirtualList
        items={sorted}
        rowHeight={ROW_HEIGHT}
        label="Rules"
        keyOf={({ rule, target }) => `${rule}\n${target}`}
      >
        {(state) => <RuleRow state={state} />}
      </VirtualList>
    </section>
  );
}

function RuleRow({ state }: { state: RuleState }) {
  const { rule, target, smallestPerHour, why } = state;
  return (
    <div class="rule-table-row">
      <Link to={{ page: 'alerts' }} query={{ rule, target }}>
        {rule}
      </Link>
      <Link to={{ page: 'target', target }}>{target}</Link>
      {STATES.map((name) => (
        <span key={name} class={`figures rule-table-${state[name] === 0 ? 'none' : name}`}>
          {count(state[name])}
          <span class="unseen"> {name}</span>
        </span>
      ))}
      <span class="figures rule-table-rate" title={why && `Never judged: ${why}`}>
        {why ? 'never judged' : smallestPerHour ? rateText(smallestPerHour, state.unit) : ''}
      </span>
    </div>
  );
}

function rateText({ least, most }: { least: number; most: number }, unit: RuleState['unit']): string {
  const [from, to] = [amount(least, unit), amount(most, unit)];
  return from === to ? `${from}/h` : `${from} to ${to}/h`;
}

function byUrgency(a: RuleState, b: RuleState): number {
  return b.firing - a.firing || b.pending - a.pending || (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0);
}
