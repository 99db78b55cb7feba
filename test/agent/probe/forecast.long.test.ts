/**
 * Forecasts against what probes do cost, on real heaps of five shapes: never under by more than 2 on the first probe of a
 * target, within a factor of 1.5 on the second. Pause is main-thread CPU, read from outside, so that a busy machine does not
 * count; RSS is its peak over what the process had before our first probe, since the second one takes what the first has left.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';
import { census } from '../../../agent/probe/census.ts';
import { quote } from '../../../agent/probe/quote.ts';
import { snapshot } from '../../../agent/probe/snapshot.ts';
import { types } from '../../../agent/probe/types.ts';
import type { Cost, Price } from '../../../protocol/partition.ts';
import { startTarget } from '../../support/target.ts';

const MB = 2 ** 20;
/** What other programs on the same processors add to the CPU of a short probe, and what RSS moves by without us. */
const SLACK_MS = 120;
const SLACK_BYTES = 12 * MB;

interface Paid {
  readonly forecast: Price;
  readonly cost: Cost;
}

for (const shape of ['objects', 'strings', 'doubles', 'tables', 'mixed']) {
  test(`the price of ${shape}`, async () => {
    await using target = await startTarget('shapes', { args: [shape, '24'] });
    await target.line(/ready/);
    await using agent = await attach(`${target.port}`);
    const context = { target: shape, isolate: 'main' };
    const run = async (probe: 'types' | 'census' | 'snapshot'): Promise<Paid> => {
      const { price } = await quote(agent, { probe, isolate: 'main' });
      if (probe === 'types') return { forecast: price, cost: (await types(agent, context)).cost ?? {} };
      if (probe === 'census') return { forecast: price, cost: (await census(agent, context)).cost ?? {} };
      const { partitions } = await snapshot(agent, { ...context, by: ['name'] });
      return { forecast: price, cost: partitions[0]?.cost ?? {} };
    };
    // known by its used bytes alone
    notUnder(await run('types'), 2, 'first types');
    // counted
    notUnder(await run('census'), 2, 'first census');
    const first = await run('snapshot');
    notUnder(first, 2, 'first snapshot');
    near(await run('types'), 0, 'second types');
    near(await run('census'), first.cost.keptBytes ?? 0, 'second census');
    near(await run('snapshot'), first.cost.keptBytes ?? 0, 'second snapshot');
  });
}

test('a heap that nobody has counted is priced by its used bytes', async () => {
  await using target = await startTarget('shapes', { args: ['objects', '24'] });
  await target.line(/ready/);
  await using agent = await attach(`${target.port}`);
  const { price } = await quote(agent, { probe: 'snapshot', isolate: 'main' });
  assert.equal(price.basis, 'usage');
  const { partitions } = await snapshot(agent, { target: 'a', isolate: 'main', by: ['name'] });
  notUnder({ forecast: price, cost: partitions[0]?.cost ?? {} }, 2, 'first snapshot');
});

function notUnder({ forecast, cost }: Paid, factor: number, what: string): void {
  const { cpuMs, extraBytes } = seen(cost);
  assert.ok(cpuMs <= forecast.pauseMs * factor + SLACK_MS, `${what}: ${cpuMs} ms of CPU, forecast ${forecast.pauseMs}`);
  const bytes = `${what}: ${extraBytes / MB} MB, forecast ${forecast.extraBytes / MB}`;
  assert.ok(extraBytes <= forecast.extraBytes * factor + SLACK_BYTES, bytes);
}

/** @param keptBytes what is there already of the memory that it takes */
function near({ forecast, cost }: Paid, keptBytes: number, what: string): void {
  const { cpuMs, extraBytes } = seen(cost);
  within(cpuMs, forecast.pauseMs, SLACK_MS, `${what}, ms of CPU`);
  // a process may also give memory back
  within(Math.max(0, extraBytes + keptBytes), forecast.extraBytes + keptBytes, SLACK_BYTES, `${what}, bytes of RSS`);
}

function within(actual: number, forecast: number, slack: number, what: string): void {
  const isNear = actual <= forecast * 1.5 + slack && forecast <= actual * 1.5 + slack;
  assert.ok(isNear, `${what}: ${actual}, forecast ${forecast}`);
}

function seen({ cpuMs, extraBytes }: Cost): { cpuMs: number; extraBytes: number } {
  assert.ok(cpuMs !== undefined && extraBytes !== undefined, 'the target runs here, so it is seen from outside');
  return { cpuMs, extraBytes };
}
