/** Which parts a target's RSS has, and what of it stands out. */
import { MEMORY_WORDS } from '../../../../protocol/memory.ts';
import { useDashboard } from '../../live/dashboard.ts';
import type { TargetModel } from '../../live/target-model.ts';
import { FigureTable } from '../../parts/figure-table/figure-table.tsx';
import { ago, count, share, size } from '../../parts/words.ts';

/** Parts that are less are left out. */
const LEAST_BYTES = 64 * 1_024;

export function MemoryParts({ target }: { target: TargetModel }) {
  const memory = target.memory.value;
  const now = useDashboard().now.value;
  if (!memory) return null;
  const { rssBytes, verdict, takenAt } = memory;
  const parts = memory.parts.filter(({ sizeBytes }) => sizeBytes >= LEAST_BYTES);
  return (
    <details class="memory-parts">
      <summary>
        Where it is: {verdict.text} <span class="hint">read {ago(takenAt, now)}</span>
      </summary>
      {verdict.next !== 'nothing' && <p class="hint">Next: {verdict.next}</p>}
      <FigureTable
        label="Parts of RSS"
        heads={['Part of RSS', 'Size', 'Share']}
        rows={parts.map(({ part, sizeBytes }) => ({
          key: part,
          name: MEMORY_WORDS[part],
          figures: [
            { text: size(sizeBytes), exact: `${count(sizeBytes)} bytes` },
            { text: share(sizeBytes, rssBytes) },
          ],
        }))}
      />
    </details>
  );
}
