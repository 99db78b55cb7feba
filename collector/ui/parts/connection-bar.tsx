/** Says when what is shown may be old. */
import { humanDuration } from '../../../protocol/human.ts';
import { useDashboard } from '../live/dashboard.ts';
import type { Connection } from '../live/session.ts';

export function ConnectionBar({ connection }: { connection: Connection }) {
  return (
    <div class="connection" role="status" aria-live="polite">
      {connection.state === 'waiting' && <Waiting {...connection} />}
    </div>
  );
}

function Waiting({ reason, sinceMs, retryAtMs }: Extract<Connection, { state: 'waiting' }>) {
  const now = useDashboard().now.value;
  const retry = retryAtMs > now ? `trying again in ${humanDuration(retryAtMs - now)}` : 'trying again';
  return (
    <p class="notice warn">
      No connection for {humanDuration(Math.max(0, now - sinceMs))}, {retry}. What you see is from before.{' '}
      <small>{reason}</small>
    </p>
  );
}
