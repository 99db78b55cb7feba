/** The newest partition of a source: as heapy's table, and as a square map. */
import { useSignal } from '@preact/signals';
import type { PartitionEvent } from '../../../../protocol/events.ts';
import { partitionTable } from '../../../../protocol/table.ts';
import { address, choose, go } from '../../address/navigation.ts';
import { useDashboard } from '../../dashboard.ts';
import { type IsolateModel, sortOf } from '../../live/isolate-model.ts';
import { type Cell, SquareMap } from '../../parts/square-map/square-map.tsx';
import { ago, count, share, size } from '../../parts/words.ts';
import type { Source } from './source.ts';

interface LatestPartitionProps {
  readonly target: string;
  readonly isolate: IsolateModel;
  readonly source: Source;
}

export function LatestPartition({ target, isolate, source }: LatestPartitionProps) {
  const partition = isolate.newest.value.get(sortOf(source));
  if (!partition) return null;
  return (
    <div class="latest">
      <HeapTable partition={partition} />
      <HeapMap target={target} partition={partition} />
    </div>
  );
}

function HeapTable({ partition }: { partition: PartitionEvent }) {
  const text = partitionTable(partition);
  const copied = useSignal<string | null>(null);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    copied.value = text;
  };
  return (
    <section class="heap-table" aria-labelledby="heap-table">
      <div class="target-row">
        <h3 id="heap-table">Latest partition</h3>
        <Taken at={partition.takenAt} />
        <button type="button" onClick={() => void copy()}>
          {copied.value === text ? 'Copied' : 'Copy'}
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <section class="heap-text" tabIndex={0} aria-label="heapy's table">
        <pre>{text}</pre>
      </section>
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

function HeapMap({ target, partition }: { target: string; partition: PartitionEvent }) {
  const measure = address().query.measure === 'count' ? 'count' : 'sizeBytes';
  const { probe, by } = partition;
  return (
    <section class="heap-map" aria-labelledby="heap-map">
      <div class="target-row">
        <h3 id="heap-map">Square map</h3>
        <label>
          by{' '}
          <select value={measure} onChange={(event) => choose({ measure: event.currentTarget.value })}>
            <option value="sizeBytes">size</option>
            <option value="count">count</option>
          </select>
        </label>
      </div>
      <SquareMap
        cells={cellsOf(partition, measure)}
        label={`${probe} by ${by}, by ${measure === 'count' ? 'count' : 'size'}`}
        onOpen={(kind) => go({ page: 'kind', target, kind }, { by, probe })}
      />
    </section>
  );
}

function cellsOf({ rows, count: all, sizeBytes: total }: PartitionEvent, measure: 'count' | 'sizeBytes'): Cell[] {
  return rows.map(({ kind, count: objects, sizeBytes }) => {
    const part = measure === 'count' ? share(objects, all) : share(sizeBytes, total);
    return {
      name: kind,
      value: measure === 'count' ? objects : sizeBytes,
      title: `${kind}: ${count(objects)} objects, ${size(sizeBytes)}, ${part}`,
    };
  });
}
