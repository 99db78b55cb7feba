/** The objects of a kind that retain most. */
import { FigureTable } from '../../parts/figure-table/figure-table.tsx';
import { count, size } from '../../parts/words.ts';
import { useAnswer } from './answer.ts';
import { Asked } from './asked.tsx';
import { ObjectLink } from './object-link.tsx';
import type { Subject } from './subject.ts';

export function KindObjects({ subject }: { subject: Subject }) {
  const answer = useAnswer({ question: 'objects', ...subject });
  return (
    <section class="panel" aria-labelledby="objects">
      <h3 id="objects">Largest objects</h3>
      <Asked answer={answer.value}>
        {({ objects, count: all }) => (
          <>
            <p class="hint">
              The {count(objects.length)} of {count(all)} that retain most: what would be freed with one, and its
              distance from a root.
            </p>
            <FigureTable
              label="Largest objects"
              heads={['Object', 'Retains', 'Size', 'Distance']}
              rows={objects.map(({ id, kind, name, sizeBytes, retainedBytes, distance }) => ({
                key: String(id),
                name: <ObjectLink id={id} name={name} kind={kind} />,
                figures: [
                  { text: size(retainedBytes), exact: `${retainedBytes} bytes` },
                  { text: size(sizeBytes), exact: `${sizeBytes} bytes` },
                  { text: distance === undefined ? '–' : count(distance) },
                ],
              }))}
            />
          </>
        )}
      </Asked>
    </section>
  );
}
