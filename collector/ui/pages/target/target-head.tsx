/** Which target it is, how it is, what alerts it has; which isolate and which time the page shows. */
import type { Alert } from '../../../../protocol/alert.ts';
import { Link } from '../../address/link.tsx';
import { address, choose } from '../../address/navigation.ts';
import { useDashboard } from '../../live/dashboard.ts';
import type { IsolateModel } from '../../live/isolate-model.ts';
import type { TargetModel } from '../../live/target-model.ts';
import { Condition } from '../../parts/condition.tsx';
import { readSpan, SPAN_WORDS, SPANS, writeSpan } from '../../parts/span.ts';
import { ago, moment } from '../../parts/words.ts';

interface TargetHeadProps {
  readonly target: TargetModel;
  readonly isolates: readonly IsolateModel[];
  /** The name of the one that is shown. */
  readonly isolate: string;
}

export function TargetHead({ target, isolates, isolate }: TargetHeadProps) {
  const state = target.state.value;
  return (
    <header class="target-head">
      <div class="target-row">
        <h1>{target.name}</h1>
        <Condition state={state} />
        {state && <Since at={state.at} />}
        {state?.state !== 'gone' && state?.reason && <span class="hint">{state.reason}</span>}
      </div>
      <p class="target-facts">
        {Object.entries(state?.labels ?? {}).map(([label, value]) => (
          <span key={label} class="chip">
            {label}={value}
          </span>
        ))}
        {state?.nodeVersion && <span class="chip">Node {state.nodeVersion}</span>}
        {state?.incarnation && <span class="chip">{state.incarnation}</span>}
        {state?.title && <span class="chip">{state.title}</span>}
        {state?.inspect && <span class="chip">{state.inspect}</span>}
      </p>
      <Alerts alerts={target.activeAlerts.value} />
      <div class="target-row">
        {isolates.length > 1 && <IsolateChoice isolates={isolates} isolate={isolate} />}
        <SpanChoice />
      </div>
    </header>
  );
}

function Since({ at }: { at: string }) {
  return <span class="hint">since {ago(at, useDashboard().now.value).replace(' ago', '')}</span>;
}

function Alerts({ alerts }: { alerts: readonly Alert[] }) {
  if (alerts.length === 0) return null;
  return (
    <ul class="target-alerts" aria-label="Alerts">
      {alerts.map(({ fingerprint, state, rule, kind, gauge, reason }) => (
        <li key={fingerprint} class={`notice ${state === 'firing' ? 'bad' : 'warn'}`}>
          <Link to={{ page: 'alerts' }} query={{ alert: fingerprint }}>
            <strong>{state}</strong> {rule}
            {(kind ?? gauge) ? `: ${kind ?? gauge}` : ''}
          </Link>{' '}
          {reason}
        </li>
      ))}
    </ul>
  );
}

function IsolateChoice({ isolates, isolate }: Omit<TargetHeadProps, 'target'>) {
  const change = (name: string) => choose({ isolate: name === 'main' ? undefined : name });
  return (
    <label>
      Isolate{' '}
      <select value={isolate} onChange={(event) => change(event.currentTarget.value)}>
        {isolates.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function SpanChoice() {
  const span = readSpan(address().query);
  return (
    <fieldset class="span-choice">
      <legend class="unseen">Time</legend>
      {SPANS.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={span.name === name}
          onClick={() => choose({ span: name, from: undefined, to: undefined })}
        >
          {SPAN_WORDS[name]}
        </button>
      ))}
      {span.name === undefined && (
        <button type="button" aria-pressed={true} onClick={() => choose({ ...writeSpan(readSpan({})) })}>
          {moment(span.fromMs, Date.now())} to {moment(span.toMs, Date.now())} ×
        </button>
      )}
    </fieldset>
  );
}
