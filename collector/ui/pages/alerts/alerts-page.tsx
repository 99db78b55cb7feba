/** All alerts: which there are, why, what speaks for each, and who is not to hear of it. */
import './alerts-page.css';
import { useComputed } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { address } from '../../address/navigation.ts';
import { useDashboard } from '../../live/dashboard.ts';
import { chosenAlerts } from './alert-choice.ts';
import { AlertDetail } from './alert-detail.tsx';
import { AlertFilter } from './alert-filter.tsx';
import { AlertList } from './alert-list.tsx';
import { useAlertsNow } from './alerts-now.ts';
import { NoRules } from './no-rules.tsx';
import { RuleTable } from './rule-table.tsx';
import { SilenceList } from './silence-list.tsx';

export function AlertsPage() {
  const { fleet } = useDashboard();
  const { query } = address();
  const { standing, again } = useAlertsNow();
  const alerts = useComputed(() => fleet.targets.value.flatMap((target) => [...target.alerts.value.values()]));
  const shown = chosenAlerts(alerts.value, query);
  // where list and detail have room beside each other the first is open
  const opened = query.alert ?? shown[0]?.fingerprint;
  const detail = useDetailFocus(query.alert);
  const { value: told, ...asked } = standing.value;
  const isEmpty = told !== undefined && told.rules.length === 0 && alerts.value.length === 0;
  return (
    <>
      <h1>Alerts</h1>
      {asked.state === 'failed' && (
        <p class="notice bad" role="alert">
          <strong>Rules and silences are not known:</strong> {asked.reason}
        </p>
      )}
      {isEmpty ? (
        <NoRules />
      ) : (
        <div class={query.alert === undefined ? 'alerts' : 'alerts alerts-open'}>
          <section class="alerts-list" aria-label="List of alerts">
            <AlertFilter alerts={alerts.value} choice={query} />
            <AlertList
              alerts={shown}
              all={alerts.value.length}
              silences={told?.silences ?? []}
              isLoading={told === undefined}
              chosen={opened}
            />
          </section>
          <section class="alerts-detail" ref={detail} tabIndex={-1} aria-label="The chosen alert">
            <AlertDetail
              alert={alerts.value.find(({ fingerprint }) => fingerprint === opened)}
              fingerprint={opened}
              silences={told?.silences ?? []}
              isLoading={told === undefined}
              onSilenced={again}
            />
          </section>
        </div>
      )}
      {told && <SilenceList silences={told.silences} alerts={alerts.value} onEnded={again} />}
      {told && told.rules.length > 0 && <RuleTable rules={told.rules} />}
    </>
  );
}

/** Opening an alert scrolls to it; an address that names one stays at the top. */
function useDetailFocus(alert: string | undefined) {
  const detail = useRef<HTMLElement>(null);
  const before = useRef(alert);
  useEffect(() => {
    if (alert !== before.current && alert !== undefined) detail.current?.focus();
    before.current = alert;
  }, [alert]);
  return detail;
}
