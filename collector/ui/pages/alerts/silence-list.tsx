/** The silences that there are, and how each is ended. */
import { humanDuration } from '../../../../protocol/human.ts';
import { reasonOf } from '../../../../protocol/reason.ts';
import './silence-list.css';
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Alert, Silence } from '../../../../protocol/alert.ts';
import { isSilenced } from '../../../alert/silences.ts';
import { useDashboard } from '../../live/dashboard.ts';
import { moment } from '../../parts/words.ts';

interface SilenceListProps {
  readonly silences: readonly Silence[];
  readonly alerts: readonly Alert[];
  readonly onEnded: () => void;
}

export function SilenceList({ silences, alerts, onEnded }: SilenceListProps) {
  const { session } = useDashboard();
  const heading = useRef<HTMLHeadingElement>(null);
  const failure = useSignal('');
  const end = async (id: string) => {
    try {
      failure.value = '';
      await session.request('unsilence', { id });
      // its button goes with it
      heading.current?.focus();
      onEnded();
    } catch (error) {
      failure.value = reasonOf(error);
    }
  };
  if (silences.length === 0) return null;
  return (
    <section class="panel">
      <h2 ref={heading} tabIndex={-1}>
        Silences
      </h2>
      {failure.value !== '' && (
        <p class="notice bad" role="alert">
          {failure.value}
        </p>
      )}
      <ul class="silence-list">
        {silences.map((silence) => (
          <li key={silence.id}>
            <Told silence={silence} alerts={alerts} />
            {session.role === 'operator' && (
              <button type="button" onClick={() => void end(silence.id)} aria-label={`End silence: ${silence.comment}`}>
                End
              </button>
            )}
          </li>
        ))}
      </ul>
      {session.role === 'viewer' && (
        <p class="hint">To end one it takes the role operator; your token has the role viewer.</p>
      )}
    </section>
  );
}

function Told({ silence, alerts }: { silence: Silence; alerts: readonly Alert[] }) {
  const now = useDashboard().now.value;
  const { matchers, endsAt, comment } = silence;
  const met = alerts.filter((alert) => alert.endsAt === undefined && isSilenced(alert, silence)).length;
  const leftMs = Date.parse(endsAt) - now;
  return (
    <div>
      <div class="silence-list-matchers">
        {Object.entries(matchers).map(([name, glob]) => (
          <code key={name}>
            {name}={glob}
          </code>
        ))}
      </div>
      {comment}{' '}
      <small>
        until{' '}
        <time dateTime={endsAt} title={endsAt}>
          {moment(endsAt, now)}
        </time>
        {leftMs > 0 && ` (${humanDuration(leftMs)} more)`}, keeps {met} {met === 1 ? 'alert' : 'alerts'} quiet
      </small>
    </div>
  );
}
