import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LimitForecasts } from '../../../collector/targets/limit-forecasts.ts';
import type { Usage } from '../../../protocol/partition.ts';
import { partitionEvent, usageEvent } from '../../support/events.ts';

const MINUTE_MS = 60_000;
const MB = 2 ** 20;

test('what is forecast of a heap names the kinds that fill it with their shares', () => {
  const forecasts = new LimitForecasts();
  let last: Usage | undefined;
  for (let minute = 0; minute < 30; minute++) {
    const heapUsedBytes = (100 + 10 * minute) * MB;
    const { type: _type, ...usage } = usageEvent('api', { heapUsedBytes, heapLimitBytes: 1_000 * MB });
    last = forecasts.take(usage, minute * MINUTE_MS);
    const rows = [
      { kind: 'Session', count: 1, sizeBytes: (20 + 8 * minute) * MB },
      { kind: 'string', count: 1, sizeBytes: 50 * MB },
    ];
    const { type: _other, ...walked } = partitionEvent('api', { probe: 'walk', rows });
    forecasts.takeKinds(walked, minute * MINUTE_MS);
    // what was born since a checkpoint, other classifiers and sampling are no count of what there is
    forecasts.takeKinds({ ...walked, by: 'module', rows: [] }, minute * MINUTE_MS);
    forecasts.takeKinds({ ...walked, probe: 'sampling', rows: [] }, minute * MINUTE_MS);
  }
  const { ms, kinds, source } = last!.timeToLimit!;
  assert.equal(source, "V8's limit of its heap (main)");
  assert.ok(Math.abs(ms / (61 * MINUTE_MS) - 1) < 0.05, `${ms / MINUTE_MS} min`);
  assert.deepEqual(
    kinds?.map(({ kind, shareRatio }) => [kind, Math.round(shareRatio * 100)]),
    [['Session', 80]],
  );
});
