import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';
import { listPrice } from '../../../agent/price/tariff.ts';
import { quote } from '../../../agent/probe/quote.ts';
import { startPlant } from '../../support/memory-plants.ts';

const MB = 2 ** 20;

test('a walk is priced by all pages that V8 has in memory, not by what one isolate uses', async () => {
  await using target = await startPlant('worker', { inspect: true });
  await using agent = await attach(`${target.port}`);
  const { price, heapUsedBytes, nodeVersion } = await quote(agent, { probe: 'walk', isolate: 'main' });
  assert.ok(heapUsedBytes < 20 * MB, `${heapUsedBytes}`);
  assert.ok(price.pauseMs >= listPrice('walk', 100 * MB, nodeVersion).pauseMs, `${price.pauseMs} ms`);
  assert.equal(price.extraBytes, 0);
});
