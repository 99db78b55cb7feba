/** One target on the overview. */

import { useComputed } from '@preact/signals';
import { memo } from 'preact/compat';
import { useEffect } from 'preact/hooks';
import type { Alert } from '../../../../protocol/alert.ts';
import type { TargetState } from '../../../../protocol/events.ts';
import { humanDuration } from '../../../../protocol/human.ts';
import { Link } from '../../address/link.tsx';
import { type Dashboard, useDashboard } from '../../live/dashboard.ts';
import type { Trend } from '../../live/floors.ts';
import type { IsolateModel } from '../../live/isolate-model.ts';
import type { TargetModel } from '../../live/target-model.ts';
import { Condition } from '../../parts/condition.tsx';
import { Sparkline } from '../../parts/sparkline.tsx';
import { ago, count, share, signedSize, size } from '../../parts/words.ts';
import { fillFloors } from './fill-floors.ts';

/** Less is not worth a word. */
const LEAST_LEFT_BYTES = 2 ** 20;

export const TargetCard = memo(({ target }: { target: TargetModel }) => {
  const state = target.state.value;
  const isolates = target.isolates.value;
  const isFiring = target.activeAlerts.value[0]?.state === 'firing';
  const main = isolates.find(({ name }) => name === 'main');
  return (
    <li class={`card ${state?.state ?? ''} ${isFiring ? 'firing' : ''}`}>
      <div class="card-head">
        <h3>
          <Link to={{ page: 'target', target: target.name }}>{target.name}</Link>
        </h3>
        <Condition state={state} />
      </div>
      <Alerts alerts={target.activeAlerts.value} />
      {main ? (
        <Heap isolate={main} target={target.name} leftBytes={leftBytesOf(target)} />
      ) : (
        <p class="hint">{nothingYet(state)}</p>
      )}
      <p class="card-foot">
        {Object.entries(state?.labels ?? {}).map(([label, value]) => (
          <span key={label} class="chip">
            {label}={value}
          </span>
        ))}
        {isolates.length > 1 && <span class="chip">{count(isolates.length - 1)} workers</span>}
        {state?.nodeVersion && <span class="chip">{state.nodeVersion}</span>}
      </p>
    </li>
  );
});

function Alerts({ alerts }: { alerts: readonly Alert[] }) {
  const [first] = alerts;
  if (!first) return null;
  const more = alerts.length - 1;
  return (
    <p class={`card-alert ${first.state === 'firing' ? 'bad' : 'warn'}`}>
      <Link to={{ page: 'alerts' }} query={{ alert: first.fingerprint }}>
        <strong>{first.state}</strong> {first.rule}
        {first.kind === undefined ? '' : `: ${first.kind}`}
      </Link>
      {more > 0 && <span> and {more} more</span>}
    </p>
  );
}

/** Of RSS, what snapshots of ours have left: it is no growth of the program's. */
function leftBytesOf(target: TargetModel): number {
  return target.memory.value?.parts.find(({ part }) => part === 'snapshotLeft')?.sizeBytes ?? 0;
}

interface HeapProps {
  readonly isolate: IsolateModel;
  readonly target: string;
  readonly leftBytes: number;
}

function Heap({ isolate, target, leftBytes }: HeapProps) {
  const { session, fleet } = useDashboard();
  const gaps = fleet.gaps.value;
  useEffect(() => void fillFloors(session, target, isolate), [session, target, isolate, gaps]);
  const usage = isolate.usage.value;
  if (!usage) return <p class="hint">No reading yet.</p>;
  const { heapUsedBytes: used, heapLimitBytes: limit, rssBytes, ceiling, timeToLimit } = usage;
  return (
    <>
      <Floors isolate={isolate} />
      <dl class="card-figures">
        <div>
          <dt>Heap</dt>
          <dd title={`${count(used)} of ${count(limit)} bytes`}>
            {size(used)} <small>of {size(limit)}</small>
            <meter value={used} max={limit} low={limit * 0.7} high={limit * 0.9} optimum={0} aria-hidden="true">
              {share(used, limit)}
            </meter>
          </dd>
        </div>
        <div>
          <dt>RSS</dt>
          <dd title={`${count(rssBytes)} bytes`}>
            {size(rssBytes)}
            {leftBytes >= LEAST_LEFT_BYTES && <small> {size(leftBytes)} of it left by snapshots</small>}
            {ceiling && <small title={ceiling.source}> {size(ceiling.leftBytes)} left</small>}
          </dd>
        </div>
        {timeToLimit && (
          <div>
            <dt>Full in</dt>
            <dd>
              {humanDuration(timeToLimit.ms)}{' '}
              <small>
                {humanDuration(timeToLimit.earliestMs)} at the earliest: {timeToLimit.source}
              </small>
              {timeToLimit.kinds?.slice(0, 2).map(({ kind, shareRatio }) => (
                <small key={kind}>
                  {' '}
                  {kind} {Math.round(100 * shareRatio)} %
                </small>
              ))}
            </dd>
          </div>
        )}
        <LastProbe isolate={isolate} />
        <Held isolate={isolate} />
      </dl>
    </>
  );
}

function Floors({ isolate }: { isolate: IsolateModel }) {
  const floors = useComputed(() => {
    void isolate.floors.version.value;
    const nowMs = Date.now();
    return { values: isolate.floors.values(nowMs), trend: isolate.floors.trend(nowMs) };
  });
  const { values, trend } = floors.value;
  const words = trendWords(trend);
  // of few floors no line can be seen yet
  const isYoung = trend.state === 'unknown';
  const line = isYoung ? isolate.readings.items.slice(-60).map(({ heapUsedBytes }) => heapUsedBytes) : values;
  const what = isYoung ? 'Used heap lately' : 'Used heap in the last hour';
  return (
    <div class="card-trend" title="The least used heap of each minute of the last hour, and its slope (Theil–Sen)">
      <Sparkline values={line} label={`${what}: ${words}`} width={180} height={36} />
      <span class={trend.state === 'grows' ? 'grows' : ''}>{words}</span>
    </div>
  );
}

function trendWords(trend: Trend): string {
  switch (trend.state) {
    case 'unknown':
      return 'trend not known yet';
    case 'steady':
      return 'steady';
    case 'grows':
    case 'shrinks':
      return `${signedSize(trend.perHour)}/h`;
  }
}

function LastProbe({ isolate }: { isolate: IsolateModel }) {
  const now: Dashboard['now'] = useDashboard().now;
  const last = isolate.lastEnded.value;
  if (!last) return null;
  const { pauseMs, extraBytes } = last.cost ?? {};
  const price = [
    ...(pauseMs === undefined ? [] : [`paused ${humanDuration(pauseMs)}`]),
    ...(extraBytes === undefined ? [] : [`RSS ${signedSize(extraBytes)}`]),
  ].join(', ');
  return (
    <div>
      <dt>Last probe</dt>
      <dd title={last.reason ?? price}>
        {last.probe} {last.phase === 'done' ? '' : `${last.phase} `}
        <small>
          {ago(last.at, now.value)}
          {price !== '' && `, ${price}`}
        </small>
      </dd>
    </div>
  );
}

function Held({ isolate }: { isolate: IsolateModel }) {
  const held = isolate.held.value;
  if (held.length === 0) return null;
  return (
    <div>
      <dt>Epoch</dt>
      <dd title="Object ids are held: minor collections of the target are slower">since {held.join(', ')}</dd>
    </div>
  );
}

function nothingYet(state: TargetState | undefined): string {
  if (state?.state === 'gone') return state.reason ?? 'Not attached.';
  return 'No reading yet: has its schedule a line for usage?';
}
