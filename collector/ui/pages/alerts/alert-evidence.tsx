/** What speaks for an alert: first what holds the objects, then what else grows, and where it was allocated. */
import './alert-evidence.css';
import type { Alert, Evidence } from '../../../../protocol/alert.ts';
import { Link } from '../../address/link.tsx';
import { HoldingPath } from '../../parts/holding-path/holding-path.tsx';
import { holderOf, pathParts, shortScript } from '../../parts/holding-path/path-parts.ts';
import { count, share, signedCount, signedSize, size } from '../../parts/words.ts';
import { StoredTable } from './stored-table.tsx';

export function AlertEvidence({ alert }: { alert: Alert }) {
  const { evidence } = alert;
  if (!evidence) {
    return (
      <section>
        <h3>Evidence</h3>
        <p class="hint">
          {alert.state === 'pending'
            ? 'It is gathered when the alert fires.'
            : 'It was told when the alert fired, before this page was opened.'}
        </p>
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
      <Refused refused={evidence.refused ?? []} />
      <Partitions ids={evidence.partitions ?? []} />
    </>
  );
}

function Holders({ alert: { target, isolate, kind }, evidence }: { alert: Alert; evidence: Evidence }) {
  const { paths = [], pattern = [] } = evidence;
  const query = { isolate: isolate === 'main' ? undefined : isolate };
  if (paths.length === 0 && pattern.length === 0) return null;
  return (
    <section class="alert-holders">
      <h3>What holds {kind ?? 'what grows'}</h3>
      {paths[0] !== undefined && <Headline path={paths[0]} />}
      {paths.map((path) => (
        <HoldingPath key={path} text={path} />
      ))}
      {kind !== undefined && (
        <p>
          <Link to={{ page: 'kind', target, kind }} query={query}>
            Everything of {kind}: history, classifiers, references
          </Link>
        </p>
      )}
      {pattern.length > 0 && (
        <details>
          <summary>Reference pattern: who refers to them, by kind</summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
          <pre class="alert-pattern" tabIndex={0}>
            {pattern.join('\n')}
          </pre>
        </details>
      )}
    </section>
  );
}

/** The variable and its script, at a glance. */
function Headline({ path }: { path: string }) {
  const holder = holderOf(pathParts(path));
  if (!holder || holder.variable === '') return null;
  return (
    <p class="alert-headline">
      <code>{holder.variable}</code> {holder.owner === '' ? 'of' : `in ${holder.owner} of`}{' '}
      <code title={holder.script}>{shortScript(holder.script)}</code>
    </p>
  );
}

function Kinds({ alert: { target, isolate }, kinds }: { alert: Alert; kinds: NonNullable<Evidence['kinds']> }) {
  if (kinds.length === 0) return null;
  const query = { isolate: isolate === 'main' ? undefined : isolate };
  return (
    <section>
      <h3>Kinds that grew over the window</h3>
      <div class="alert-table">
        <table>
          <thead>
            <tr>
              <th scope="col">Kind</th>
              <th scope="col">Then</th>
              <th scope="col">Now</th>
              <th scope="col">Objects</th>
              <th scope="col">Size now</th>
              <th scope="col">Size</th>
            </tr>
          </thead>
          <tbody>
            {kinds.map(({ kind, before, now }) => (
              <tr key={kind}>
                <th scope="row">
                  <Link to={{ page: 'kind', target, kind }} query={query}>
                    {kind}
                  </Link>
                </th>
                <td>{count(before.count)}</td>
                <td>{count(now.count)}</td>
                <td>
                  {signedCount(now.count - before.count)} <small>{share(now.count - before.count, before.count)}</small>
                </td>
                <td title={`${now.sizeBytes} bytes`}>{size(now.sizeBytes)}</td>
                <td title={`${now.sizeBytes - before.sizeBytes} bytes`}>
                  {signedSize(now.sizeBytes - before.sizeBytes)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Sites({ sites }: { sites: NonNullable<Evidence['sites']> }) {
  if (sites.length === 0) return null;
  return (
    <section>
      <h3>Where what is alive of late was allocated</h3>
      <div class="alert-table">
        <table>
          <thead>
            <tr>
              <th scope="col">Site</th>
              <th scope="col">Objects, about</th>
              <th scope="col">Size, about</th>
            </tr>
          </thead>
          <tbody>
            {sites.map((site) => (
              <tr key={site.site}>
                <th scope="row">
                  <code>{site.site}</code>
                </th>
                <td title={`${site.count}`}>~{count(site.count)}</td>
                <td title={`${site.sizeBytes} bytes`}>~{size(site.sizeBytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
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
