/** How to get a snapshot where none is kept: its price, and a button that asks before it is paid. */
import { useDashboard } from '../../dashboard.ts';
import { useResource } from '../../live/resource.ts';
import { ProbeRow } from '../../parts/probe-panel/probe-row.tsx';

export function NoSnapshot({ target, isolate }: { target: string; isolate: string }) {
  const { session } = useDashboard();
  const prices = useResource(() => session.request('prices', { target, isolate }), [session, target, isolate]);
  const { value } = prices.value;
  const price = value?.prices.find(({ probe }) => probe === 'snapshot');
  return (
    <section class="panel probe-panel" aria-labelledby="snapshot">
      <h2 id="snapshot">In a snapshot</h2>
      <p>
        What holds these objects only a snapshot tells, and none of {target} is kept. Take one, or have it taken on a
        schedule or by an alert (<code>escalate: snapshot</code>):
      </p>
      {prices.value.state === 'failed' && <p class="notice warn">{prices.value.reason}</p>}
      {value && price && (
        <ul class="probe-rows">
          <ProbeRow target={target} isolate={isolate} price={price} limits={value.limits} />
        </ul>
      )}
      <div class="notice">
        It is kept only if the collector's configuration says where:
        <pre>store: {'{ snapshots: { dir: snapshots, keep: 10 } }'}</pre>
      </div>
    </section>
  );
}
