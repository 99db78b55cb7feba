/** The snapshots that the collector keeps of an isolate, to be downloaded by operators. */

import { useAction } from '../../live/action.ts';
import { useDashboard } from '../../live/dashboard.ts';
import { useResource } from '../../live/resource.ts';
import { ActionWords } from '../action-words.tsx';
import { moment, size } from '../words.ts';
import { download, downloadReport } from './download.ts';

interface KeptSnapshotsProps {
  readonly target: string;
  readonly isolate: string;
  /** Changes when there may be others. */
  readonly newest: number;
}

export function KeptSnapshots({ target, isolate, newest }: KeptSnapshotsProps) {
  const { session, now } = useDashboard();
  const [action, act] = useAction();
  const kept = useResource(() => session.request('snapshots', { target }), [session, target, newest]);
  const files = (kept.value.value?.snapshots ?? []).filter((file) => file.isolate === isolate);
  return (
    <section class="kept-snapshots" aria-label="Kept snapshots">
      <h3>Kept snapshots</h3>
      {kept.value.state === 'failed' && <p class="notice warn">{kept.value.reason}</p>}
      {kept.value.state === 'ready' && files.length === 0 && (
        <p class="hint">None. A collector keeps them where its configuration names store.snapshots.dir.</p>
      )}
      <ul>
        {files.map(({ name, sizeBytes, takenAt, writtenAt }) => (
          <li key={name}>
            <span title={name}>
              {moment(takenAt ?? writtenAt, now.peek())} <small>{size(sizeBytes)}</small>
            </span>
            <button
              type="button"
              disabled={session.role !== 'operator' || action.value.state === 'running'}
              aria-label={`Download ${name}`}
              onClick={() => act(() => download(name, session.headers))}
            >
              Download
            </button>
            <button
              type="button"
              disabled={session.role !== 'operator' || action.value.state === 'running'}
              aria-label={`Report on ${name}`}
              onClick={() => act(() => downloadReport(name, session.headers))}
            >
              Report
            </button>
          </li>
        ))}
      </ul>
      {files.length > 0 && (
        <p class="hint">A snapshot that was not redacted holds every string of the process: treat it as a secret.</p>
      )}
      <ActionWords action={action.value} running="Downloading …" />
    </section>
  );
}
