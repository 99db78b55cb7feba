/** The long work of the collector: what runs, who asked for it, how far it is, and a way to cancel what can be. */
import './operations-page.css';
import { useSignal } from '@preact/signals';
import type { Operation } from '../../../../protocol/operations.ts';
import { reasonOf } from '../../../../protocol/reason.ts';
import { useDashboard } from '../../live/dashboard.ts';
import { useResource } from '../../live/resource.ts';
import { ago, count, moment, share, size } from '../../parts/words.ts';

export function OperationsPage() {
  const { session, now } = useDashboard();
  // there is no event of it: it is asked for as often as the clock ticks, while somebody looks
  const asked = useResource(() => session.request('operations', {}), [now.value]).value;
  const all = asked.value?.operations ?? [];
  const running = all.filter(({ endedAt }) => endedAt === undefined);
  const ended = all.filter(({ endedAt }) => endedAt !== undefined);
  return (
    <>
      <h1>Operations</h1>
      {asked.state === 'failed' && (
        <p class="notice bad" role="alert">
          <strong>What runs is not known:</strong> {asked.reason}
        </p>
      )}
      <section class="panel" aria-label="Running">
        <h2>Running</h2>
        {running.length === 0 && (
          <p class="hint">Nothing runs: probes, reports, questions and sent snapshots are here.</p>
        )}
        <OperationList operations={running} />
      </section>
      {ended.length > 0 && (
        <section class="panel" aria-label="Ended">
          <h2>Ended</h2>
          <OperationList operations={ended} />
        </section>
      )}
    </>
  );
}

function OperationList({ operations }: { operations: readonly Operation[] }) {
  return (
    <ul class="operation-list">
      {operations.map((operation) => (
        <li key={operation.id}>
          <Told operation={operation} />
          {operation.endedAt === undefined && <End operation={operation} />}
        </li>
      ))}
    </ul>
  );
}

function Told({ operation }: { operation: Operation }) {
  const now = useDashboard().now.value;
  const { by, startedAt, endedAt, state, phase, progress, reason } = operation;
  return (
    <div class="operation-told">
      <strong>{nameOf(operation)}</strong>{' '}
      <span class={state === 'failed' ? 'bad' : undefined}>{phase === undefined ? state : `${state}: ${phase}`}</span>
      {progress && <Far progress={progress} label={nameOf(operation)} />}
      <small>
        by {by},{' '}
        <time dateTime={startedAt} title={startedAt}>
          {endedAt === undefined ? ago(startedAt, now) : moment(startedAt, now)}
        </time>
        {reason !== undefined && `: ${reason}`}
      </small>
    </div>
  );
}

function Far({ progress, label }: { progress: NonNullable<Operation['progress']>; label: string }) {
  const { done, total, unit } = progress;
  const shown = unit === 'bytes' ? size : (figure: number) => `${count(figure)} objects`;
  if (total === undefined) return <span> {shown(done)}</span>;
  return (
    <span>
      {' '}
      <progress aria-label={`Progress of ${label}`} value={done} max={total} /> {share(done, total)} of {shown(total)}
    </span>
  );
}

/** A button where it can be cancelled, else why not. */
function End({ operation: { id, uncancellable }, operation }: { operation: Operation }) {
  const { session } = useDashboard();
  const failure = useSignal('');
  if (uncancellable !== undefined) return <small class="hint">Cannot be cancelled: {uncancellable}.</small>;
  if (session.role !== 'operator') return <small class="hint">To cancel it takes the role operator.</small>;
  const cancel = async () => {
    try {
      failure.value = '';
      await session.request('cancel', { id });
    } catch (error) {
      failure.value = reasonOf(error);
    }
  };
  return (
    <>
      <button type="button" onClick={() => void cancel()} aria-label={`Cancel ${nameOf(operation)}`}>
        Cancel
      </button>
      {failure.value !== '' && <small role="alert">{failure.value}</small>}
    </>
  );
}

/** `probe walk of api main`. */
function nameOf({ kind, what, target, isolate }: Operation): string {
  const place = target === undefined ? '' : ` of ${target}${isolate === undefined ? '' : ` ${isolate}`}`;
  return `${kind} ${what}${place}`;
}
