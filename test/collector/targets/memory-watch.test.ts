/** Where targets' memory is, as a collector reads it beside its probes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Agent } from '../../../agent/attach/agent.ts';
import { MemoryWatch } from '../../../collector/targets/memory-watch.ts';
import { MEMORY_PARTS, type TargetMemory } from '../../../protocol/memory.ts';
import type { Usage } from '../../../protocol/partition.ts';
import { readResult } from '../../../protocol/requests.ts';
import { startTestCollector } from '../../support/collector.ts';
import { memoryEvent, usageEvent } from '../../support/events.ts';
import { startPlant } from '../../support/memory-plants.ts';

test('a collector tells where the memory of a target is, stores it, and has it as metrics until the target ends', async () => {
  await using target = await startPlant('buffers', { inspect: true });
  const schedule = { usage: 100, memory: 1_000 };
  await using running = await startTestCollector([{ name: 'api', inspect: `127.0.0.1:${target.port}`, schedule }]);
  const { client, url } = running;
  const memory = await client.next('memory');
  assert.deepEqual(
    memory.parts.map(({ part }) => part),
    [...MEMORY_PARTS],
  );
  const sumBytes = memory.parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  assert.ok(Math.abs(sumBytes / memory.rssBytes - 1) < 0.02, `${sumBytes} of ${memory.rssBytes}`);
  assert.equal(memory.verdict.cause, 'buffers');
  assert.equal(memory.process?.pid, target.pid);

  const answer = await client.request('events', { target: 'api' });
  assert.ok('result' in answer, JSON.stringify(answer));
  const { memories } = readResult('events', answer.result);
  assert.deepEqual(memories[0]?.parts, memory.parts);

  const metrics = async () => await (await fetch(`${url.replace(/^ws/, 'http').replace(/\/v1.*/, '')}/metrics`)).text();
  assert.match(await metrics(), /^heapwatch_memory_part_bytes\{target="api",part="buffers"\} \d{9}$/m);
  const gone = client.next('target', ({ state }) => state === 'gone');
  target.kill('SIGKILL');
  await gone;
  assert.doesNotMatch(await metrics(), /^heapwatch_memory_part_bytes\{/m);
});

/** A watch whose readings are `results`, and what it has published. */
function watchOf(every: number | 'auto', results: (TargetMemory | 'busy' | null)[]) {
  const { type: _type, ...memory } = memoryEvent('api');
  const published: TargetMemory[] = [];
  const clock = { nowMs: 1_000 };
  let asked = 0;
  const watch = new MemoryWatch({
    agent: {} as Agent,
    target: 'api',
    every,
    probes: {
      memory: async () => {
        asked++;
        const result = results.shift();
        return result === undefined ? memory : result;
      },
    },
    reports: { memory: (each) => published.push(each), warn: () => {} },
    signal: new AbortController().signal,
    nowMs: () => clock.nowMs,
  });
  const lookAt = async (nowMs: number, usage?: Usage) => {
    clock.nowMs = nowMs;
    await watch.look(usage);
    return asked;
  };
  return { memory, published, lookAt };
}

test('it is read each minute, and less often the longer a reading takes', async () => {
  const { type: _type, ...memory } = memoryEvent('api', { tookMs: 600 });
  const { published, lookAt } = watchOf('auto', [memory]);
  assert.equal(await lookAt(1_000), 0);
  assert.equal(await lookAt(6_000), 1);
  assert.equal(await lookAt(66_000), 1);
  assert.equal(await lookAt(126_000), 2);
  assert.equal(published.length, 2);
});

test('while that of another target is read it waits, and where it cannot be seen it is asked seldom', async () => {
  const { published, lookAt } = watchOf(1_000, ['busy', null]);
  assert.equal(await lookAt(1_000), 1);
  assert.equal(await lookAt(1_100), 2);
  assert.equal(await lookAt(500_000), 2);
  assert.equal(await lookAt(601_100), 3);
  assert.equal(published.length, 1);
});

test('near a limit it is read each ten seconds', async () => {
  const { lookAt } = watchOf('auto', []);
  const ceiling = { source: 'memory.max of cgroup /app', limitBytes: 1_000, leftBytes: 100 };
  const { type: _type, ...near } = usageEvent('api', { heapLimitBytes: 1_000, ceiling });
  const { type: _other, ...far } = usageEvent('api', {
    heapLimitBytes: 1_000,
    ceiling: { ...ceiling, leftBytes: 500 },
  });
  assert.equal(await lookAt(1_000, far), 0);
  assert.equal(await lookAt(1_100, near), 1);
  assert.equal(await lookAt(11_000, near), 1);
  assert.equal(await lookAt(11_200, far), 1);
  assert.equal(await lookAt(11_200, near), 2);
});
