/** What probes would cost, asked of a collector: real targets, and the same words as those that refuse a probe. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Limits } from '../../../agent/price/limits.ts';
import type { TargetConfig } from '../../../collector/config/target-config.ts';
import { PriceList } from '../../../collector/targets/price-list.ts';
import { liveProbes, type Probes } from '../../../collector/targets/probes.ts';
import { Probe } from '../../../protocol/partition.ts';
import type { ProbePrice } from '../../../protocol/prices.ts';
import { type Result, readResult } from '../../../protocol/requests.ts';
import { TestApi } from '../../support/api.ts';
import { startTestCollector, type TestCollector } from '../../support/collector.ts';
import { startTarget, type Target } from '../../support/target.ts';

const MB = 2 ** 20;
const GENEROUS: Limits = {
  maxPauseMs: 60_000,
  maxExtraBytes: 8_192 * MB,
  pauseBudget: { pauseMs: 3_600_000, perMs: 3_600_000 },
};

/** A collector that is attached to the target, as `api`. */
async function pricing(
  target: Target,
  more: Partial<TargetConfig> = {},
  probes: Partial<Probes> = {},
): Promise<TestCollector> {
  const running = await startTestCollector([{ name: 'api', inspect: `127.0.0.1:${target.port}`, ...more }], probes);
  await running.client.next('target', ({ state }) => state === 'attached');
  return running;
}

async function pricesOf({ client }: TestCollector, isolate?: string): Promise<Result<'prices'>> {
  const response = await client.request('prices', { target: 'api', ...(isolate !== undefined && { isolate }) });
  assert.ok('result' in response, JSON.stringify(response));
  return readResult('prices', response.result);
}

function priceOf({ prices }: Result<'prices'>, probe: Probe): ProbePrice {
  return prices.find((each) => each.probe === probe)!;
}

describe('prices', () => {
  it('of all probes, the cheapest first, with the limits and what has been spent', async () => {
    await using target = await startTarget('puppet');
    await using running = await pricing(target, { limits: GENEROUS });
    const before = await pricesOf(running);
    assert.deepEqual(
      before.prices.map(({ probe, verdict }) => [probe, verdict]),
      Probe.options.map((probe) => [probe, 'fits']),
    );
    assert.ok(before.prices.every(({ forecast }) => forecast.pauseMs > 0));
    assert.deepEqual(before.limits, { pauseMs: 60_000, extraBytes: 8_192 * MB });
    assert.deepEqual(before.budget, { pauseMs: 3_600_000, perMs: 3_600_000, spentMs: 0 });
    assert.equal(priceOf(before, 'snapshot').rough, true);
    const { client } = running;
    assert.ok('result' in (await client.request('probe', { target: 'api', probe: 'types' })));
    const refreshed = await pricesOf(running);
    assert.ok(refreshed.budget.spentMs > 0);
    assert.equal(priceOf(refreshed, 'snapshot').rough, undefined, 'the objects have been counted');
    const api = await TestApi.of(running.url);
    assert.deepEqual((await api.get('/v1/prices?target=api')).status, 200);
    assert.equal((await api.get('/v1/prices?target=none')).status, 404);
  });

  it('that a limit or the budget is against are asked for, in the words of the refusal', async () => {
    await using target = await startTarget('puppet');
    const limits = { maxPauseMs: 1, maxExtraBytes: 512 * MB, pauseBudget: { pauseMs: 30_000, perMs: 3_600_000 } };
    await using running = await pricing(target, { limits });
    const { verdict, reason, instead } = priceOf(await pricesOf(running), 'census');
    assert.deepEqual([verdict, instead], ['asks', undefined], 'nothing takes as little as that');
    assert.match(reason ?? '', /^about \d+ ms of pause is over the limit of 1 ms \(maxPause\)$/);
    assert.equal(priceOf(await pricesOf(running), 'usage').verdict, 'fits', 'the gauges run whatever the limits');
    const { client } = running;
    const refused = await client.request('probe', { target: 'api', probe: 'census' });
    assert.ok('error' in refused && refused.error.code === 'refused');
    assert.match(refused.error.message, /is over the limit of 1 ms \(maxPause\)$/);
    assert.ok('result' in (await client.request('probe', { target: 'api', probe: 'census', yes: true })));
  });

  it('that the target lacks the memory for are refused, whoever agrees', async () => {
    await using target = await startTarget('puppet');
    const poor = { memory: [{ bytes: MB, source: 'ulimit -d' }] };
    const quotes: Probes['quotes'] = async (agent, question) =>
      (await liveProbes.quotes(agent, question)).map((quote) => ({ ...quote, headroom: poor }));
    await using running = await pricing(target, { limits: GENEROUS }, { quotes });
    const { verdict, reason, instead } = priceOf(await pricesOf(running), 'snapshot');
    assert.deepEqual([verdict, instead], ['refused', undefined]);
    assert.match(reason ?? '', /^it may need up to [\d.]+ [MG]B of memory, and 1\.0 MB are left \(ulimit -d\)$/);
  });

  it('say why they cannot be told', async () => {
    await using target = await startTarget('puppet');
    await using running = await pricing(target);
    const { client } = running;
    const wrong: [params: object, code: string, message: RegExp][] = [
      [{ target: 'none' }, 'unknown-target', /there is no target "none"/],
      [{ target: 'api', isolate: 'worker:9' }, 'not-found', /worker:9/],
    ];
    for (const [params, code, message] of wrong) {
      const response = await client.request('prices', params);
      assert.ok('error' in response && response.error.code === code, JSON.stringify(response));
      assert.match(response.error.message, message);
    }
    process.kill(target.pid, 'SIGSTOP');
    try {
      const stopped = await client.request('prices', { target: 'api' });
      assert.ok('error' in stopped && stopped.error.code === 'busy', JSON.stringify(stopped));
    } finally {
      process.kill(target.pid, 'SIGCONT');
    }
  });

  it('are read once a second, however many ask', async () => {
    let reads = 0;
    let nowMs = 0;
    const answer = { prices: [], limits: { pauseMs: 1, extraBytes: 1 }, budget: { pauseMs: 1, perMs: 1, spentMs: 0 } };
    const prices = async () => {
      reads++;
      return answer;
    };
    const list = new PriceList('api', { prices }, () => nowMs);
    await Promise.all(Array.from({ length: 50 }, () => list.of('main')));
    assert.equal(reads, 1);
    await list.of('worker:1');
    assert.equal(reads, 2);
    nowMs = 1_000;
    await list.of('main');
    assert.equal(reads, 3);
    list.forget();
    await list.of('main');
    assert.equal(reads, 4, 'and anew after a probe');
  });
});
