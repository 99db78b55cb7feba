/** How to get a snapshot where none is kept: its price, and a button that asks before it is paid. */
import { useDashboard } from '../../live/dashboard.ts';
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
        Only a snapshot shows what holds these objects, and none of {target} is kept. Take one, or let a schedule or an
        alert take one (<code>escalate: snapshot</code>):
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
