/** What happened in the time of the chart, as a list: what the marks in it say to those who do not see it. */
import { Link } from '../../address/link.tsx';
import { moment } from '../words.ts';
import type { ChartEvent } from './chart-events.ts';

/** The newest so many. */
const MOST = 50;

export function ChartEventList({ events, nowMs }: { events: readonly ChartEvent[]; nowMs: number }) {
  if (events.length === 0) return null;
  const newest = events.slice(-MOST).reverse();
  return (
    <details class="chart-events">
      <summary>
        {events.length} {events.length === 1 ? 'event' : 'events'} in this time
      </summary>
      <ol>
        {newest.map(({ sort, fromMs, text, fingerprint }) => (
          <li key={`${fromMs} ${text}`} class={`chart-event ${sort}`}>
            <time dateTime={new Date(fromMs).toISOString()}>{moment(fromMs, nowMs)}</time>{' '}
            {fingerprint === undefined ? (
              text
            ) : (
              <Link to={{ page: 'alerts' }} query={{ alert: fingerprint }}>
                {text}
              </Link>
            )}
          </li>
        ))}
      </ol>
      {events.length > MOST && <p class="hint">and {events.length - MOST} before them</p>}
    </details>
  );
}
