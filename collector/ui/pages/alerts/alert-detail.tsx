/** One alert: what it is about, why, what speaks for it, and how it is kept quiet. */
import './alert-detail.css';
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Alert, Silence } from '../../../../protocol/alert.ts';
import { isSilenced } from '../../../alert/silences.ts';
import { Link } from '../../address/link.tsx';
import { address, choose } from '../../address/navigation.ts';
import { useDashboard } from '../../live/dashboard.ts';
import { ago, moment } from '../../parts/words.ts';
import { subjectOf } from './alert-choice.ts';
import { AlertEvidence } from './alert-evidence.tsx';
import { AlertMembers, PartOf } from './alert-members.tsx';
import { AlertReason } from './alert-reason.tsx';
import { isolateChoice, KindLink } from './kind-link.tsx';
import { SilenceForm } from './silence-form.tsx';

interface AlertDetailProps {
  readonly alert: Alert | undefined;
  /** Of the alert that was asked for, if one was. */
  readonly fingerprint: string | undefined;
  readonly silences: readonly Silence[];
  readonly isLoading: boolean;
  readonly onSilenced: () => void;
}

export function AlertDetail({ alert, fingerprint, isLoading, ...rest }: AlertDetailProps) {
  if (alert) {
    return (
      <>
        <AllAlerts />
        <Detail key={alert.fingerprint} alert={alert} {...rest} />
      </>
    );
  }
  if (fingerprint === undefined)
    return <p class="notice">Choose an alert to see why it fires and what holds the objects.</p>;
  return (
    <>
      <AllAlerts />
      {isLoading ? (
        <p class="notice">Asking the collector for this alert…</p>
      ) : (
        <p class="notice warn">
          <strong>The collector does not know this alert (any more).</strong> It resolved long ago, or its target or
          rule no longer exists. <code>heapwatch history</code> prints what is stored of its target.
        </p>
      )}
    </>
  );
}

/** The way back to the list where only one of the two has room. */
function AllAlerts() {
  const { query } = address();
  return (
    <p class="alerts-back">
      <Link to={{ page: 'alerts' }} query={{ ...query, alert: undefined }}>
        ← All alerts
      </Link>
    </p>
  );
}

interface DetailProps {
  readonly alert: Alert;
  readonly silences: readonly Silence[];
  readonly onSilenced: () => void;
}

function Detail({ alert, silences, onSilenced }: DetailProps) {
  const { target, isolate, kind, state, annotations } = alert;
  return (
    <article class="alert-detail panel" aria-label={`${subjectOf(alert)} in ${target}, ${state}`}>
      <header>
        <h2>
          {kind === undefined ? subjectOf(alert) : <KindLink alert={alert} kind={kind} />} in{' '}
          <Link to={{ page: 'target', target }} query={isolateChoice(alert)}>
            {target}
          </Link>
          {isolate !== 'main' && <small> {isolate}</small>}
        </h2>
        <Since alert={alert} />
        {Object.entries(annotations).map(([name, text]) => (
          <Annotation key={name} name={name} text={text} />
        ))}
      </header>
      <PartOf alert={alert} />
      <AlertReason alert={alert} />
      <AlertEvidence alert={alert} />
      <AlertMembers alert={alert} />
      <Silencing alert={alert} silences={silences} onSilenced={onSilenced} />
      <Labels labels={alert.labels} fingerprint={alert.fingerprint} />
    </article>
  );
}

function Since({ alert: { state, rule, startsAt, endsAt } }: { alert: Alert }) {
  const now = useDashboard().now.value;
  return (
    <p class="alert-since">
      <span class={`badge alert-state-${state}`}>{state}</span> {rule}, since{' '}
      <time dateTime={startsAt} title={startsAt}>
        {moment(startsAt, now)}
      </time>{' '}
      ({ago(startsAt, now)})
      {endsAt !== undefined && (
        <>
          , until{' '}
          <time dateTime={endsAt} title={endsAt}>
            {moment(endsAt, now)}
          </time>
        </>
      )}
    </p>
  );
}

/** As its rule wrote it; what is an address is a link. */
function Annotation({ name, text }: { name: string; text: string }) {
  const isAddress = /^https?:\/\/\S+$/.test(text);
  return (
    <p class="alert-annotation">
      {name !== 'summary' && <small>{name}: </small>}
      {isAddress ? (
        <a href={text} rel="noreferrer" target="_blank">
          {text}
        </a>
      ) : (
        text
      )}
    </p>
  );
}

function Silencing({ alert, silences, onSilenced }: DetailProps) {
  const { session } = useDashboard();
  const isOpen = useSignal(false);
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    if (wasOpen.current && !isOpen.value) button.current?.focus();
    wasOpen.current = isOpen.value;
  }, [isOpen.value]);
  const quiet = silences.filter((silence) => isSilenced(alert, silence));
  const close = () => {
    isOpen.value = false;
  };
  return (
    <section>
      <h3>Silence</h3>
      {quiet.map(({ id, endsAt, comment }) => (
        <p key={id}>
          Nobody is notified of it until <Moment at={endsAt} />: {comment}
        </p>
      ))}
      {session.role === 'viewer' && (
        <p class="hint">To silence it takes the role operator; your token has the role viewer.</p>
      )}
      {session.role === 'operator' && !isOpen.value && (
        <button type="button" ref={button} onClick={() => (isOpen.value = true)}>
          Silence…
        </button>
      )}
      {session.role === 'operator' && isOpen.value && (
        <SilenceForm
          alert={alert}
          onCancel={close}
          onDone={() => {
            close();
            onSilenced();
          }}
        />
      )}
    </section>
  );
}

function Moment({ at }: { at: string }) {
  const now = useDashboard().now.value;
  return (
    <time dateTime={at} title={at}>
      {moment(at, now)}
    </time>
  );
}

function Labels({ labels, fingerprint }: Pick<Alert, 'labels' | 'fingerprint'>) {
  return (
    <section>
      <h3>Labels</h3>
      <ul class="alert-labels">
        {Object.entries(labels).map(([name, value]) => (
          <li key={name}>
            <button type="button" title={`Alerts with ${value}`} onClick={() => choose({ q: value, state: undefined })}>
              {name}=<strong>{value}</strong>
            </button>
          </li>
        ))}
      </ul>
      <small>Fingerprint {fingerprint}</small>
    </section>
  );
}
