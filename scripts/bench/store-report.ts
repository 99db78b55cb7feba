/** The figures of a store as text, and the goals that they are held against. */
import type { Goal } from './goals.ts';
import type { StoreResult } from './store.ts';

const GOAL_PER_SECOND = 1_000;
const GOAL_QUERY_MS = 50;

export function storeTable(result: StoreResult): string {
  const { samples, perSecond, sampleBytes, p99Ms, maxMs, hours, queryMs, hourBytes, youngQueryMs } = result;
  return [
    `Store, Node ${process.version}: ${samples} partitions of 100 kinds from 200 targets`,
    `  stored         ${perSecond.toFixed(0)} a second, ${sampleBytes.toFixed(0)} bytes each`,
    `  loop meanwhile ${p99Ms.toFixed(1)} ms late at the 99th percentile, ${maxMs.toFixed(1)} ms at most`,
    `  history        ${queryMs.toFixed(1)} ms for one kind over ${hours} stored hours, ${hourBytes.toFixed(0)} bytes each`,
    `                 ${youngQueryMs.toFixed(1)} ms over ${hours} samples that are not thinned out yet`,
  ].join('\n');
}

export function storeGoals({ perSecond, queryMs }: StoreResult): Goal[] {
  return [
    {
      text: `at least ${GOAL_PER_SECOND} samples stored a second`,
      measured: perSecond.toFixed(0),
      met: perSecond >= GOAL_PER_SECOND,
    },
    {
      text: `one kind over 10,000 stored hours within ${GOAL_QUERY_MS} ms`,
      measured: `${queryMs.toFixed(0)} ms`,
      met: queryMs <= GOAL_QUERY_MS,
    },
  ];
}
