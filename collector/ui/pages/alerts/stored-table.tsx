/** A stored partition, as heapy's table, asked for when it is opened. */
import { useSignal } from '@preact/signals';
import { partitionTable } from '../../../../protocol/table.ts';
import { Link } from '../../address/link.tsx';
import { useDashboard } from '../../live/dashboard.ts';
import { useResource } from '../../live/resource.ts';
import { moment } from '../../parts/words.ts';

const ROWS = 20;

export function StoredTable({ id }: { id: string }) {
  const isOpen = useSignal(false);
  return (
    <details
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>
        Table of <code>{id}</code>
      </summary>
      {isOpen.value && <Table id={id} />}
    </details>
  );
}

function Table({ id }: { id: string }) {
  const { session, now } = useDashboard();
  const { value } = useResource(() => session.request('partition', { id }), [id]);
  if (value.state === 'failed') {
    return (
      <p class="notice warn">
        <strong>It cannot be shown:</strong> {value.reason}
      </p>
    );
  }
  if (value.state === 'loading') return <p class="hint">Asking the collector for it…</p>;
  const { partition } = value.value;
  return (
    <>
      <p class="hint">
        {partition.probe} by {partition.by} at{' '}
        <time dateTime={partition.takenAt} title={partition.takenAt}>
          {moment(partition.takenAt, now.value)}
        </time>
        ,{' '}
        <Link to={{ page: 'compare' }} query={{ a: id }}>
          compare it with another
        </Link>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <pre class="alert-pattern" tabIndex={0}>
        {partitionTable(partition, { rows: ROWS })}
      </pre>
    </>
  );
}
