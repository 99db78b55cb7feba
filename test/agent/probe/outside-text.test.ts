/** Whatever a target says of itself is short, on one line and printable once it is in. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';
import { censusRows } from '../../../agent/probe/census/rows.ts';
import { discover } from '../../../agent/probe/discover.ts';
import { gauges } from '../../../agent/probe/usage.ts';
import { heapProfileOf } from '../../../agent/profile/heap-profile.ts';
import { HOLD, Refusal, startFakeInspector } from '../../support/fake-inspector.ts';

const HOSTILE = '\x1b]0;PWN\x07\n\u202e';
const HUGE = HOSTILE + 'T'.repeat(2 ** 20);
const STEERING = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

function assertLetIn(text: string | undefined, maxLength: number): void {
  assert.ok(text !== undefined && text.length <= maxLength, `${text?.length}`);
  assert.ok(!STEERING.test(text));
  assert.match(text, /…#[0-9a-f]{8}$/);
}

test('its name, version and title', async () => {
  const self = { title: HUGE, nodeVersion: `v20.20.2${HUGE}`, v8Version: HUGE };
  await using fake = await startFakeInspector({
    self,
    version: `node.js/v20.20.2-${'x'.repeat(1_000)}`,
    list: (url) => JSON.stringify([{ title: 'T'.repeat(1_000), webSocketDebuggerUrl: url }]),
  });
  await using agent = await attach(`${fake.port}`);
  const { title, nodeVersion, v8Version } = agent.identity;
  assertLetIn(title, 200);
  assertLetIn(nodeVersion, 64);
  assertLetIn(v8Version, 64);
  const [found] = await discover({ ports: [fake.port, fake.port], pids: [] });
  assertLetIn(found?.title, 200);
  assertLetIn(found?.nodeVersion, 64);
});

test('the spaces of its heap, its functions and scripts, its classes', async () => {
  const spaces = [{ name: HUGE, usedBytes: 1, sizeBytes: 1 }];
  await using fake = await startFakeInspector({ gauges: { spaces } });
  await using agent = await attach(`${fake.port}`);
  assertLetIn((await gauges(agent.session)).spaces[0]?.name, 64);

  const callFrame = { functionName: HUGE, scriptId: '1', url: HUGE, lineNumber: 0, columnNumber: 0 };
  const leaf = { callFrame, selfSize: 1, id: 2, children: [] };
  const { head } = heapProfileOf({ profile: { head: { ...leaf, id: 1, children: [leaf] }, samples: [] } });
  for (const node of [head, ...head.children]) {
    assertLetIn(node.callFrame.functionName, 1_024);
    assertLetIn(node.callFrame.url, 2_000);
  }
  const takenAt = new Date(0).toISOString();
  const { rows } = censusRows({ functions: 0, liveBytes: 1, takenAt, slots: [{ name: HUGE, count: 1 }] });
  assertLetIn(rows.find(({ kind }) => kind.includes('PWN'))?.kind, 1_024);
});

test('why it refuses, and what it throws', async () => {
  await using fake = await startFakeInspector({
    answers: {
      'HeapProfiler.enable': () => {
        throw new Refusal(-32000, HUGE);
      },
      'HeapProfiler.disable': HOLD,
    },
  });
  await using agent = await attach(`${fake.port}`);
  await assert.rejects(agent.session.send('HeapProfiler.enable'), ({ message }: Error) => {
    assert.ok(message.length < 500 && !STEERING.test(message), message.slice(0, 600));
    return true;
  });
});
