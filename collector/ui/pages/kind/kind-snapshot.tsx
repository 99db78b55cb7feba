/** What a kept snapshot tells of a kind: what holds it, of what it consists, its largest objects. */
import './kind-snapshot.css';
import type { ComponentChildren } from 'preact';
import type { SnapshotFile } from '../../../../protocol/snapshots.ts';
import { address, choose } from '../../address/navigation.ts';
import { useDashboard } from '../../live/dashboard.ts';
import type { IsolateModel } from '../../live/isolate-model.ts';
import { useResource } from '../../live/resource.ts';
import { moment, size } from '../../parts/words.ts';
import { KindObjects } from './kind-objects.tsx';
import { KindPaths } from './kind-paths.tsx';
import { KindSplit } from './kind-split.tsx';
import { NoSnapshot } from './no-snapshot.tsx';
import { ObjectDetail } from './object-detail.tsx';
import { ReferencePattern } from './reference-pattern.tsx';

interface KindSnapshotProps {
  readonly target: string;
  readonly isolate: string;
  readonly model: IsolateModel | undefined;
  readonly kind: string;
  readonly by: string;
}

/** Classifiers of what other probes tell: a snapshot does not know them. */
const NOT_OF_SNAPSHOTS: ReadonlySet<string> = new Set(['instanceType', 'site']);

export function KindSnapshot({ target, isolate, model, kind, by }: KindSnapshotProps) {
  const { session } = useDashboard();
  const { query } = address();
  const taken = model?.probes.value.get('snapshot')?.offset;
  const kept = useResource(() => session.request('snapshots', { target }), [session, target, taken]);
  if (NOT_OF_SNAPSHOTS.has(by)) {
    return (
      <Panel>This is a kind by {by}, which snapshots do not tell: they tell kinds by class, type, module, …</Panel>
    );
  }
  if (session.role === 'viewer') {
    return (
      <Panel>
        To look into a snapshot (what holds these objects, what they consist of) takes an operator's token; yours is a
        viewer's.{' '}
        <button type="button" onClick={() => void session.signOut()}>
          Sign in with another
        </button>
      </Panel>
    );
  }
  if (kept.value.state === 'failed') return <Panel>Kept snapshots are not known: {kept.value.reason}</Panel>;
  if (!kept.value.value) return <Panel>Asking for kept snapshots …</Panel>;
  const files = kept.value.value.snapshots.filter((file) => file.isolate === isolate);
  if (files.length === 0) return <NoSnapshot target={target} isolate={isolate} />;
  const snapshot = query.snapshot ?? files[0]!.name;
  const subject = { target, isolate, snapshot, kind, by };
  return (
    <section aria-labelledby="snapshot">
      <div class="kind-snapshot-head">
        <h2 id="snapshot">In a snapshot</h2>
        <SnapshotChoice files={files} chosen={snapshot} />
      </div>
      {query.object !== undefined && <ObjectDetail subject={subject} id={Number(query.object)} />}
      <KindPaths subject={subject} />
      <ReferencePattern subject={subject} />
      <div class="kind-columns">
        <KindSplit subject={subject} />
        <KindObjects subject={subject} />
      </div>
    </section>
  );
}

function Panel({ children }: { children: ComponentChildren }) {
  return (
    <section class="panel" aria-labelledby="snapshot">
      <h2 id="snapshot">In a snapshot</h2>
      <p class="notice">{children}</p>
    </section>
  );
}

function SnapshotChoice({ files, chosen }: { files: readonly SnapshotFile[]; chosen: string }) {
  const nowMs = useDashboard().now.peek();
  const isKept = files.some(({ name }) => name === chosen);
  return (
    <label>
      taken{' '}
      <select value={chosen} onChange={(event) => choose({ snapshot: event.currentTarget.value, object: undefined })}>
        {!isKept && <option value={chosen}>{chosen} (not kept any more)</option>}
        {files.map(({ name, sizeBytes, takenAt, writtenAt }) => (
          <option key={name} value={name}>
            {moment(takenAt ?? writtenAt, nowMs)} ({size(sizeBytes)})
          </option>
        ))}
      </select>
    </label>
  );
}
