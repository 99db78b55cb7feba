/** The figures of a store as text, and the goals that they are held against. */
import type { Goal } from './goals.ts';
import type { QueryResult, StoreResult } from './store.ts';

const GOAL_PER_SECOND = 1_000;
const GOAL_QUERY_MS = 50;

export function storeTable(result: StoreResult): string {
  const { samples, perSecond, sampleBytes, p99Ms, maxMs, hours, query, hourBytes, youngQuery } = result;
  return [
    `Store, Node ${process.version}: ${samples} partitions of 100 kinds from 200 targets`,
    `  stored         ${perSecond.toFixed(0)} a second, ${sampleBytes.toFixed(0)} bytes each`,
    `  loop meanwhile ${p99Ms.toFixed(1)} ms late at the 99th percentile, ${maxMs.toFixed(1)} ms at most`,
    `  history        ${queryText(query)} for one kind over ${hours} stored hours, ${hourBytes.toFixed(0)} bytes each`,
    `                 ${queryText(youngQuery)} over ${hours} samples that are not thinned out yet`,
  ].join('\n');
}

function queryText({ tookMs, cpuMs }: QueryResult): string {
  return `${tookMs.toFixed(1)} ms (CPU ${cpuMs.toFixed(1)} ms)`;
}

export function storeGoals({ perSecond, query }: StoreResult): Goal[] {
  return [
    {
      text: `at least ${GOAL_PER_SECOND} samples stored a second`,
      measured: perSecond.toFixed(0),
      met: perSecond >= GOAL_PER_SECOND,
    },
    {
      text: `one kind over 10,000 stored hours within ${GOAL_QUERY_MS} ms`,
      measured: queryText(query),
      met: query.tookMs <= GOAL_QUERY_MS,
    },
  ];
}
