/** What speaks for an alert: first what holds the objects, then what else grows, and where it was allocated. */
import { humanDuration } from '../../../../protocol/human.ts';
import './alert-evidence.css';
import type { Alert, Evidence } from '../../../../protocol/alert.ts';
import { MEMORY_WORDS } from '../../../../protocol/memory.ts';
import { useAction } from '../../live/action.ts';
import { useDashboard } from '../../live/dashboard.ts';
import { ActionWords } from '../../parts/action-words.tsx';
import { FigureTable } from '../../parts/figure-table/figure-table.tsx';
import { HoldingPath } from '../../parts/holding-path/holding-path.tsx';
import { downloadReport } from '../../parts/probe-panel/download.ts';
import { count, share, signedCount, signedSize, size } from '../../parts/words.ts';
import { KindLink } from './kind-link.tsx';
import { StoredTable } from './stored-table.tsx';

export function AlertEvidence({ alert }: { alert: Alert }) {
  const { evidence } = alert;
  if (!evidence) {
    return (
      <section>
        <h3>Evidence</h3>
        <p class="hint">{withoutEvidence(alert)}</p>
      </section>
    );
  }
  return (
    <>
      {evidence.state === 'gathering' && (
        <p class="notice" role="status">
          Evidence is being gathered: probes are under way. It appears here when they are done.
        </p>
      )}
      <Holders alert={alert} evidence={evidence} />
      <Kinds alert={alert} kinds={evidence.kinds ?? []} />
      <Sites sites={evidence.sites ?? []} />
      <Memory memory={evidence.memory} />
      <Refused refused={evidence.refused ?? []} />
      <Snapshots alert={alert} names={evidence.snapshots ?? []} />
      <Partitions ids={evidence.partitions ?? []} />
    </>
  );
}

function withoutEvidence({ state, incident }: Alert): string {
  if (incident !== undefined) return 'It is that of the incident.';
  return state === 'pending' ? 'It is gathered when the alert fires.' : 'None was found before it resolved.';
}

function Holders({ alert, evidence }: { alert: Alert; evidence: Evidence }) {
  const { paths = [], pattern = [], born, cause: kind = alert.kind } = evidence;
  if (paths.length === 0 && pattern.length === 0) return null;
  return (
    <section class="alert-holders">
      <h3>What holds {kind ?? 'what grows'}</h3>
      {born && (
        <p>
          Of <strong>{count(born.count)}</strong> {born.kind} that were born within {humanDuration(born.withinMs)} and
          are still alive:
        </p>
      )}
      {paths.map((path, i) => (
        <HoldingPath key={path} text={path} headline={i === 0} />
      ))}
      {kind !== undefined && (
        <p>
          <KindLink alert={alert} kind={kind}>
            Everything of {kind}: history, classifiers, references
          </KindLink>
        </p>
      )}
      {pattern.length > 0 && (
        <details>
          <summary>Reference pattern: what refers to them, by kind</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
          <pre class="alert-pattern" tabIndex={0}>
            {pattern.join('\n')}
          </pre>
        </details>
      )}
    </section>
  );
}

function Kinds({ alert, kinds }: { alert: Alert; kinds: NonNullable<Evidence['kinds']> }) {
  if (kinds.length === 0) return null;
  return (
    <section>
      <h3>Kinds that grew over the window</h3>
      <FigureTable
        label="Kinds that grew"
        heads={['Kind', 'Then', 'Now', 'More', 'Size now', 'More']}
        rows={kinds.map(({ kind, before, now }) => ({
          key: kind,
          name: <KindLink alert={alert} kind={kind} />,
          figures: [
            { text: count(before.count) },
            { text: count(now.count) },
            { text: signedCount(now.count - before.count), exact: share(now.count - before.count, before.count) },
            { text: size(now.sizeBytes), exact: `${now.sizeBytes} bytes` },
            { text: signedSize(now.sizeBytes - before.sizeBytes), exact: `${now.sizeBytes - before.sizeBytes} bytes` },
          ],
        }))}
      />
    </section>
  );
}

function Sites({ sites }: { sites: NonNullable<Evidence['sites']> }) {
  if (sites.length === 0) return null;
  return (
    <section>
      <h3>Allocation sites of what is alive</h3>
      <FigureTable
        label="Allocation sites"
        heads={['Site', 'Objects', 'Size', 'Survived']}
        rows={sites.map(({ site, count: objects, sizeBytes, survivedBytes }) => ({
          key: site,
          name: <code>{site}</code>,
          figures: [
            { text: `~${count(objects)}`, exact: `about ${objects}` },
            { text: `~${size(sizeBytes)}`, exact: `about ${sizeBytes} bytes` },
            survivedBytes === undefined
              ? { text: '-', exact: 'not known to survive' }
              : { text: `~${size(survivedBytes)}`, exact: `about ${survivedBytes} bytes of every age` },
          ],
        }))}
      />
    </section>
  );
}

function Memory({ memory }: { memory: Evidence['memory'] }) {
  if (!memory) return null;
  const { parts, rssBytes, verdict } = memory;
  return (
    <section>
      <h3>Where its memory was</h3>
      <p>{verdict.text}</p>
      <FigureTable
        label="Parts of RSS"
        heads={['Part of RSS', 'Size', 'Share']}
        rows={parts.map(({ part, sizeBytes }) => ({
          key: part,
          name: MEMORY_WORDS[part],
          figures: [{ text: size(sizeBytes), exact: `${sizeBytes} bytes` }, { text: share(sizeBytes, rssBytes) }],
        }))}
      />
    </section>
  );
}

function Refused({ refused }: { refused: readonly string[] }) {
  if (refused.length === 0) return null;
  return (
    <section>
      <h3>What was not done</h3>
      <ul class="alert-refused">
        {refused.map((reason) => (
          <li key={reason}>{reason}</li>
        ))}
      </ul>
    </section>
  );
}

/** A kept snapshot is looked into from the page of a kind. */
function Snapshots({ alert, names }: { alert: Alert; names: readonly string[] }) {
  const { session } = useDashboard();
  const [action, act] = useAction();
  const { evidence } = alert;
  const kind = evidence?.cause ?? alert.kind ?? evidence?.born?.kind ?? evidence?.kinds?.[0]?.kind;
  if (names.length === 0) return null;
  return (
    <section>
      <h3>Snapshots that were kept for it</h3>
      <ul class="alert-refused">
        {names.map((snapshot) => (
          <li key={snapshot}>
            {kind === undefined ? (
              <code>{snapshot}</code>
            ) : (
              <KindLink alert={alert} kind={kind} snapshot={snapshot}>
                {kind} in {snapshot}
              </KindLink>
            )}{' '}
            <button
              type="button"
              disabled={session.role !== 'operator' || action.value.state === 'running'}
              aria-label={`Report on ${snapshot}`}
              onClick={() => act(() => downloadReport(snapshot, session.headers))}
            >
              Report
            </button>
          </li>
        ))}
      </ul>
      <ActionWords action={action.value} running="Looking for what is wrong …" />
    </section>
  );
}

function Partitions({ ids }: { ids: readonly string[] }) {
  if (ids.length === 0) return null;
  return (
    <section>
      <h3>Partitions that were taken for it</h3>
      {ids.map((id) => (
        <StoredTable key={id} id={id} />
      ))}
    </section>
  );
}
