/** Every target of the collector, as cards. */
import { Link } from '../../address/link.tsx';
import { useDashboard } from '../../dashboard.ts';

export function OverviewPage() {
  const { fleet } = useDashboard();
  return (
    <>
      <h1>Targets</h1>
      <ul>
        {fleet.targets.value.map(({ name }) => (
          <li key={name}>
            <Link to={{ page: 'target', target: name }}>{name}</Link>
          </li>
        ))}
      </ul>
    </>
  );
}
