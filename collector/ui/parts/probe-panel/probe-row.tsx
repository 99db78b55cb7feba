/** One probe: what it tells, what it costs, whether it may, and a button that asks before it does. */

import { useSignal } from '@preact/signals';
import type { ProbeEvent } from '../../../../protocol/events.ts';
import { humanDuration } from '../../../../protocol/human.ts';
import type { Price } from '../../../../protocol/partition.ts';
import type { ProbePrice } from '../../../../protocol/prices.ts';
import { Link } from '../../address/link.tsx';
import { useAction } from '../../live/action.ts';
import { useDashboard } from '../../live/dashboard.ts';
import { writeSource } from '../../live/source.ts';
import { ActionWords } from '../action-words.tsx';
import { Question } from '../question.tsx';
import { ago, size } from '../words.ts';
import { costWords, PURPOSES, priceWords } from './prices.ts';

interface ProbeRowProps {
  readonly target: string;
  readonly isolate: string;
  readonly price: ProbePrice;
  readonly limits: Price;
}

export function ProbeRow({ target, isolate, price, limits }: ProbeRowProps) {
  const { session, fleet } = useDashboard();
  const isAsked = useSignal(false);
  const [action, act] = useAction();
  const { probe, forecast, verdict, reason } = price;
  const last = fleet.target(target)?.isolate(isolate)?.probes.value.get(probe);
  const run = () =>
    act(async () => {
      const { partitions } = await session.request('probe', { target, isolate, probe, yes: verdict === 'asks' });
      return partitions.length === 0
        ? 'Done.'
        : `Done: ${partitions.length} partition${partitions.length === 1 ? '' : 's'}.`;
    });
  const ask = () => {
    if (probe === 'usage') run();
    else isAsked.value = true;
  };
  return (
    <li class="probe-row">
      <div class="probe-row-what">
        <strong>{probe}</strong> <small>{PURPOSES[probe]}</small>
      </div>
      <div class="probe-row-price figures">
        {price.rough ? 'about ' : ''}
        {priceWords(forecast)}
      </div>
      <button
        type="button"
        disabled={verdict === 'refused' || session.role !== 'operator' || action.value.state === 'running'}
        onClick={ask}
        aria-label={`Run ${probe}`}
      >
        {verdict === 'fits' ? 'Run' : verdict === 'asks' ? 'Run …' : 'Refused'}
      </button>
      {reason !== undefined && <p class="probe-row-reason">{reason}</p>}
      <Last last={last} forecast={forecast} target={target} isolate={isolate} />
      <ActionWords action={action.value} running={`${probe} runs …`} />
      {isAsked.value && (
        <Question
          title={`Run ${probe} on ${target}${isolate === 'main' ? '' : `, ${isolate}`}?`}
          yes={verdict === 'asks' ? 'Run it all the same' : 'Run it'}
          onAnswer={(isYes) => {
            isAsked.value = false;
            if (isYes) run();
          }}
        >
          <p>
            It pauses the process for about <strong>{humanDuration(forecast.pauseMs)}</strong> and makes it take about{' '}
            <strong>{size(forecast.extraBytes)}</strong> more memory meanwhile.
          </p>
          {verdict === 'asks' && (
            <p class="notice warn">
              {reason ?? `The limits are ${humanDuration(limits.pauseMs)} and ${size(limits.extraBytes)}.`}
            </p>
          )}
        </Question>
      )}
    </li>
  );
}

interface LastProps {
  readonly last: ProbeEvent | undefined;
  readonly forecast: Price;
  readonly target: string;
  readonly isolate: string;
}

/** How the last one went, or how far this one is. */
function Last({ last, forecast, target, isolate }: LastProps) {
  const now = useDashboard().now.value;
  if (!last) return null;
  if (last.phase === 'started') {
    const passedMs = Math.max(0, now - Date.parse(last.at));
    return (
      <p class="probe-row-last">
        <progress value={passedMs} max={Math.max(forecast.pauseMs, passedMs, 1)} aria-label={`${last.probe} runs`} />{' '}
        runs for {humanDuration(passedMs)}
      </p>
    );
  }
  const [id] = last.partitions ?? [];
  const outcome = [last.cost ? costWords(last.cost) : '', last.reason ?? ''].filter((words) => words !== '').join(': ');
  return (
    <p class="probe-row-last hint">
      {last.phase} {ago(last.at, now)}
      {outcome !== '' && `: ${outcome}`}
      {id !== undefined && last.by && (
        <>
          {', '}
          <Link
            to={{ page: 'target', target }}
            query={{ isolate, source: writeSource({ probe: last.probe, by: last.by[0]! }) }}
          >
            its table
          </Link>
        </>
      )}
    </p>
  );
}
