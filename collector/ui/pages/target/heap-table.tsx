/** heapy's table of a partition, to the letter, to be copied. */
import { useMemo } from 'preact/hooks';
import type { PartitionEvent } from '../../../../protocol/events.ts';
import { partitionTable } from '../../../../protocol/table.ts';
import { Link } from '../../address/link.tsx';
import { useDashboard } from '../../live/dashboard.ts';
import { TableText } from '../../parts/table-text/table-text.tsx';
import { ago } from '../../parts/words.ts';

export function HeapTable({ partition }: { partition: PartitionEvent }) {
  const text = useMemo(() => partitionTable(partition), [partition]);
  const heading = (
    <>
      <h3 id="heap-table">Latest partition</h3>
      <Taken at={partition.takenAt} />
      <Link to={{ page: 'compare' }} query={{ a: partition.id }}>
        Compare with before
      </Link>
    </>
  );
  return (
    <section class="heap-table" aria-labelledby="heap-table">
      <TableText heading={heading} label="heapy's table" text={text} />
    </section>
  );
}

function Taken({ at }: { at: string }) {
  return (
    <time class="hint" dateTime={at} title={at}>
      {ago(at, useDashboard().now.value)}
    </time>
  );
}
