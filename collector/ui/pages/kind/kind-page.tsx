/** One kind of one target: its past, what holds it, what it consists of, and where it comes from. */
import './kind-page.css';
import { Link } from '../../address/link.tsx';
import { address } from '../../address/navigation.ts';
import { useDashboard } from '../../live/dashboard.ts';
import { ago } from '../../parts/words.ts';
import { AllocationSites } from './allocation-sites.tsx';
import { KindHistory } from './kind-history.tsx';
import { KindSnapshot } from './kind-snapshot.tsx';

export function KindPage({ target, kind }: { target: string; kind: string }) {
  const { fleet } = useDashboard();
  const { query } = address();
  const isolate = query.isolate ?? 'main';
  const model = fleet.target(target)?.isolate(isolate);
  return (
    <>
      <header class="kind-head">
        <p class="kind-trail">
          <Link to={{ page: 'target', target }} query={{ isolate: query.isolate }}>
            {target}
          </Link>{' '}
          / {isolate}
        </p>
        <h1>{kind}</h1>
        <KindAlerts target={target} isolate={isolate} kind={kind} />
      </header>
      <KindHistory target={target} isolate={isolate} model={model} kind={kind} />
      <KindSnapshot target={target} isolate={isolate} model={model} kind={kind} by={query.by ?? 'kind'} />
      <AllocationSites model={model} target={target} />
    </>
  );
}

function KindAlerts({ target, isolate, kind }: { target: string; isolate: string; kind: string }) {
  const { fleet, now } = useDashboard();
  const alerts = fleet.target(target)?.activeAlerts.value ?? [];
  const own = alerts.filter((alert) => alert.kind === kind && (alert.isolate === isolate || alert.isolate === 'all'));
  return (
    <>
      {own.map(({ fingerprint, state, rule, reason, startsAt }) => (
        <p key={fingerprint} class={`notice ${state === 'firing' ? 'bad' : 'warn'}`}>
          <strong>{state}</strong>{' '}
          <Link to={{ page: 'alerts' }} query={{ alert: fingerprint }}>
            {rule}
          </Link>{' '}
          since {ago(startsAt, now.value)}: {reason}
        </p>
      ))}
    </>
  );
}
