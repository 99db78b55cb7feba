/** The probes that take long, as operations: those that somebody asked for are parts of theirs, the others are operations of the collector. */
import { Either } from '../../agent/base/either.ts';
import type { SnapshotProgress } from '../../agent/probe/snapshot.ts';
import type { Probes } from '../targets/probes.ts';
import type { Operations, RunningOperation } from './operations.ts';

/** Why a probe cannot be broken off once it has begun. */
const NO_END = {
  snapshot: 'V8 cannot stop a snapshot that it has begun, it ends by itself',
  census: 'the target counts in one go, it ends by itself',
  types: 'V8 cannot stop a collection, it ends by itself',
} as const;

interface Context {
  readonly target: string;
  readonly isolate: string;
  readonly signal?: AbortSignal;
}

/** The same probes, whose long ones can be followed. */
export function followedProbes(probes: Probes, operations: Operations): Probes {
  const follow = async <C extends Context, R>(
    what: string,
    context: C,
    probe: (context: C, running: RunningOperation) => Promise<R>,
  ): Promise<R> => {
    const { current } = operations;
    if (current) return await probe(context, current);
    const { target, isolate } = context;
    return await operations.during({ kind: 'probe', what, target, isolate, by: 'collector' }, (running) =>
      probe(context, running),
    );
  };
  const walked = <C extends Context, R>(context: C, walk: (context: C) => Promise<R>): Promise<R> =>
    follow('walk', context, async (given, running) => {
      running.run('walking');
      using over = new Either([running.signal, given.signal]);
      return await walk({ ...given, signal: over.signal });
    });
  return {
    ...probes,
    walk: (agent, context) => walked(context, (given) => probes.walk(agent, given)),
    walkBy: (agent, context) => walked(context, (given) => probes.walkBy(agent, given)),
    walkHolders: (agent, context) => walked(context, (given) => probes.walkHolders(agent, given)),
    types: (agent, context) =>
      context.passive
        ? probes.types(agent, context)
        : follow('types', context, (given, running) => {
            running.run('counting', NO_END.types);
            return probes.types(agent, given);
          }),
    census: (agent, context) =>
      follow('census', context, (given, running) => {
        running.run('counting', NO_END.census);
        return probes.census(agent, given);
      }),
    snapshot: (agent, context) =>
      follow('snapshot', context, (given, running) => {
        running.run('waiting', NO_END.snapshot);
        return probes.snapshot(agent, { ...given, onProgress: progressOf(running, given.onProgress) });
      }),
    takeCheckpoint: (agent, context) =>
      follow('snapshot', context, (given, running) => {
        running.run('waiting', NO_END.snapshot);
        return probes.takeCheckpoint(agent, { ...given, onProgress: progressOf(running, given.onProgress) });
      }),
  };
}

function progressOf(
  running: RunningOperation,
  onProgress: ((progress: SnapshotProgress) => void) | undefined,
): (progress: SnapshotProgress) => void {
  return (progress) => {
    running.run(progress.phase, NO_END.snapshot);
    if (progress.phase === 'walking') {
      running.progress({ done: progress.doneNodes, total: progress.totalNodes, unit: 'objects' });
    }
    if (progress.phase === 'receiving') running.progress({ done: progress.bytes, unit: 'bytes' });
    onProgress?.(progress);
  };
}
