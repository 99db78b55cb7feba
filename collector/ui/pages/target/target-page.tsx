/** One target: its memory over time, its kinds, its latest partition, and what can be done to it. */
import './target-page.css';
import { address } from '../../address/navigation.ts';
import { useDashboard } from '../../live/dashboard.ts';
import type { IsolateModel } from '../../live/isolate-model.ts';
import { chosenSource, sourcesOf } from '../../live/source.ts';
import type { TargetModel } from '../../live/target-model.ts';
import { MemoryChart } from '../../parts/memory-chart/memory-chart.tsx';
import { ProbePanel } from '../../parts/probe-panel/probe-panel.tsx';
import { readSpan } from '../../parts/span.ts';
import { LatestPartition } from './latest-partition.tsx';
import { MemoryParts } from './memory-parts.tsx';
import { SourceChoice } from './source-choice.tsx';
import { TargetHead } from './target-head.tsx';
import { Wall } from './wall/wall.tsx';

export function TargetPage({ name }: { name: string }) {
  const { fleet, session } = useDashboard();
  const target = fleet.target(name);
  if (!target) return <Unknown name={name} isConnected={session.connection.value.state === 'open'} />;
  return <KnownTarget target={target} />;
}

function KnownTarget({ target }: { target: TargetModel }) {
  const { query } = address();
  const isolates = target.isolates.value;
  const isolate = isolates.find(({ name }) => name === (query.isolate ?? 'main')) ?? isolates[0];
  const isGone = target.state.value?.state === 'gone';
  return (
    <>
      <TargetHead target={target} isolates={isolates} isolate={isolate?.name ?? 'main'} />
      {isGone && <Gone target={target} isolate={isolate} />}
      <div class={isGone ? 'target-body gone' : 'target-body'}>
        {isolate ? <IsolateParts key={isolate.name} target={target} isolate={isolate} /> : <Nothing />}
      </div>
    </>
  );
}

function IsolateParts({ target, isolate }: { target: TargetModel; isolate: IsolateModel }) {
  const { query } = address();
  const span = readSpan(query);
  const sources = sourcesOf(isolate.newest.value.values());
  const source = chosenSource(sources, query.source);
  return (
    <>
      <section class="panel" aria-labelledby="memory">
        <h2 id="memory">Memory</h2>
        <MemoryChart target={target} isolate={isolate} span={span} />
        <MemoryParts target={target} />
      </section>
      <section class="panel" aria-labelledby="kinds">
        <div class="target-row">
          <h2 id="kinds">Kinds</h2>
          <SourceChoice sources={sources} source={source} />
        </div>
        {source ? (
          <>
            <Wall target={target.name} isolate={isolate} source={source} span={span} />
            <LatestPartition target={target.name} isolate={isolate} source={source} />
          </>
        ) : (
          <NoPartition />
        )}
      </section>
      <ProbePanel target={target.name} isolate={isolate.name} />
    </>
  );
}

function Unknown({ name, isConnected }: { name: string; isConnected: boolean }) {
  if (!isConnected) return <p role="status">Connecting to the collector …</p>;
  return (
    <>
      <h1>{name}</h1>
      <p class="notice">The collector has no target of this name. It may have been taken out of its configuration.</p>
    </>
  );
}

function Gone({ target, isolate }: { target: TargetModel; isolate: IsolateModel | undefined }) {
  const state = target.state.value;
  const last = isolate?.usage.value?.takenAt;
  return (
    <p class="notice bad" role="status">
      <strong>Gone.</strong> {state?.reason ?? 'Nothing is attached to.'}
      <br />
      {last === undefined
        ? 'It was not seen since the collector began.'
        : 'What you see is the last that was seen of it.'}
    </p>
  );
}

function Nothing() {
  return (
    <div class="notice">
      <p>Nothing has been read of it yet. Its schedule says what is read and how often, for example</p>
      <pre>schedule: {'{ usage: 5s, types: auto, census: 10m }'}</pre>
    </div>
  );
}

function NoPartition() {
  return (
    <div class="notice">
      <p>
        No partition yet. The contents of the heap come from the probes <code>types</code>, <code>census</code>,{' '}
        <code>sampling</code> and <code>snapshot</code>. Run one below, or give the target a schedule:
      </p>
      <pre>schedule: {'{ types: auto, census: 10m }'}</pre>
    </div>
  );
}
