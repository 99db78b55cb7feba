/** A program that ends while attached to ends as fast as without us, by each of its ways to end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Agent, attach } from '../../../agent/attach/agent.ts';
import { startSampling } from '../../../agent/probe/sampling.ts';
import { type Exit, startTarget } from '../../support/target.ts';

const ROUNDS = 3;

const ends: Record<string, { command: string; code: number }> = {
  'process.exit': { command: 'exit 3', code: 3 },
  'an uncaught error': { command: 'throw', code: 1 },
  'an empty event loop': { command: 'drain', code: 0 },
};

const phases: Record<string, (agent: Agent) => unknown> = {
  attached: () => {},
  sampling: (agent) => startSampling(agent, 'main'),
  'with workers listed': (agent) => agent.isolates(),
  'with a call in flight': (agent) => {
    const forever = agent.session.send('Runtime.evaluate', { expression: 'new Promise(() => {})', awaitPromise: true });
    void assert.rejects(forever, { name: 'DetachedError' });
  },
};

interface Ended extends Exit {
  tookMs: number;
}

/**
 * From the target's decision to its exit. The decision comes a moment after our last call: an inspector's socket holds back
 * what follows an answer (Nagle) until that is acknowledged (after 40 ms at most), and with it the news of the end.
 */
async function timeToEnd(command: string, prepare?: (agent: Agent) => unknown): Promise<Ended> {
  await using target = await startTarget('puppet');
  const agent = prepare && (await attach(`${target.port}`));
  if (agent) await prepare(agent);
  target.send(`in 100 ${command}\n`);
  await target.line(/^now/);
  const decidedAtMs = performance.now();
  const exit = await target.exited;
  await agent?.closed;
  await agent?.close();
  return { ...exit, tookMs: exit.atMs - decidedAtMs };
}

async function fastest(command: string, prepare?: (agent: Agent) => unknown): Promise<Ended> {
  let best = await timeToEnd(command, prepare);
  for (let round = 1; round < ROUNDS; round++) {
    const next = await timeToEnd(command, prepare);
    if (next.tookMs < best.tookMs) best = next;
  }
  return best;
}

for (const [way, { command, code }] of Object.entries(ends)) {
  test(`${way} is not held up, and its outcome kept`, async (t) => {
    const without = await fastest(command);
    for (const [phase, prepare] of Object.entries(phases)) {
      const exit = await fastest(command, prepare);
      assert.deepEqual([exit.code, exit.signal], [code, null], phase);
      const ratio = exit.tookMs / without.tookMs;
      t.diagnostic(`${phase}: ${exit.tookMs.toFixed(1)} ms, ${ratio.toFixed(2)} times ${without.tookMs.toFixed(1)} ms`);
      assert.ok(ratio < 4 || exit.tookMs - without.tookMs < 20, `${phase}: ${ratio.toFixed(2)} times as long`);
    }
  });
}

test('SIGTERM by default is kept', async () => {
  await using target = await startTarget('puppet');
  await using agent = await attach(`${target.port}`);
  target.kill('SIGTERM');
  assert.equal((await target.exited).signal, 'SIGTERM');
  await agent.closed;
});

test("a program's own SIGTERM handler decides", async () => {
  await using target = await startTarget('puppet');
  await using agent = await attach(`${target.port}`);
  target.send('sigterm\n');
  await target.line(/handles SIGTERM/);
  target.kill('SIGTERM');
  assert.equal((await target.exited).code, 7);
  await agent.closed;
});
