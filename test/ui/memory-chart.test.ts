/** The chart of memory without a page: which points it draws, what it says of them, which time it shows. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { timeText } from '../../collector/ui/parts/memory-chart/axis-time.ts';
import { chartEvents, eventsAt } from '../../collector/ui/parts/memory-chart/chart-events.ts';
import { GAUGE_LINES, shownLines } from '../../collector/ui/parts/memory-chart/gauges.ts';
import { memoryLines, restartsOf } from '../../collector/ui/parts/memory-chart/memory-lines.ts';
import { figuresInWords, lineFigures } from '../../collector/ui/parts/memory-chart/memory-words.ts';
import { historySpan, readSpan, SPANS, writeSpan } from '../../collector/ui/parts/span.ts';
import { alertEvent, markEvent, usageEvent } from '../support/events.ts';

const START_MS = Date.parse('2026-11-22T06:00:00.000Z');
const SECOND_MS = 1_000;
const ALL = [0, Number.MAX_SAFE_INTEGER] as const;
const at = (second: number) => new Date(START_MS + second * SECOND_MS).toISOString();
const reading = (second: number, incarnation = 'pid 1') =>
  usageEvent('api', { takenAt: at(second), heapUsedBytes: second, incarnation });
const used = ({ columns }: { columns: (number | null)[][] }) => columns[0];

/** As the collector answers: readings in steps of ten seconds. */
function stored(seconds: readonly number[]) {
  const gauges = GAUGE_LINES.map(({ gauge }) => ({
    gauge,
    at: seconds.map(at),
    samples: seconds.map(() => 1),
    value: { min: [...seconds], mean: [...seconds], max: [...seconds], last: [...seconds] },
  }));
  const [fromMs, toMs] = [START_MS + seconds[0]! * SECOND_MS, START_MS + seconds.at(-1)! * SECOND_MS];
  return { usage: { isolate: 'main', samples: seconds.length, gauges }, fromMs, toMs, stepMs: 10 * SECOND_MS };
}

describe('the lines of the chart', () => {
  it('go on from what is stored to what came since, each reading once, one a step', () => {
    const readings = [10, 15, 20, 25, 28, 30, 40].map((second) => reading(second));
    assert.deepEqual(used(memoryLines(stored([0, 10, 20]), readings, [], ALL)), [0, 10, 20, 28, 30, 40]);
  });

  it('keep what the page saw of a time that the collector has forgotten', () => {
    const readings = [0, 10, 20, 30].map((second) => reading(second));
    assert.deepEqual(used(memoryLines(stored([20]), readings, [], ALL)), [0, 10, 20, 30]);
  });

  it('break where another process begins, and where nothing was read for long', () => {
    const seconds = [0, 1, 2, 3, 30, 31, 32, 33];
    const readings = seconds.map((second) => reading(second, second < 32 ? 'pid 1' : 'pid 2'));
    const restarts = restartsOf(
      readings.map(({ takenAt, incarnation }) => ({ atMs: Date.parse(takenAt), incarnation })),
    );
    assert.deepEqual(restarts, [Date.parse(at(32))]);
    const lines = memoryLines(undefined, readings, restarts, ALL);
    assert.deepEqual(used(lines), [0, 1, 2, 3, null, 30, 31, null, 32, 33]);
    assert.equal(lines.times[4], START_MS / 1_000 + 16.5);
  });

  it('are told in words: now, bounds, slope', () => {
    const readings = Array.from({ length: 20 }, (_, second) => reading(second));
    const figures = lineFigures(memoryLines(undefined, readings, [], ALL), 0)!;
    assert.deepEqual([figures.now, figures.min, figures.max, Math.round(figures.perHour!)], [19, 0, 19, 3_600]);
    assert.equal(figuresInWords(figures), 'now 19 B, between 0 B and 19 B, rising by 3.5 KB an hour');
  });

  it('leave the limit out unless it is near or asked for', () => {
    const usage = { ...reading(0), heapUsedBytes: 10, heapLimitBytes: 100 };
    assert.deepEqual([...shownLines(undefined, usage)], ['used', 'total', 'rss', 'external']);
    assert.ok(shownLines(undefined, { ...usage, heapUsedBytes: 60 }).has('limit'));
    assert.deepEqual([...shownLines('used.limit', usage)], ['used', 'limit']);
  });
});

describe('what happened beside them', () => {
  it('is in the order of time, and what still is so lasts', () => {
    const footprint = { from: at(5), to: at(6), cause: 'census', pauseMs: 120, extraBytes: 2 ** 20 };
    const events = chartEvents(
      {
        footprints: [
          { ...footprint, type: 'footprint', offset: 1, target: 'api', isolate: 'main', hourPauseMs: 120 } as never,
        ],
        marks: [{ ...markEvent('api', 'load'), offset: 2, at: at(1) }],
        alerts: [{ ...alertEvent('api'), startsAt: at(3) }],
        restarts: [Date.parse(at(2))],
      },
      START_MS,
      START_MS + 60_000,
    );
    assert.deepEqual(
      events.map(({ sort }) => sort),
      ['phase', 'restart', 'firing', 'ours'],
    );
    assert.deepEqual(events[3]?.text, 'our census: paused 120 ms, RSS +1.0 MB');
    assert.equal(events[2]?.toMs, START_MS + 60_000);
    assert.deepEqual(
      eventsAt(events, START_MS + 5_500, 100).map(({ sort }) => sort),
      ['firing', 'ours'],
    );
  });
});

describe('the time that is shown', () => {
  it('is read as it was written', () => {
    for (const name of SPANS) assert.equal(readSpan(writeSpan(readSpan({ span: name }))).name, name);
    const drawn = { fromMs: START_MS, toMs: START_MS + 5_000 };
    assert.deepEqual(readSpan(writeSpan(drawn)), drawn);
    assert.equal(readSpan({ span: 'ever', from: at(5), to: at(1) }).name, '1h');
  });

  it('is asked for in steps of whole seconds, all of it in the collector’s own', () => {
    assert.deepEqual(historySpan(readSpan({ span: '15m' }), 400, START_MS), { from: at(-900), stepMs: 3_000 });
    assert.deepEqual(historySpan(readSpan({ span: 'all' }), 400, START_MS), {});
  });

  it('has seconds on its axis only where they matter', () => {
    const noon = new Date(2026, 10, 22, 12, 30, 5).getTime() / 1_000;
    assert.deepEqual([timeText(noon, 5), timeText(noon, 600), timeText(noon, 86_400)], ['12:30:05', '12:30', '22 Nov']);
  });
});
