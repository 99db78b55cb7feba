/** Asks what is to be silenced, for how long and why; the labels of an alert are filled in. */
import { humanDuration } from '../../../../protocol/human.ts';
import { reasonOf } from '../../../../protocol/reason.ts';
import './silence-form.css';
import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Alert } from '../../../../protocol/alert.ts';
import { limits } from '../../../../protocol/limits.ts';
import { isSilenced } from '../../../alert/silences.ts';
import { useDashboard } from '../../live/dashboard.ts';

const HOUR_MS = 3_600_000;
const SPANS_MS = [0.5, 1, 2, 4, 8, 24, 3 * 24, 7 * 24, 30 * 24].map((hours) => hours * HOUR_MS);
const DEFAULT_SPAN_MS = 2 * HOUR_MS;

interface SilenceFormProps {
  readonly alert: Alert;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}

export function SilenceForm({ alert, onDone, onCancel }: SilenceFormProps) {
  const { session, fleet } = useDashboard();
  const form = useRef<HTMLFormElement>(null);
  const globs = useSignal<Readonly<Record<string, string>>>(alert.labels);
  const left = useSignal<ReadonlySet<string>>(new Set());
  const failure = useSignal('');
  const isSending = useSignal(false);
  const matchers = useComputed(() =>
    Object.fromEntries(Object.entries(globs.value).filter(([name, glob]) => !left.value.has(name) && glob !== '')),
  );
  const met = useComputed(() => {
    const active = fleet.targets.value.flatMap((target) => target.activeAlerts.value);
    return active.filter((each) => isSilenced(each, { matchers: matchers.value })).length;
  });
  useEffect(() => form.current?.querySelector<HTMLElement>('input, select')?.focus(), []);

  const toggle = (name: string) => {
    const next = new Set(left.value);
    if (!next.delete(name)) next.add(name);
    left.value = next;
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    const fields = new FormData(form.current!);
    const comment = String(fields.get('comment')).trim();
    isSending.value = true;
    try {
      await session.request('silence', { matchers: matchers.value, forMs: Number(fields.get('forMs')), comment });
      onDone();
    } catch (error) {
      failure.value = reasonOf(error);
    } finally {
      isSending.value = false;
    }
  };
  const isNone = Object.keys(matchers.value).length === 0;
  return (
    <form
      class="silence-form"
      ref={form}
      aria-label="Silence"
      onSubmit={(event) => void submit(event)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onCancel();
      }}
    >
      <fieldset>
        <legend>Alerts whose labels match all of these (* matches anything)</legend>
        {Object.entries(globs.value).map(([name, glob]) => (
          <div class="silence-form-label" key={name}>
            <label>
              <input type="checkbox" checked={!left.value.has(name)} onChange={() => toggle(name)} /> {name}
            </label>
            <input
              aria-label={`${name} is like`}
              value={glob}
              disabled={left.value.has(name)}
              maxLength={limits.maxGlobLength}
              onInput={(event) => {
                globs.value = { ...globs.value, [name]: event.currentTarget.value };
              }}
            />
          </div>
        ))}
        <p class="hint" role="status">
          {isNone
            ? 'Choose at least one label.'
            : `${met.value} ${met.value === 1 ? 'alert is' : 'alerts are'} like that now.`}
        </p>
      </fieldset>
      <label>
        For{' '}
        <select name="forMs">
          {SPANS_MS.map((ms) => (
            <option key={ms} value={ms} selected={ms === DEFAULT_SPAN_MS}>
              {humanDuration(ms)}
            </option>
          ))}
        </select>
      </label>
      <label class="silence-form-comment">
        Why
        <input name="comment" required maxLength={limits.maxNameLength} placeholder="deploy 41 mends it" />
      </label>
      {failure.value !== '' && (
        <p class="notice bad" role="alert">
          <strong>Not silenced:</strong> {failure.value}
        </p>
      )}
      <div class="silence-form-ends">
        <button class="primary" type="submit" disabled={isNone || isSending.value}>
          Silence
        </button>
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </form>
  );
}
