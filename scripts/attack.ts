/**
 * Attacks a collector for as long as is said (default a minute): fuzzed frames, fuzzed requests, requests that never end and
 * ten thousand connections, while a client of another address follows a target.
 *
 *     node dist/scripts/attack.js --for 5m
 *
 * The log of events in memory is so short here that it is full within seconds: until then it grows, as it should.
 *
 * Ends with 1 where the client missed something, the collector's memory grew or did not come back afterwards, or a code or
 * status came that is not written.
 */
import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { parseDuration } from '../collector/base/units.ts';
import { fuzzFrames, fuzzHttp, holdOpen, seeded, type Tally } from '../test/support/attack.ts';
import { startCli } from '../test/support/cli.ts';
import { folder } from '../test/support/folder.ts';
import { connect } from '../test/support/stream-client.ts';
import { startTarget } from '../test/support/target.ts';
import { comesBack, growthOf, growthText, HELD, MemoryLog, type MemoryReading, memoryTable } from './attack/memory.ts';

const TOKEN = 'the-operators-own-token';
const CONNECTIONS = 10_000;
const FUZZERS = 4;
/** So small a heap that what is kept of each attack ends the collector within minutes, while garbage does not. */
const HEAP_LIMIT = '--max-old-space-size=64 --max-semi-space-size=4';
/** How often memory is read during an attack, and how often at rest before and after it. */
const READINGS = 30;
const REST_READINGS = 6;
const USAGE_EVERY_MS = 250;

const { values } = parseArgs({ options: { for: { type: 'string', default: '1m' }, seed: { type: 'string' } } });
const forMs = parseDuration(values.for);
const seed = Number(values.seed ?? Date.now() % 1_000_000);

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Reads memory `times` times within `spanMs`. */
async function readEach(memory: MemoryLog, times: number, spanMs: number): Promise<MemoryReading[]> {
  const readings: MemoryReading[] = [];
  for (let i = 0; i < times; i++) {
    await wait(spanMs / times);
    readings.push(await memory.read());
  }
  return readings;
}

function merged(tallies: readonly Tally[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [outcome, count] of tallies.flatMap((tally) => [...tally])) sums[outcome] = (sums[outcome] ?? 0) + count;
  return sums;
}

const problems: string[] = [];
await using dir = await folder();
await using target = await startTarget('puppet');
const config = dir.join('heapwatch.yaml');
writeFileSync(
  config,
  `listen: 127.0.0.1:0
auth: { tokens: [{ name: ops, role: operator, env: HEAPWATCH_ATTACKED }] }
targets: [{ name: api, inspect: "127.0.0.1:${target.port}" }]
schedule: { usage: ${USAGE_EVERY_MS}ms, sampling: false }
stream: { ringEvents: 500 }
`,
);
const collector = startCli(['collect', '--config', config], {
  HEAPWATCH_ATTACKED: TOKEN,
  NODE_OPTIONS: `${HEAP_LIMIT} --inspect=127.0.0.1:0`,
});
const [, inspector] = await collector.said(/Debugger listening on (ws:\S+)/);
const pid = collector.process.pid!;
const [, url] = await collector.said(/"url":"(ws:[^"]+)"/);
const victim = { url: url!, token: TOKEN };

const friend = await connect(victim.url);
friend.send({ type: 'hello', token: TOKEN });
await friend.next('welcome');
await friend.subscribe({ topics: ['usage', 'target'] });
await friend.next('target', ({ state }) => state === 'attached');

await using memory = await MemoryLog.open(inspector!, pid, () => performance.now());
const rest = await readEach(memory, REST_READINGS, forMs / 15);
say(`seed ${seed}, for ${values.for}, against ${victim.url} (pid ${pid})`);
const beganAtMs = performance.now();
const stop = new AbortController();
const frames = Array.from({ length: FUZZERS }, (_, i) => fuzzFrames(victim, seeded(seed + i), stop.signal));
const requests = Array.from({ length: FUZZERS }, (_, i) => fuzzHttp(victim, seeded(seed - 1 - i), stop.signal));

const readings = await readEach(memory, READINGS / 5, forMs / 5);
const held = await holdOpen(victim.url, CONNECTIONS);
say(`${held.open} of ${CONNECTIONS} connections of one address are held open`);
const leftMs = Math.max(0, forMs - (performance.now() - beganAtMs));
readings.push(...(await readEach(memory, (4 * READINGS) / 5, leftMs)));
stop.abort();
say(`frames, by close code: ${JSON.stringify(merged(await Promise.all(frames)))}`);
say(`requests, by status: ${JSON.stringify(merged(await Promise.all(requests)))}`);
const lastedMs = performance.now() - beganAtMs;

const got = friend.drain().filter(({ type }) => type === 'usage').length;
// a reading that is late is skipped, so that not every one is there on a busy machine
if (got < (lastedMs / USAGE_EVERY_MS) * 0.5) problems.push(`the client got only ${got} readings`);
const codes = Object.keys(merged(await Promise.all(frames)));
const strange = codes.filter(
  (code) => !['1002', '1006', '1007', '1009', '4400', '4401', '4429', 'not opened'].includes(code),
);
if (strange.length > 0) problems.push(`sockets were closed with ${strange.join(', ')}`);
const broken = Object.keys(merged(await Promise.all(requests))).filter((status) => status.startsWith('5'));
if (broken.length > 0) problems.push(`requests were answered with ${broken.join(', ')}`);
say(`the client got ${got} readings in ${Math.round(lastedMs / 1000)} s`);

held.close();
const after = await readEach(memory, REST_READINGS, forMs / 5);
say(memoryTable(rest, readings, after));
const growths = HELD.map((measure) => growthOf(readings, measure));
for (const growth of growths.filter(({ grows }) => grows)) problems.push(growthText(growth));
for (const growth of growths.filter((each) => !comesBack(each, after)))
  problems.push(`${growth.measure} did not come back`);
say(growths.some(({ grows }) => grows) ? 'memory grows' : 'memory is steady');
await friend.close();
collector.process.kill('SIGTERM');
const { code, stderr } = await collector.result;
if (code !== 143) problems.push(`the collector ended with ${code}`);
if (stderr.includes(TOKEN)) problems.push('the token stands in the log');
if (/"level":50/.test(stderr)) problems.push(`it logged an error: ${/.*"level":50.*/.exec(stderr)}`);
for (const problem of problems) say(`PROBLEM: ${problem}`);
process.exitCode = problems.length > 0 ? 1 : 0;
