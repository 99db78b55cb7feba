/** Where what is alive was allocated: V8's samples know the site of an object, not its kind. */
import { Link } from '../../address/link.tsx';
import { useDashboard } from '../../live/dashboard.ts';
import { type IsolateModel, sortOf } from '../../live/isolate-model.ts';
import { FigureTable } from '../../parts/figure-table/figure-table.tsx';
import { ago, count, share, size } from '../../parts/words.ts';

const MAX_SITES = 15;

export function AllocationSites({ model, target }: { model: IsolateModel | undefined; target: string }) {
  const { now } = useDashboard();
  const profile = model?.newest.value.get(sortOf({ probe: 'sampling', by: 'site' }));
  return (
    <section class="panel" aria-labelledby="sites">
      <h2 id="sites">Allocation sites</h2>
      {profile ? (
        <>
          <p class="hint">
            Of all that was allocated since the sampling began and is alive, of whatever kind; estimated,{' '}
            {ago(profile.takenAt, now.value)}.
          </p>
          {profile.rows.length === 0 && <p>Nothing of it is alive.</p>}
          <FigureTable
            label="Allocation sites"
            heads={['Site', 'Objects', 'Size', '%']}
            rows={profile.rows.slice(0, MAX_SITES).map(({ kind, count: objects, sizeBytes }) => ({
              key: kind,
              name: <code>{kind}</code>,
              figures: [
                { text: `~${count(objects)}`, exact: `${objects}` },
                { text: `~${size(sizeBytes)}`, exact: `${sizeBytes} bytes` },
                { text: share(sizeBytes, profile.sizeBytes) },
              ],
            }))}
          />
        </>
      ) : (
        <div class="notice">
          <p>
            Nobody has sampled allocations yet. The probe <code>sampling</code> of{' '}
            <Link to={{ page: 'target', target }}>{target}</Link> does, or a schedule:
          </p>
          <pre>schedule: {'{ sampling: auto }'}</pre>
        </div>
      )}
    </section>
  );
}
