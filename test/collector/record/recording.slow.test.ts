/** Recordings: written by a real recorder, killed and damaged ones, and the pictures of them. */
import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { element, escaped } from '../../../collector/base/svg.ts';
import { plot } from '../../../collector/plot/plot.ts';
import { timeline } from '../../../collector/plot/timeline.ts';
import type { RecordingLine } from '../../../collector/record/line.ts';
import { recordingLine } from '../../../collector/record/recorder.ts';
import { readRecording } from '../../../collector/record/recording.ts';
import { runCli, startCli } from '../../support/cli.ts';
import { startTestCollector } from '../../support/collector.ts';
import { folder } from '../../support/folder.ts';
import { assertGolden } from '../../support/golden.ts';
import { at, attachedReading, partitionReading, usageReading } from '../../support/tail.ts';
import { startTarget } from '../../support/target.ts';

const HEADER = JSON.stringify({ type: 'recording', version: 1, at: at(0), heapwatch: '0.1.0', targets: ['api'] });

/** A minute of a server that leaks, with two phases. */
function recorded(): RecordingLine[] {
  const readings = [attachedReading()];
  for (let seconds = 0; seconds <= 60; seconds += 5) {
    readings.push(usageReading(seconds, 2 ** 20 * (20 + Math.min(seconds, 40))));
    const counts: Record<string, number> = { Session: 1000 + 4000 * seconds, 'a <b> & "c"': 5000, 文字列: 90_000 };
    for (let i = 0; i < 9; i++) counts[`Kind${i}`] = 100 * i;
    if (seconds % 10 === 0) readings.push(partitionReading(seconds, counts));
  }
  readings.push({ is: 'mark', target: 'api', label: 'load <test>', by: 'key', at: at(12) });
  readings.push({ is: 'mark', target: 'api', label: 'drain', by: 'program', at: at(44) });
  return readings.flatMap((reading) => recordingLine(reading, at(0)) ?? []);
}

/** The names of elements that are not closed in order, of XML without comments. */
function assertWellFormed(xml: string): void {
  const open: string[] = [];
  for (const [, close, name, empty] of xml.matchAll(/<(\/?)([a-z]+)(?:\s[a-zA-Z0-9:-]+="[^"<]*")*(\/?)>/g)) {
    if (close) assert.equal(open.pop(), name);
    else if (!empty) open.push(name!);
  }
  assert.deepEqual(open, []);
  // whatever else has a bracket or an ampersand is escaped
  const texts = xml.replaceAll(/<\/?[a-z]+(?:\s[a-zA-Z0-9:-]+="[^"<]*")*\/?>/g, '');
  assert.doesNotMatch(texts, /[<>]|&(?!(?:amp|lt|gt|quot);)/);
}

test('a picture: lines, the peak, phases, probes, kinds stacked', () => {
  const svg = plot(timeline(recorded(), 'api'));
  assertWellFormed(svg);
  assertGolden(svg.replaceAll('><', '>\n<'), 'plot/leak.svg');
});

test('what a timeline is made of', () => {
  const lines = recorded();
  const { phases, probes, peak, stack } = timeline(lines, 'api');
  assert.deepEqual(
    phases.map(({ label, fromMs, toMs }) => [label, (toMs - fromMs) / 1000]),
    [
      ['load <test>', 32],
      ['drain', 16],
    ],
  );
  assert.equal(probes.length, 7);
  assert.equal(new Date(peak.atMs).toISOString(), at(40), 'the first of equal ones');
  assert.equal(stack?.kinds.length, 9);
  assert.deepEqual(stack?.kinds.slice(0, 2), ['Session', '文字列']);
  // the bands sum to the whole
  for (const { sizes } of stack!.points) assert.ok(sizes.every((size) => size >= 0));
  assert.throws(() => timeline(lines, 'worker'), /Cannot plot worker: the recording has no reading/);
});

test('a reading alone is a picture, too', () => {
  const svg = plot(timeline(recorded().slice(0, 2), 'api'));
  assertWellFormed(svg);
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
});

test('whatever a name holds, an element is well-formed', () => {
  assert.equal(escaped('a\u0000b\ud800 <&>'), 'a\ufffdb\ufffd &lt;&amp;&gt;');
  assert.equal(element('g', { id: '"x"', x: 1.26 }, 'y'), '<g id="&quot;x&quot;" x="1.3">y</g>');
});

test('a recording that was cut off, or damaged', async (t) => {
  await using dir = await folder();
  const file = dir.join('run.jsonl');
  const whole = [HEADER, ...recorded().map((line) => JSON.stringify(line))];

  await t.test('is read to the line that a kill cut off', async () => {
    await writeFile(file, whole.join('\n').slice(0, -7));
    const { lines, truncated } = await readRecording(file);
    assert.deepEqual([lines.length, truncated], [whole.length - 2, true]);
    const { code, stderr } = await runCli(['plot', file, '-o', dir.join('cut.svg')]);
    assert.equal(code, 0);
    assert.match(stderr, /the last line is incomplete and was left out/);
  });

  await t.test('no line without an end, in any memory', async () => {
    await writeFile(file, Buffer.alloc(20 * 2 ** 20, 'x'));
    await assert.rejects(readRecording(file), /no recording, .* a line has more than 16777216 characters$/);
    await assert.rejects(readRecording('/dev/zero'), /no recording, .* a line has more than 16777216 characters$/);
  });

  await t.test('whole, without a newline at its end', async () => {
    await writeFile(file, whole.join('\n'));
    const { lines, truncated } = await readRecording(file);
    assert.deepEqual([lines.length, truncated], [whole.length - 1, false]);
  });

  for (const [what, text, pattern] of [
    ['a broken line', whole.toSpliced(3, 1, '{"type":').join('\n'), /line 4: expected a line of JSON$/m],
    [
      'a field that is wrong',
      whole.toSpliced(1, 1, '{"type":"mark","target":"api","label":7,"by":"key","at":"x"}').join('\n'),
      /line 2: expected "label" to be a string, got 7$/m,
    ],
    [
      'an unknown type',
      `${HEADER}\n{"type":"frob"}\n${HEADER}`,
      /line 2: expected "type" to be one of .*, got "frob"$/m,
    ],
    [
      'another version',
      `${HEADER.replace('"version":1', '"version":9')}\n{}`,
      /line 1: expected "version" to be 1, which/,
    ],
    ['no header', whole.slice(1).join('\n'), /line 1: expected the header of a recording/],
    ['nothing', '', /it is empty, expected a recording/],
  ] as const) {
    await t.test(`with ${what}: exit code 5 and the line`, async () => {
      await writeFile(file, text);
      const { code, stderr } = await runCli(['plot', file, '-o', dir.join('x.svg')]);
      assert.match(stderr, pattern);
      assert.equal(code, 5);
    });
  }

  await t.test('a picture of another sort is refused', async () => {
    const { code, stderr } = await runCli(['plot', file, '-o', dir.join('x.png')]);
    assert.equal(code, 2);
    assert.match(stderr, /plots are SVG/);
  });
});

test('record', async (t) => {
  await using dir = await folder();
  await using target = await startTarget('leaks', { args: ['map', '300'] });
  await target.line(/ready/);
  const often = ['--every', '200ms', '--max-share', '100%'];

  await t.test('for a while: usage, kinds, the end; then a picture', async () => {
    const file = dir.join('run.jsonl');
    const { code, stderr } = await runCli(['record', `${target.port}`, '-o', file, '--for', '8s', ...often]);
    assert.equal(code, 0, stderr);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    const { lines } = await readRecording(file);
    const types = new Set(lines.map(({ type }) => type));
    assert.deepEqual([...types].sort(), ['end', 'partition', 'state', 'usage']);

    const again = await runCli(['record', `${target.port}`, '-o', file, '--for', '1s']);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /exists already/);

    const svg = dir.join('run.svg');
    const drawn = await runCli(['plot', file, '-o', svg]);
    assert.equal(drawn.code, 0, drawn.stderr);
    assertWellFormed(await readFile(svg, 'utf8'));
  });

  await t.test('killed, loses at most its last line', async () => {
    const file = dir.join('killed.jsonl');
    const cli = startCli(['record', `${target.port}`, '-o', file, ...often]);
    for (
      let size = 0;
      size < 20_000;
      size = await stat(file).then(
        (found) => found.size,
        () => 0,
      )
    ) {
      await new Promise(setImmediate);
    }
    cli.process.kill('SIGKILL');
    await cli.result;
    const { lines } = await readRecording(file);
    assert.ok(lines.length > 2);
  });

  await t.test("phases of a collector's targets", async () => {
    const file = dir.join('marked.jsonl');
    await using collector = await startTestCollector([
      { name: 'api', inspect: `127.0.0.1:${target.port}`, schedule: { usage: 200 } },
    ]);
    await collector.client.next('usage');
    const cli = startCli(['record', `${collector.url}#api`, '-o', file]);
    while (!(await readFile(file, 'utf8').catch(() => '')).includes('"usage"')) await new Promise(setImmediate);
    await runCli(['mark', collector.url, 'load test']);
    await cli.said(/phase: load test/);
    cli.process.kill('SIGINT');
    assert.equal((await cli.result).code, 130);
    const { lines } = await readRecording(file);
    const marks = lines.flatMap((line) => (line.type === 'mark' ? [[line.target, line.label, line.by]] : []));
    assert.deepEqual(marks, [['api', 'load test', 'stream']]);
    assert.equal(lines.at(-1)?.type, 'end');
  });
});
