/** Of what a kind consists, by another classifier. */
import { address, choose } from '../../address/navigation.ts';
import { FigureTable } from '../../parts/figure-table/figure-table.tsx';
import { count, share, size } from '../../parts/words.ts';
import { useAnswer } from './answer.ts';
import { Asked } from './asked.tsx';
import type { Subject } from './subject.ts';

/** Who refers to them says most of a leak. */
const DEFAULT_SPLIT = 'referrers';

export function KindSplit({ subject }: { subject: Subject }) {
  const split = address().query.split ?? DEFAULT_SPLIT;
  const known = useAnswer({ question: 'classifiers' });
  const answer = useAnswer({ question: 'partition', split, ...subject });
  const classifiers = known.value.value?.classifiers ?? [{ by: split, header: split }];
  return (
    <section class="panel" aria-labelledby="split">
      <div class="kind-snapshot-head">
        <h3 id="split">What they are</h3>
        <label>
          by{' '}
          <select value={split} onChange={(event) => choose({ split: event.currentTarget.value })}>
            {classifiers.map(({ by, header }) => (
              <option key={by} value={by} title={header}>
                {by}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Asked answer={answer.value}>
        {({ rows, other, header, count: all, sizeBytes, retainedBytes }) => (
          <>
            <p class="hint">
              {count(all)} objects of {size(sizeBytes)}, which keep <strong>{size(retainedBytes)}</strong> alive.
            </p>
            <FigureTable
              label={`What they are, by ${split}`}
              heads={[header, 'Objects', '%', 'Size', '%']}
              rows={rows.map((row) => ({
                key: row.kind,
                name: row.kind,
                figures: [
                  { text: count(row.count) },
                  { text: share(row.count, all) },
                  { text: size(row.sizeBytes), exact: `${row.sizeBytes} bytes` },
                  { text: share(row.sizeBytes, sizeBytes) },
                ],
              }))}
            />
            {other && (
              <p class="hint">
                {count(other.rows)} more rows: {count(other.count)} objects of {size(other.sizeBytes)}.
              </p>
            )}
          </>
        )}
      </Asked>
    </section>
  );
}
