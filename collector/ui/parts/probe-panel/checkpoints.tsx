/** Checkpoints of an isolate: take one, ask what was born since, let one go. */

import { useSignal } from '@preact/signals';
import { humanDuration } from '../../../../protocol/human.ts';
import { useAction } from '../../live/action.ts';
import { useDashboard } from '../../live/dashboard.ts';
import { ActionWords } from '../action-words.tsx';
import { Question } from '../question.tsx';
import { size } from '../words.ts';
import type { Prices } from './prices.ts';

interface CheckpointsProps {
  readonly target: string;
  readonly isolate: string;
  readonly prices: Prices | undefined;
}

type CheckpointRequest = 'take' | { readonly since: string };

export function Checkpoints({ target, isolate, prices }: CheckpointsProps) {
  const { session, fleet } = useDashboard();
  const label = useSignal('');
  const asked = useSignal<CheckpointRequest | undefined>(undefined);
  const [action, act] = useAction();
  const held = fleet.target(target)?.isolate(isolate)?.held.value ?? [];
  const isOperator = session.role === 'operator';
  const snapshot = prices?.prices.find(({ probe }) => probe === 'snapshot');
  const take = () =>
    act(async () => {
      const name = label.value.trim();
      await session.request('checkpoint', { target, isolate, label: name, yes: snapshot?.verdict === 'asks' });
      label.value = '';
      return `Checkpoint ${name} is held.`;
    });
  const since = (checkpoint: string) =>
    act(async () => {
      const params = { target, isolate, probe: 'snapshot' as const, since: checkpoint };
      const { partitions } = await session.request('probe', { ...params, yes: snapshot?.verdict === 'asks' });
      const { partition } = await session.request('partition', { id: partitions[0]! });
      return `Born since ${checkpoint}: ${partition.count} objects, ${size(partition.sizeBytes)}. Most: ${partition.rows[0]?.kind ?? 'nothing'}.`;
    });
  const release = (checkpoint: string) =>
    act(async () => {
      await session.request('release', { target, isolate, label: checkpoint });
      return `Checkpoint ${checkpoint} was released.`;
    });
  return (
    <section class="checkpoints" aria-label="Checkpoints">
      <h3>Checkpoints</h3>
      {held.length === 0 && (
        <p class="hint">None is held. Later snapshots can be compared with one, object by object.</p>
      )}
      <ul>
        {held.map((checkpoint) => (
          <li key={checkpoint}>
            <span>{checkpoint}</span>
            <button type="button" disabled={!isOperator} onClick={() => (asked.value = { since: checkpoint })}>
              Born since
            </button>
            <button type="button" disabled={!isOperator} onClick={() => release(checkpoint)}>
              Release
            </button>
          </li>
        ))}
      </ul>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (label.value.trim() !== '') asked.value = 'take';
        }}
      >
        <input
          aria-label="Label of a new checkpoint"
          placeholder="before deploy"
          value={label.value}
          maxLength={256}
          disabled={!isOperator}
          onInput={(event) => {
            label.value = event.currentTarget.value;
          }}
        />
        <button type="submit" disabled={!isOperator || snapshot?.verdict === 'refused'}>
          Take checkpoint
        </button>
      </form>
      <ActionWords action={action.value} running="A snapshot is taken …" />
      {asked.value !== undefined && (
        <Question
          title={titleOf(asked.value, target)}
          yes="Take the snapshot"
          onAnswer={(isYes) => {
            const request = asked.value;
            asked.value = undefined;
            if (!isYes || request === undefined) return;
            if (request === 'take') take();
            else since(request.since);
          }}
        >
          {snapshot && (
            <p>
              It takes a snapshot: the process is paused for about{' '}
              <strong>{humanDuration(snapshot.forecast.pauseMs)}</strong> and takes about{' '}
              <strong>{size(snapshot.forecast.extraBytes)}</strong> more memory meanwhile.
            </p>
          )}
          {asked.value === 'take' && (
            <p>
              Object ids are then held until it is released: minor collections take 4 to 13 times as long until then.
            </p>
          )}
          {snapshot?.verdict === 'asks' && <p class="notice warn">{snapshot.reason}</p>}
        </Question>
      )}
    </section>
  );
}

function titleOf(request: CheckpointRequest, target: string): string {
  return request === 'take' ? `Take a checkpoint of ${target}?` : `What was born since ${request.since}?`;
}
