/** Every target of the collector as a card: what grows and what is wrong, at a glance. */
import './overview.css';
import { useComputed } from '@preact/signals';
import { address, choose } from '../../address/navigation.ts';
import { useDashboard } from '../../live/dashboard.ts';
import type { TargetModel } from '../../live/target-model.ts';
import { type Candidate, grouped, isMeant, labelNames, SORTS, type Sort, sorted } from './selection.ts';
import { TargetCard } from './target-card.tsx';

type Shown = Candidate & { readonly target: TargetModel };

const SORT_WORDS: Record<Sort, string> = {
  attention: 'what needs attention',
  name: 'name',
  fill: 'heap used of its limit',
  growth: 'growth',
};

export function OverviewPage() {
  const { fleet, session } = useDashboard();
  const { q = '', group, sort: wanted } = address().query;
  const sort = SORTS.find((name) => name === wanted) ?? 'attention';
  const all = useComputed(() => fleet.targets.value.map(candidateOf));
  const shown = sorted(
    all.value.filter((target) => isMeant(target, q)),
    sort,
  );
  if (all.value.length === 0) return <NoTargets isConnected={session.connection.value.state === 'open'} />;
  return (
    <>
      <div class="overview-head">
        <h1>Targets</h1>
        <label>
          Filter
          <input
            type="search"
            value={q}
            placeholder="name, label=value, gone, api-*"
            onInput={(event) => choose({ q: event.currentTarget.value })}
          />
        </label>
        <label>
          Group by
          <select value={group ?? ''} onChange={(event) => choose({ group: event.currentTarget.value })}>
            <option value="">nothing</option>
            {labelNames(all.value).map((label) => (
              <option key={label} value={label}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <label>
          Sort by
          <select value={sort} onChange={(event) => choose({ sort: event.currentTarget.value })}>
            {SORTS.map((name) => (
              <option key={name} value={name}>
                {SORT_WORDS[name]}
              </option>
            ))}
          </select>
        </label>
        <p class="overview-count" role="status">
          {shown.length === all.value.length ? `${all.value.length}` : `${shown.length} of ${all.value.length}`} shown
        </p>
      </div>
      {shown.length === 0 && <p class="notice">No target's name, state or label fits “{q}”.</p>}
      {grouped(shown, group).map(({ value, targets }) => (
        <section key={value ?? ''} aria-label={group === undefined ? 'Targets' : `${group} ${value ?? 'not set'}`}>
          {group !== undefined && targets.length > 0 && (
            <h2 class="overview-group">
              {value === undefined ? `without ${group}` : `${group} ${value}`} <small>{targets.length}</small>
            </h2>
          )}
          <ul class="overview-cards">
            {targets.map(({ target }) => (
              <TargetCard key={target.name} target={target} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

function NoTargets({ isConnected }: { isConnected: boolean }) {
  if (!isConnected) return <p role="status">Connecting to the collector …</p>;
  return (
    <div class="notice">
      <p>
        <strong>No Node process with an open inspector is there yet.</strong> Open one, and the collector finds it if it
        was started without targets, under its default rules:
      </p>
      <pre>{'node --inspect=9229 app.js\nheapwatch collect'}</pre>
      <p>Or name the processes:</p>
      <pre>heapwatch collect --target api=127.0.0.1:9229</pre>
    </div>
  );
}

/** Of its main isolate; what changes each second is read from what changes each minute, or the cards would never lie still. */
function candidateOf(target: TargetModel): Shown {
  const main = target.isolates.value.find(({ name }) => name === 'main');
  void main?.floors.version.value;
  const usage = main?.usage.peek();
  const trend = main?.floors.trend(Date.now()) ?? { state: 'unknown' };
  const states = target.activeAlerts.value.map(({ state }) => state);
  return {
    name: target.name,
    state: target.state.value,
    firing: states.filter((state) => state === 'firing').length,
    pending: states.filter((state) => state === 'pending').length,
    fill: usage ? usage.heapUsedBytes / usage.heapLimitBytes : 0,
    growth: trend.state === 'grows' ? trend.perHour : 0,
    target,
  };
}
