/**
 * What can be done to a target from here: probes with their prices, checkpoints, and the snapshots that are kept. A viewer sees
 * the prices, and that it takes an operator.
 */

import { maxOf } from '../../../../protocol/extremes.ts';
import { humanDuration } from '../../../../protocol/human.ts';
import './probe-panel.css';
import { useDashboard } from '../../live/dashboard.ts';
import { type Resource, useResource } from '../../live/resource.ts';
import { size } from '../words.ts';
import { Checkpoints } from './checkpoints.tsx';
import { KeptSnapshots } from './kept-snapshots.tsx';
import type { Prices } from './prices.ts';
import { ProbeRow } from './probe-row.tsx';

interface ProbePanelProps {
  readonly target: string;
  readonly isolate: string;
}

export function ProbePanel({ target, isolate }: ProbePanelProps) {
  const { session, fleet } = useDashboard();
  const model = fleet.target(target)?.isolate(isolate);
  const isAttached = fleet.target(target)?.state.value?.state === 'attached';
  // what was paid changes what the next one costs
  const ended = [...(model?.probes.value.values() ?? [])].filter(
    ({ phase, probe }) => phase !== 'started' && probe !== 'usage',
  );
  const newest = Math.max(0, maxOf(ended.map(({ offset }) => offset)));
  const prices = useResource<Prices>(
    () => session.request('prices', { target, isolate }),
    [session, target, isolate, newest, isAttached],
  );
  const role = session.role;
  return (
    <section class="panel probe-panel" aria-labelledby="probes">
      <h2 id="probes">Probes</h2>
      {role === 'viewer' && (
        <p class="notice">
          You look as a viewer: to run probes takes an operator's token.{' '}
          <button type="button" onClick={() => void session.signOut()}>
            Sign in with another
          </button>
        </p>
      )}
      <PriceTable target={target} isolate={isolate} prices={prices.value} />
      <Checkpoints target={target} isolate={isolate} prices={prices.value.value} />
      <KeptSnapshots target={target} isolate={isolate} newest={newest} />
    </section>
  );
}

function PriceTable({ target, isolate, prices }: ProbePanelProps & { prices: Resource<Prices> }) {
  const { value } = prices;
  return (
    <>
      {prices.state === 'failed' && <p class="notice warn">{prices.reason}</p>}
      {!value && prices.state === 'loading' && <p role="status">Asking for prices …</p>}
      {value && (
        <>
          <ul class="probe-rows">
            {value.prices.map((price) => (
              <ProbeRow key={price.probe} target={target} isolate={isolate} price={price} limits={value.limits} />
            ))}
          </ul>
          <p class="hint">
            A probe may pause for {humanDuration(value.limits.pauseMs)} and take {size(value.limits.extraBytes)}; all of
            them together {humanDuration(value.budget.pauseMs)} in {humanDuration(value.budget.perMs)}, of which{' '}
            {humanDuration(value.budget.spentMs)} are spent.
          </p>
        </>
      )}
    </>
  );
}
