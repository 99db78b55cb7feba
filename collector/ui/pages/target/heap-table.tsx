/** heapy's table of a partition, to the letter, to be copied. */
import { useSignal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import type { PartitionEvent } from '../../../../protocol/events.ts';
import { partitionTable } from '../../../../protocol/table.ts';
import { useDashboard } from '../../dashboard.ts';
import { ago } from '../../parts/words.ts';

export function HeapTable({ partition }: { partition: PartitionEvent }) {
  const text = useMemo(() => partitionTable(partition), [partition]);
  const copied = useSignal<string | null>(null);
  const failed = useSignal(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      copied.value = text;
    } catch {
      // without TLS, off loopback, browsers have no clipboard
      failed.value = true;
    }
  };
  return (
    <section class="heap-table" aria-labelledby="heap-table">
      <div class="target-row">
        <h3 id="heap-table">Latest partition</h3>
        <Taken at={partition.takenAt} />
        <button type="button" onClick={() => void copy()}>
          {copied.value === text ? 'Copied' : 'Copy'}
        </button>
        {failed.value && <small role="status">This browser does not let the page copy: mark the text.</small>}
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
