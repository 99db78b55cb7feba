/** What an action has come to, for screen readers too. */
import type { Action } from '../live/action.ts';

/** @param running what it is called while it runs */
export function ActionWords({ action, running }: { action: Action; running: string }) {
  return (
    <p class="action-words" role="status">
      {action.state === 'running' && running}
      {action.state === 'done' && <span class="good">{action.words}</span>}
      {action.state === 'failed' && <span class="bad">{action.reason}</span>}
    </p>
  );
}
