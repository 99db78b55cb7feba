/** How a target is, in a word, with its reason. */
import type { TargetCondition, TargetState } from '../../../protocol/events.ts';

const TONES: Record<TargetCondition, string> = {
  attached: 'good',
  paused: 'warn',
  blocked: 'warn',
  silent: 'bad',
  gone: 'bad',
};

export function Condition({ state }: { state: TargetState | undefined }) {
  if (!state) return <span class="condition">unknown</span>;
  return (
    <span class={`condition badge ${TONES[state.state]}`} title={state.reason}>
      {state.state}
    </span>
  );
}
