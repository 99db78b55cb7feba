/** How rules stand, and which silences there are: asked of the collector, and again whenever an alert is told. */
import { useComputed, useSignal } from '@preact/signals';
import { useDashboard } from '../../dashboard.ts';
import { useResource } from '../../live/resource.ts';

/** How often it is asked though nothing was told: silences end, and what a rule could see changes. */
const EVERY_MS = 15_000;

export function useStanding() {
  const { session, fleet, now } = useDashboard();
  const wishes = useSignal(0);
  const turn = useComputed(() => Math.floor(now.value / EVERY_MS));
  const standing = useResource(
    () => session.request('alerts', {}),
    [fleet.alertsTold.value, turn.value, wishes.value, session.connection.value.state],
  );
  const again = () => {
    wishes.value++;
  };
  return { standing, again };
}
