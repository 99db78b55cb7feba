/** Says when what is shown may be old. */
import { useDashboard } from '../dashboard.ts';
import type { Connection } from '../live/session.ts';
import { duration } from './words.ts';

export function ConnectionBar({ connection }: { connection: Connection }) {
  return (
    <div class="connection" role="status" aria-live="polite">
      {connection.state === 'waiting' && <Waiting {...connection} />}
    </div>
  );
}

function Waiting({ reason, sinceMs, retryAtMs }: Extract<Connection, { state: 'waiting' }>) {
  const now = useDashboard().now.value;
  const retry = retryAtMs > now ? `trying again in ${duration(retryAtMs - now)}` : 'trying again';
  return (
    <p class="notice warn">
      No connection for {duration(Math.max(0, now - sinceMs))}, {retry}. What you see is from before.{' '}
      <small>{reason}</small>
    </p>
  );
}
