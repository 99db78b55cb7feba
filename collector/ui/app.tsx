/** The frame around every page: where one is, how the collector is, and the page itself. */
import { useEffect, useRef } from 'preact/hooks';
import type { Address } from './address/address.ts';
import { Link } from './address/link.tsx';
import { address } from './address/navigation.ts';
import { useDashboard } from './live/dashboard.ts';
import { AlertsPage } from './pages/alerts/alerts-page.tsx';
import { ComparePage } from './pages/compare/compare-page.tsx';
import { KindPage } from './pages/kind/kind-page.tsx';
import { OperationsPage } from './pages/operations/operations-page.tsx';
import { OverviewPage } from './pages/overview/overview-page.tsx';
import { SignIn } from './pages/sign-in.tsx';
import { TargetPage } from './pages/target/target-page.tsx';
import { ConnectionBar } from './parts/connection-bar.tsx';
import { Fallible } from './parts/fallible.tsx';
import { ThemeSwitch } from './parts/theme-switch.tsx';

export function App() {
  const { session, fleet } = useDashboard();
  const connection = session.connection.value;
  const firing = fleet.targets.value.flatMap((target) => target.activeAlerts.value).filter(isFiring).length;
  const here = address();
  useEffect(() => {
    document.title = firing > 0 ? `(${firing}) ${titleOf(here)}` : titleOf(here);
  });
  useFocusOnPage(placeOf(here));
  if (connection.state === 'refused') {
    return <SignIn reason={connection.reason} needsToken={connection.needsToken} />;
  }
  return (
    <div class={connection.state === 'open' ? 'app' : 'app stale'}>
      <button type="button" class="skip" onClick={skipToMain}>
        Skip to content
      </button>
      <header class="top">
        <Link class="brand" to={{ page: 'overview' }}>
          heapwatch
        </Link>
        <nav aria-label="Pages">
          <Link
            to={{ page: 'overview' }}
            current={here.page === 'overview' || here.page === 'target' || here.page === 'kind'}
          >
            Targets
          </Link>
          <Link to={{ page: 'alerts' }} current={here.page === 'alerts'}>
            Alerts{firing > 0 && <span class="badge bad">{firing}</span>}
          </Link>
          <Link to={{ page: 'compare' }} current={here.page === 'compare'}>
            Compare
          </Link>
          <Link to={{ page: 'operations' }} current={here.page === 'operations'}>
            Operations
          </Link>
        </nav>
        {session.hasToken && (
          <button type="button" onClick={() => void session.signOut()}>
            Sign out
          </button>
        )}
        <ThemeSwitch />
      </header>
      <ConnectionBar connection={connection} />
      <main id="main" tabIndex={-1}>
        <Fallible key={placeOf(here)}>
          <Page address={here} />
        </Fallible>
      </main>
    </div>
  );
}

function Page({ address }: { address: Address }) {
  switch (address.page) {
    case 'overview':
      return <OverviewPage />;
    case 'target':
      return <TargetPage key={address.target} name={address.target} />;
    case 'kind':
      return <KindPage key={`${address.target} ${address.kind}`} target={address.target} kind={address.kind} />;
    case 'compare':
      return <ComparePage />;
    case 'alerts':
      return <AlertsPage />;
    case 'operations':
      return <OperationsPage />;
  }
}

/** Whoever goes to another page by keyboard goes on from its beginning, and not from the link that is gone. */
function useFocusOnPage(place: string): void {
  const before = useRef(place);
  useEffect(() => {
    if (before.current !== place) skipToMain();
    before.current = place;
  }, [place]);
}

/** Tells pages apart, whatever is chosen on them. */
function placeOf(here: Address): string {
  return [here.page, 'target' in here ? here.target : '', 'kind' in here ? here.kind : ''].join('\n');
}

/** A button and no link: the address after `#` is the dashboard's own. */
function skipToMain(): void {
  document.getElementById('main')?.focus();
}

function isFiring({ state }: { state: string }): boolean {
  return state === 'firing';
}

function titleOf(address: Address): string {
  switch (address.page) {
    case 'overview':
      return 'heapwatch';
    case 'target':
      return `${address.target} · heapwatch`;
    case 'kind':
      return `${address.kind} · ${address.target} · heapwatch`;
    case 'compare':
      return 'Compare · heapwatch';
    case 'alerts':
      return 'Alerts · heapwatch';
    case 'operations':
      return 'Operations · heapwatch';
  }
}
