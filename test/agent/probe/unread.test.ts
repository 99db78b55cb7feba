/** What a target sends is read by a thread where it is long: nothing of it is parsed here, where all other targets wait. */
import assert from 'node:assert/strict';
import { after, beforeEach, test } from 'node:test';
import { attach } from '../../../agent/attach/agent.ts';
import { startSampling } from '../../../agent/probe/sampling.ts';
import { types } from '../../../agent/probe/types.ts';
import { readUnread } from '../../../agent/probe/unread.ts';
import { type FakeAnswer, Refusal, startFakeInspector } from '../../support/fake-inspector.ts';

/** What a frame that is read here may have (readable.ts). */
const SHORT_CHARACTERS = 384 * 1024;

const parse = JSON.parse;
let longest = 0;
JSON.parse = (text: string, ...more: []) => {
  longest = Math.max(longest, text.length);
  return parse(text, ...more);
};
after(() => {
  JSON.parse = parse;
});
beforeEach(() => {
  longest = 0;
});

const frame = (functionName: string, id: number) => ({
  callFrame: { functionName, scriptId: '1', url: `file:///srv/app-${id % 100}.js`, lineNumber: id, columnNumber: 1 },
  selfSize: 1_000,
  id,
  children: [] as object[],
});

/** As many call frames as are let in, of as many sites, and samples of each. */
function largestProfile(): object {
  const sites = 90_000;
  const children = Array.from({ length: sites }, (_, at) => frame(`site${at}`, at + 2));
  const samples = Array.from({ length: sites }, (_, at) => ({ size: 524_288, nodeId: at + 2, ordinal: at + 1 }));
  return { profile: { head: { ...frame('(root)', 1), selfSize: 0, children }, samples } };
}

test('the largest sampling profile', async () => {
  const profile = largestProfile();
  let isSampled = false;
  const answers: Record<string, FakeAnswer> = {
    'HeapProfiler.startSampling': () => {
      isSampled = true;
      return {};
    },
    'HeapProfiler.getSamplingProfile': () => {
      if (!isSampled) throw new Refusal(-32000, 'V8 sampling heap profiler was not started.');
      return profile;
    },
  };
  await using fake = await startFakeInspector({ answers });
  await using agent = await attach(`${fake.port}`);
  await using sampling = await startSampling(agent, 'main');
  // the fake answers in this very thread
  longest = 0;
  const partition = await sampling.readPartition({ target: 'api', isolate: 'main', rows: 20 });
  assert.equal(partition.rows.length, 20);
  assert.equal(partition.other?.rows, 90_000 - 20);
  assert.equal(partition.rows[0]?.sizeBytes, 1_000);
  assert.ok(longest < SHORT_CHARACTERS, `${longest} characters were parsed here`);
});

test('the largest trace', async () => {
  const typeData = Object.fromEntries(
    Array.from({ length: 4_000 }, (_, at) => [`TYPE_${at}_TYPE`, { count: 1, overall: 16 }]),
  );
  const counted = JSON.stringify({ isolate: '0xa', type_data: typeData });
  const gc = (name: string, ph: string, args: object) => ({ name, ph, tid: fakePid, ts: 1, args });
  const fakePid = process.pid;
  const value = [
    ...Array.from({ length: 50_000 }, () => ({ name: 'V8.GCScavenger', ph: 'X', tid: 1, ts: 1 })),
    gc('MajorGC', 'B', { type: 'sampling profiler' }),
    gc('V8.GC_Objects_Stats', 'I', { live: counted, dead: counted }),
    gc('MajorGC', 'E', { usedHeapSizeAfter: 8_000 }),
  ];
  await using fake = await startFakeInspector({
    pid: fakePid,
    answers: {
      'HeapProfiler.startSampling': {},
      'HeapProfiler.stopSampling': {},
      'HeapProfiler.getSamplingProfile': () => {
        throw new Refusal(-32000, 'V8 sampling heap profiler was not started.');
      },
      'NodeTracing.start': {},
      'NodeTracing.stop': async (_params, peer) => {
        await peer.event('NodeTracing.dataCollected', { value });
        return {};
      },
    },
  });
  await using agent = await attach(`${fake.port}`);
  longest = 0;
  const partition = await types(agent, { target: 'api', isolate: 'main' });
  assert.equal(partition.count, 4_000);
  assert.ok(longest < SHORT_CHARACTERS, `${longest} characters were parsed here`);
});

test('the functions of a large program, and the classes of a census', async () => {
  const functions = Array.from({ length: 300_000 }, (_, at) => ({
    scriptId: `${at}`,
    url: `file:///${at}.js`,
    functions: [],
  }));
  const bytes = new TextEncoder().encode(JSON.stringify({ id: 7, result: { result: functions } }));
  const urls = await readUnread({ what: 'coverage', bytes, scriptIds: ['17', '299999'] });
  assert.deepEqual(
    [...urls],
    [
      ['17', 'file:///17.js'],
      ['299999', 'file:///299999.js'],
    ],
  );
  assert.equal(bytes.length, 0, 'the bytes were not handed over');
  const slots = Array.from({ length: 50_000 }, (_, at) => ({ name: `Class${at}`, count: at + 1 }));
  const takenAt = new Date(0).toISOString();
  const census = await readUnread({ what: 'census', functions: 1, slots, takenAt, liveBytes: 1, limit: 10 });
  assert.deepEqual([census.rows.length, census.rows[0]?.kind, census.other?.rows], [10, 'Class49999', 49_991]);
  assert.equal(longest, 0);
});

test('any other long frame: its texts are cut, one of too many values ends its session', async () => {
  const text = 'x'.repeat(30 * 2 ** 20);
  await using fake = await startFakeInspector({
    self: { title: text },
    answers: {
      'HeapProfiler.enable': { text: text.slice(2 ** 24), short: 'y', list: [1, { text: `${text.slice(2 ** 24)}!` }] },
      'HeapProfiler.disable': { values: Array(300_000).fill(0) },
    },
  });
  await using agent = await attach(`${fake.port}`);
  assert.match(agent.identity.title, /^x{100,}…#[0-9a-f]{8}$/);
  longest = 0;
  const answer = (await agent.session.send('HeapProfiler.enable')) as unknown as {
    text: string;
    short: string;
    list: [number, { text: string }];
  };
  assert.equal(answer.short, 'y');
  assert.match(answer.text, /^x{1900,2000}…#[0-9a-f]{8}$/);
  assert.notEqual(answer.text, answer.list[1].text);
  await assert.rejects(agent.session.send('HeapProfiler.disable'), {
    name: 'DetachedError',
    message: /it sent a frame of more than 40000 values$/,
  });
  assert.ok(longest < SHORT_CHARACTERS, `${longest} characters were parsed here`);
});
