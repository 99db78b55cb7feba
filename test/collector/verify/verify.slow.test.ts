/** Whether a leak is mended: rates of arms, verdicts, how often they err, and the command on what real processes left. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { floorsOf, type Run, rateOf, timesLonger } from '../../../collector/alert/statistics/arms.ts';
import { recordingLine } from '../../../collector/record/recorder.ts';
import { type Arm, type ArmRun, type VerifyReport, verify } from '../../../collector/verify/judge.ts';
import { verifyText } from '../../../collector/verify/verify-text.ts';
import { runCli } from '../../support/cli.ts';
import { partitionEvent, targetEvent } from '../../support/events.ts';
import { folder } from '../../support/folder.ts';
import { openLog, START_MS } from '../../support/stored-log.ts';
import { at, partitionReading, usageReading } from '../../support/tail.ts';
import { startTarget } from '../../support/target.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** A seeded generator of normal values: xorshift, and the sum of twelve. */
function normals(seed: number): () => number {
  let state = seed * 2_654_435_761 + 1;
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 20; i++) next();
  return () => Array.from({ length: 12 }, next).reduce((sum, value) => sum + value, -6);
}

/** Readings of one process, a minute apart. @param rho autocorrelation of the noise */
function run(perHour: number, noise: number, seed: number, { readings = 40, rho = 0 } = {}): Run {
  const normal = normals(seed);
  let wave = 0;
  const values = Array.from({ length: readings }, (_, i) => {
    wave = rho * wave + Math.sqrt(1 - rho ** 2) * normal();
    return 50e6 + (perHour * i * MINUTE_MS) / HOUR_MS + noise * wave;
  });
  return { atMs: values.map((_, i) => i * MINUTE_MS), values };
}

function armOf(kinds: Readonly<Record<string, Run>>): ArmRun {
  return { source: 'a', kinds: new Map(Object.entries(kinds)), isExact: true };
}

const heap = (...runs: Run[]): Arm => runs.map((usage) => ({ source: 'a', usage, kinds: new Map(), isExact: true }));
const ask = { confidence: 0.99 };

test('a rate is that of the floors, however high the level', () => {
  const { perMs, lowerPerMs, upperPerMs } = rateOf([run(1e6, 1e4, 1)], 0.99);
  assert.ok(Math.abs(perMs * HOUR_MS - 1e6) < 5e4, String(perMs * HOUR_MS));
  assert.ok(lowerPerMs * HOUR_MS < 1e6 && upperPerMs * HOUR_MS > 1e6);
});

test('a sawtooth has the rate of its lowest points', () => {
  const values = Array.from({ length: 400 }, (_, i) => 20e6 + i * 1_000 + (i % 10) * 4e6);
  const floors = floorsOf({ atMs: values.map((_, i) => i * 1_000), values }, false);
  assert.ok(floors.values.length <= 48);
  const { perMs } = rateOf([floors], 0.99);
  assert.ok(Math.abs(perMs - 1) < 0.1, String(perMs));
});

test('several runs narrow the interval; runs that differ widen it', () => {
  const width = (runs: Run[]) => {
    const { lowerPerMs, upperPerMs } = rateOf(runs, 0.99);
    return upperPerMs - lowerPerMs;
  };
  const alike = [1, 2, 3, 4].map((seed) => run(1e6, 1e5, seed));
  assert.ok(width(alike) < width(alike.slice(0, 1)) * 0.7);
  const apart = [1e6, 3e6, 5e6, 7e6].map((perHour, seed) => run(perHour, 1e5, seed + 1));
  assert.ok(width(apart) > width(alike) * 5);
});

test('few readings tell nothing', () => {
  assert.equal(rateOf([run(1e6, 0, 1, { readings: 6 })], 0.99).upperPerMs, Number.POSITIVE_INFINITY);
  assert.equal(rateOf([], 0.99).upperPerMs, Number.POSITIVE_INFINITY);
});

test('twice the distance takes less time', () => {
  const rate = { perMs: 0, lowerPerMs: -8, upperPerMs: 8 };
  assert.ok(Math.abs(timesLonger(rate, 1) - 4) < 1e-9);
  assert.equal(timesLonger(rate, 8), 1);
});

test('yes, no and not yet', () => {
  const leaking = heap(run(2e6, 5e4, 1));
  assert.equal(verify(leaking, heap(run(0, 2e4, 2, { readings: 80 })), ask).state, 'yes');
  assert.equal(verify(leaking, heap(run(2e6, 5e4, 3)), ask).state, 'no');
  const unsure = verify(leaking, heap(run(0, 2e6, 4)), ask);
  assert.equal(unsure.state, 'not yet');
  assert.ok(unsure.lines[0]!.timesLonger! > 1);
  assert.ok(unsure.lines[0]!.couldHide.after > 2e5);
  const none = verify(heap(run(0, 5e4, 5)), heap(run(0, 5e4, 6)), ask);
  assert.equal(none.state, 'not yet');
  assert.match(verifyText(none), /^not yet: before, no growth is seen/);
});

test('a mended kind beside one that is not, and beside one that has begun', () => {
  const before: Arm = [armOf({ Session: run(2e6, 2e4, 1), Entry: run(1e6, 2e4, 2), string: run(0, 2e4, 3) })];
  const half: Arm = [armOf({ Session: run(0, 2e4, 4), Entry: run(1e6, 2e4, 5), string: run(0, 2e4, 6) })];
  const verdict = verify(before, half, ask);
  assert.equal(verdict.state, 'no');
  assert.deepEqual(
    verdict.lines.map(({ kind, state }) => [kind, state]),
    [
      ['Session', 'yes'],
      ['Entry', 'no'],
    ],
  );
  assert.match(
    verifyText(verdict),
    /^no, not mended, 99 % sure: Entry grew by 9\d\d KB\/h before, by 9\d\d KB\/h after/,
  );
  const other: Arm = [armOf({ Session: run(0, 2e4, 7), Entry: run(0, 2e4, 8), Timeout: run(3e6, 2e4, 9) })];
  const begun = verify(before, other, ask);
  assert.equal(begun.state, 'no');
  assert.equal(begun.lines.at(-1)!.kind, 'Timeout');
  assert.match(verifyText(begun), /^no, Timeout has begun to grow/);
  const mended: Arm = [armOf({ string: run(0, 2e4, 10) })];
  assert.equal(verify(before, mended, ask).state, 'yes', 'a kind that is gone does not grow');
});

test("a limit of one's own in place of a tenth", () => {
  const [before, after] = [heap(run(2e6, 2e4, 1)), heap(run(3e5, 2e4, 2, { readings: 80 }))];
  assert.equal(verify(before, after, ask).state, 'no');
  assert.equal(verify(before, after, { ...ask, maxPerHour: 5e5 }).state, 'yes');
});

/** What stays adds up: each reading gains by chance, beside the rate. */
function walk(perHour: number, noise: number, seed: number): Run {
  const normal = normals(seed);
  let level = 50e6;
  const values = Array.from({ length: 60 }, () => {
    level += perHour / 60 + noise * normal();
    return level;
  });
  return { atMs: values.map((_, i) => i * MINUTE_MS), values };
}

for (const [noise, made, surely] of [
  ['that is forgotten', (rate: number, seed: number) => run(rate, 1e5, seed, { readings: 80 }), 300],
  ['that remembers itself', (rate: number, seed: number) => run(rate, 1e5, seed, { readings: 80, rho: 0.5 }), 200],
  ['that adds up', (rate: number, seed: number) => walk(rate, 7e3, seed), 300],
] as const) {
  test(`of 500 pairs of arms with noise ${noise}, hardly any verdict is wrong`, () => {
    const verdicts = { mended: { yes: 0, no: 0, 'not yet': 0 }, same: { yes: 0, no: 0, 'not yet': 0 } };
    let missed = 0;
    for (let seed = 0; seed < 500; seed++) {
      const before = heap(made(2e6, 4 * seed));
      verdicts.mended[verify(before, heap(made(0, 4 * seed + 1)), ask).state]++;
      verdicts.same[verify(before, heap(made(2e6, 4 * seed + 2)), ask).state]++;
      const { lowerPerMs, upperPerMs } = rateOf([made(2e6, 4 * seed + 3)], 0.99);
      if (lowerPerMs * HOUR_MS > 2e6 || upperPerMs * HOUR_MS < 2e6) missed++;
    }
    const figures = JSON.stringify({ ...verdicts, missed });
    assert.ok(verdicts.mended.no <= 5 && verdicts.same.yes <= 5, figures);
    assert.ok(missed <= 15, figures);
    assert.ok(verdicts.mended.yes > surely && verdicts.same.no > 450, figures);
  });
}

test('where nothing was seen, as much may be hidden as a few objects', () => {
  const atMs = Array.from({ length: 10 }, (_, i) => i * MINUTE_MS);
  const { perMs, upperPerMs } = rateOf([{ atMs, values: atMs.map(() => 480), unit: 48 }], 0.99);
  assert.equal(perMs, 0);
  const objects = (upperPerMs * 9 * MINUTE_MS) / 48;
  assert.ok(objects > 5 && objects < 6, String(objects));
});

/** A recording of one process, a reading every ten seconds. */
function recording(perReading: number): string {
  const header = { type: 'recording', version: 1, at: at(0), heapwatch: '0.1.0', targets: ['api'] };
  const readings = Array.from({ length: 40 }, (_, i) => [
    usageReading(10 * i, 2 ** 25 + perReading * 32 * i + (i % 5) * 2 ** 20),
    partitionReading(10 * i, { Session: 1_000 + perReading * i, string: 5_000 + (i % 3) }),
  ]).flat();
  const lines = readings.flatMap((reading) => recordingLine(reading, at(0)) ?? []);
  return [header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('');
}

test('recordings, and a store with both arms in it', async () => {
  await using dir = await folder();
  const [leaking, mended] = [dir.join('was.jsonl'), dir.join('is.jsonl')];
  await writeFile(leaking, recording(100));
  await writeFile(mended, recording(0));
  const yes = await runCli(['verify', '--before', leaking, '--after', mended, '--after', `${mended}#api`]);
  assert.equal(yes.code, 0, yes.stderr);
  assert.match(yes.stdout, /^yes, mended, 99 % sure: Session grew by 1\.1 MB\/h before, by 0 B\/h after/);
  const no = await runCli(['verify', '--before', leaking, '--after', leaking, '--json']);
  assert.equal(no.code, 6, no.stderr);
  const report = JSON.parse(no.stdout) as VerifyReport;
  assert.deepEqual(
    report.lines.map(({ kind, state }) => [kind, state]),
    [['Session', 'no']],
  );
  const notYet = await runCli(['verify', '--before', mended, '--after', mended]);
  assert.equal(notYet.code, 7, notYet.stderr);

  const { log } = await openLog(dir.path);
  for (let minute = 0; minute < 60; minute++) {
    const takenAt = new Date(START_MS + minute * MINUTE_MS).toISOString();
    // the second process begins with more, and gains nothing
    const isNew = minute >= 30;
    const count = isNew ? 100_000 : 1_000 * minute;
    const process = { incarnation: isNew ? 'pid 2' : 'pid 1' };
    if (minute % 30 === 0) log.append(targetEvent('api', { at: takenAt, ...process }));
    const rows = [{ kind: 'Session', count, sizeBytes: 48 * count }];
    log.append(partitionEvent('api', { takenAt, rows, count, sizeBytes: 48 * count, ...process }));
  }
  await log.close();
  const store = `${dir.join('heapwatch.db')}#api`;
  const split = ['--deployed', new Date(START_MS + 30 * MINUTE_MS - 1).toISOString()];
  const stored = await runCli(['verify', '--before', store, '--after', store, ...split]);
  assert.equal(stored.code, 0, stored.stderr + stored.stdout);
  assert.match(stored.stdout, /Session grew by 2\.7 MB\/h before, by 0 B\/h after/);
  assert.equal((await runCli(['verify', '--before', dir.join('heapwatch.db'), '--after', store])).code, 2);
  assert.equal((await runCli(['verify', '--before', store, '--after', store, '--max', 'much'])).code, 2);
});

test('two processes that run: one leaks, the other does not', async () => {
  await using leaking = await startTarget('leaking-sessions');
  await using mended = await startTarget('idle-sessions');
  const args = [
    '--before',
    `pid:${leaking.pid}`,
    '--after',
    `pid:${mended.pid}`,
    '--for',
    '3s',
    '--readings',
    '8',
    '--yes',
    '--json',
  ];
  const { code, stdout, stderr } = await runCli(['verify', ...args]);
  const report = JSON.parse(stdout) as VerifyReport;
  assert.equal(report.lines.find(({ kind }) => kind === 'Session')?.state, 'yes', stderr + stdout);
  // strings of a program that has just started may need a longer look
  assert.equal(code, report.state === 'yes' ? 0 : 7, stderr + stdout);
  assert.notEqual(report.state, 'no', stderr + stdout);
});

test('what-if: what would be freed without a holder', async () => {
  await using target = await startTarget('leaking-sessions');
  const { code, stdout, stderr } = await runCli(['what-if', `pid:${target.pid}`, 'Map', '--yes', '--all']);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^Without Map: [\d,]+ objects and [\d.]+ [KM]B would be freed$/m);
  assert.match(stdout, / Session$/m);
});
