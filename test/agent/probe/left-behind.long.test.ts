/**
 * What stays in a target after many readings by everybody who has left again: nothing that grows with their number. V8 keeps
 * what it makes for a side-effect check (`system / DebugInfo`, a copy of the bytecode) for good, 700 bytes a text.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Agent, attach } from '../../../agent/attach/agent.ts';
import { census } from '../../../agent/probe/census.ts';
import { quote } from '../../../agent/probe/quote.ts';
import { startSampling } from '../../../agent/probe/sampling.ts';
import { types } from '../../../agent/probe/types.ts';
import { usage } from '../../../agent/probe/usage.ts';
import { nodeBinary, TRIED_MAJORS } from '../../support/node-versions.ts';
import { startTarget } from '../../support/target.ts';
import { tracesOf } from '../../support/traces.ts';

/** Of each probe; scripts/left-behind.ts has thousands, beside a twin. */
const ROUNDS = Number(process.env.HEAPWATCH_ROUNDS ?? 12);
/** Nodes by which two snapshots of a program differ that nobody has touched between them, and what warms up once. */
const NOISE_NODES = 400;

const CONTEXT = { target: 'target', isolate: 'main' };

const readings: Record<string, (agent: Agent) => Promise<unknown>> = {
  attach: async () => {},
  usage: (agent) => usage(agent, CONTEXT),
  condition: (agent) => agent.condition(),
  'price of a census': (agent) => quote(agent, { probe: 'census', isolate: 'main' }),
  types: (agent) => types(agent, CONTEXT),
  census: (agent) => census(agent, CONTEXT),
  sampling: async (agent) => await (await startSampling(agent, 'main')).stop(),
};

for (const major of TRIED_MAJORS) {
  test(`Node ${major}: readings of each kind leave nothing that grows with their number`, async (t) => {
    await using target = await startTarget('puppet', { nodeBinary: await nodeBinary(major) });
    const once = async (read: (agent: Agent) => Promise<unknown>) => {
      await using agent = await attach(`${target.port}`);
      await read(agent);
    };
    for (const read of Object.values(readings)) for (let round = 0; round < 3; round++) await once(read);
    await tracesOf(target);
    let before = await tracesOf(target);
    for (const [name, read] of Object.entries(readings)) {
      for (let round = 0; round < ROUNDS; round++) await once(read);
      const after = await tracesOf(target);
      const grown = { debugInfos: after.debugInfos - before.debugInfos, nodes: after.nodes - before.nodes };
      t.diagnostic(`${name}: ${grown.nodes} nodes, ${grown.debugInfos} DebugInfo in ${ROUNDS} rounds`);
      assert.ok(grown.debugInfos <= 2, `${name}: ${grown.debugInfos} DebugInfo`);
      assert.ok(grown.nodes <= NOISE_NODES, `${name}: ${grown.nodes} nodes`);
      assert.equal(after.files, before.files, `${name}: files`);
      before = after;
    }
  });
}
