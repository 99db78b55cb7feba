/** The newest partition as a square map; a kind opens into what its objects are, where a snapshot is kept that can tell. */
import { useCallback, useMemo } from 'preact/hooks';
import type { PartitionEvent } from '../../../../protocol/events.ts';
import { address, choose, go } from '../../address/navigation.ts';
import { useDashboard } from '../../live/dashboard.ts';
import { useResource } from '../../live/resource.ts';
import { SquareMap } from '../../parts/square-map/square-map.tsx';
import { cellsOf } from './cells.ts';
import { InsideKind } from './inside-kind.tsx';
import type { Measure } from './wall/kind-line.ts';

interface HeapMapProps {
  readonly target: string;
  readonly partition: PartitionEvent;
  readonly measure: Measure;
}

export function HeapMap({ target, partition, measure }: HeapMapProps) {
  const { isolate, probe, by } = partition;
  const { inside } = address().query;
  const canOpen = useCanOpen(target, isolate) && (probe === 'snapshot' || by === 'kind');
  const cells = useMemo(() => cellsOf(partition.rows, partition, measure), [partition, measure]);
  const open = useCallback(
    (kind: string) => {
      if (canOpen) choose({ inside: kind });
      else go({ page: 'kind', target, kind }, { probe, by });
    },
    [canOpen, target, probe, by],
  );
  return (
    <section class="heap-map" aria-labelledby="heap-map">
      <h3 id="heap-map">Square map by {measure === 'count' ? 'count' : 'size'}</h3>
      {inside !== undefined && canOpen ? (
        <InsideKind target={target} isolate={isolate} kind={inside} by={by} measure={measure} />
      ) : (
        <SquareMap cells={cells} label={`${probe} by ${by}`} onOpen={open} />
      )}
    </section>
  );
}

/** Whether a snapshot of the isolate is kept, and we may ask about it. */
function useCanOpen(target: string, isolate: string): boolean {
  const { session } = useDashboard();
  const { role } = session;
  const kept = useResource(
    async () => (role === 'operator' ? (await session.request('snapshots', { target })).snapshots : []),
    [session, target, role],
  );
  return kept.value.value?.some((snapshot) => snapshot.isolate === isolate) ?? false;
}
