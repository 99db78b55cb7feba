/** The newest partition of a source: as heapy's table, and as a square map. */
import { address } from '../../address/navigation.ts';
import { type IsolateModel, sortOf } from '../../live/isolate-model.ts';
import type { Source } from '../../live/source.ts';
import { HeapMap } from './heap-map.tsx';
import { HeapTable } from './heap-table.tsx';

interface LatestPartitionProps {
  readonly target: string;
  readonly isolate: IsolateModel;
  readonly source: Source;
}

export function LatestPartition({ target, isolate, source }: LatestPartitionProps) {
  const partition = isolate.newest.value.get(sortOf(source));
  if (!partition) return null;
  const measure = address().query.measure === 'count' ? 'count' : 'sizeBytes';
  return (
    <div class="latest">
      <HeapTable partition={partition} />
      <HeapMap target={target} partition={partition} measure={measure} />
    </div>
  );
}
