/** The alerts that were chosen, each a link to its detail. */
import './alert-list.css';
import type { Alert, Silence } from '../../../../protocol/alert.ts';
import { isSilenced } from '../../../alert/silences.ts';
import { writeAddress } from '../../address/address.ts';
import { address, choose } from '../../address/navigation.ts';
import { useDashboard } from '../../live/dashboard.ts';
import { VirtualList } from '../../parts/virtual-list.tsx';
import { ago } from '../../parts/words.ts';
import { subjectOf } from './alert-choice.ts';

/** CSS pixels of a row: two lines. */
const ROW_HEIGHT = 60;

interface AlertListProps {
  readonly alerts: readonly Alert[];
  /** How many there are, chosen or not. */
  readonly all: number;
  readonly silences: readonly Silence[];
  readonly isLoading: boolean;
  /** The fingerprint of the one that is open. */
  readonly chosen: string | undefined;
}

export function AlertList({ alerts, all, silences, isLoading, chosen }: AlertListProps) {
  if (alerts.length > 0) {
    return (
      <div class="alert-list">
        <VirtualList items={alerts} rowHeight={ROW_HEIGHT} label="Alerts" keyOf={({ fingerprint }) => fingerprint}>
          {(alert) => (
            <AlertRow
              alert={alert}
              isSilenced={silences.some((silence) => isSilenced(alert, silence))}
              isChosen={alert.fingerprint === chosen}
            />
          )}
        </VirtualList>
      </div>
    );
  }
  if (isLoading) return <p class="notice">Asking the collector for its alerts…</p>;
  if (all === 0) return <p class="notice">Nothing fires, and nothing is pending. The state of each rule is below.</p>;
  return (
    <p class="notice">
      No alert is like that.{' '}
      <button type="button" onClick={() => choose({ state: '', target: '', rule: '', q: '' })}>
        Show all {all}
      </button>
    </p>
  );
}

interface AlertRowProps {
  readonly alert: Alert;
  readonly isSilenced: boolean;
  readonly isChosen: boolean;
}

function AlertRow({ alert, isSilenced: isQuiet, isChosen }: AlertRowProps) {
  const { now } = useDashboard();
  const { query } = address();
  const { state, rule, target, isolate, reason, fingerprint } = alert;
  const subject = subjectOf(alert);
  return (
    <a
      class={`alert-row alert-row-${state}`}
      href={writeAddress({ page: 'alerts' }, { ...query, alert: fingerprint })}
      aria-current={isChosen ? 'true' : undefined}
      title={reason}
    >
      <span class="alert-row-head">
        <span class="alert-row-state">{state}</span> <strong>{subject}</strong> in {target}
        {isolate !== 'main' && ` (${isolate})`}
      </span>
      <small class="alert-row-when">{ago(alert.startsAt, now.value)}</small>
      <small class="alert-row-why">
        {isQuiet && 'silenced · '}
        {rule}: {reason}
      </small>
    </a>
  );
}
