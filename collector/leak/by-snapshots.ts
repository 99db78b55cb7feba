/**
 * Leaks of a process that only its inspector can tell of: two snapshots, and of what was born between them and stayed, who
 * holds it. Two readings tell no leak from a cache that fills, which is said.
 */
import { takeCheckpoint } from '../../agent/probe/checkpoint.ts';
import { attachTo } from '../measure/attached.ts';
import { agreeToPrice } from '../measure/price-gate.ts';
import { untilOver } from '../measure/since.ts';
import { snapshotProgress } from '../measure/snapshot-progress.ts';
import type { Io } from '../terminal/io.ts';
import { adviceFor } from './advice.ts';
import { type Finding, isOfProgram, type Leak, ranked } from './finding.ts';
import type { LeakQuestion } from './question.ts';

/** Objects of a kind that are too few to speak of. */
const LEAST_BORN = 10;
/** What is freed as it is made does not leak: so much of what was born may have gone. */
const MAX_FREED_RATIO = 0.1;

/** @throws as `bornWithin` does */
export async function leakBySnapshots(question: LeakQuestion, io: Io): Promise<Finding> {
  const { target, isolate, forMs, confidence, strings, consent } = question;
  await using agent = await attachTo(target, io);
  await agreeToPrice({ agent, target, isolate, consent, times: 2 }, io);
  const progress = { signal: io.signal, onProgress: snapshotProgress(io) };
  const about = { target, isolate, by: ['kind'], label: 'leak', ...progress };
  await using checkpoint = await takeCheckpoint(agent, about);
  await untilOver(forMs, checkpoint, io);
  const { partitions, holders } = await checkpoint.since({ ...progress, holders: { kinds: [], grown: {}, strings } });
  const [partition] = partitions;
  const minutes = forMs / 60_000;
  const leaks = (partition?.rows ?? [])
    .filter(({ kind, count, freed }) => {
      return isOfProgram(kind) && count >= LEAST_BORN && (freed?.count ?? 0) <= count * MAX_FREED_RATIO;
    })
    .map(({ kind, count, sizeBytes, survived }): Leak => {
      const rates = { perMinute: count / minutes, bytesPerMinute: sizeBytes / minutes };
      return { kind, born: count, bornBytes: sizeBytes, ...rates, now: count + (survived?.count ?? 0) };
    });
  const byHolder = ranked(leaks, holders?.kind, holders?.retained);
  const isHeld = byHolder[0] !== undefined && byHolder[0].kind === holders?.kind;
  const heldBy = isHeld ? holders.paths : [];
  return {
    ...{ target, isolate, probe: 'snapshot', readings: 2, forMs, confidence },
    leaks: byHolder,
    fills: [],
    heldBy,
    pattern: isHeld ? holders.pattern : [],
    ...(leaks.length > 0 && { advice: adviceFor(heldBy[0]) }),
    ...(partition?.cost && { cost: partition.cost }),
  };
}
