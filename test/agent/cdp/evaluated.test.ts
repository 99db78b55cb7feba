/**
 * What is evaluated in a target: our own fixed texts and nothing else, each with its hash, as test/golden/evaluated.txt has
 * them. A change there is a change in what runs inside of somebody's production process: read it as such.
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { liveProbes } from '../../../collector/targets/probes.ts';
import { assertGolden } from '../../support/golden.ts';
import { type Call, startInspectorProxy } from '../../support/inspector-proxy.ts';
import { startTarget } from '../../support/target.ts';

/** The name of a sampling's mark is another one each time, of so many hexadecimal digits. */
const MARK = /heapwatch_mark_[0-9a-f]{32}(?![0-9a-f])/;

/** The source text in a call that makes the target run something; null for any other. */
function sourceOf({ method, params = {} }: Call): string | null {
  if (method === 'Runtime.evaluate' || method === 'Runtime.compileScript')
    return String(params.expression).replace(MARK, 'heapwatch_mark_RANDOM');
  return method === 'Runtime.callFunctionOn' ? String(params.functionDeclaration) : null;
}

/** Each text once, by method and hash. */
function listing(calls: readonly Call[]): string {
  const entries = calls.flatMap((call) => {
    const source = sourceOf(call);
    if (source === null) return [];
    const hash = createHash('sha256').update(source).digest('hex').slice(0, 16);
    return [`${call.method} sha256:${hash}\n${source.replace(/^/gm, '    ')}\n`];
  });
  return [...new Set(entries)].sort().join('\n');
}

test('every probe evaluates fixed texts of ours, the same in each run', async () => {
  const runs: string[] = [];
  for (let run = 0; run < 2; run++) {
    await using target = await startTarget('puppet');
    await using proxy = await startInspectorProxy(target.port);
    await using agent = await liveProbes.attach(proxy.address);
    const context = { target: `a target"; process.exit(1) //${run}`, isolate: 'main' };
    const by = ['kind'];
    const signal = new AbortController().signal;
    await agent.condition(2_000);
    await agent.isolates();
    await liveProbes.usage(agent, context);
    await liveProbes.types(agent, { ...context, label: `label ${run}` });
    await liveProbes.census(agent, { ...context, label: `label ${run}` });
    await liveProbes.snapshot(agent, { ...context, by, signal });
    const sampling = await liveProbes.startSampling(agent, 'main', 65_536);
    await sampling.read(context);
    await sampling[Symbol.asyncDispose]();
    const checkpoint = await liveProbes.takeCheckpoint(agent, { ...context, by, signal, label: 'a' });
    await checkpoint[Symbol.asyncDispose]();
    runs.push(listing(proxy.calls));
  }
  const [first, second] = runs as [string, string];
  assert.equal(first, second);
  assertGolden(first, 'evaluated.txt');
});
