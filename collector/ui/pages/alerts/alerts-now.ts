/** How rules stand, and which silences there are: asked of the collector, and again whenever an alert is reported. */
import { useComputed, useSignal } from '@preact/signals';
import { useDashboard } from '../../live/dashboard.ts';
import { useResource } from '../../live/resource.ts';

/** How often it is asked though nothing was reported: silences end, and what a rule could see changes. */
const EVERY_MS = 15_000;

export function useAlertsNow() {
  const { session, fleet, now } = useDashboard();
  const refreshes = useSignal(0);
  const turn = useComputed(() => Math.floor(now.value / EVERY_MS));
  const standing = useResource(
    () => session.request('alerts', {}),
    [fleet.alertsTold.value, turn.value, refreshes.value, session.connection.value.state],
  );
  const again = () => {
    refreshes.value++;
  };
  return { standing, again };
}
