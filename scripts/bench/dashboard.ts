/**
 * What a wall of 10,000 kinds costs the browser that shows it, beside one of 100: scrolled through from end to end, and while
 * samples come. A store filled with an hour of samples, its stream, and the built dashboard in headless Chromium.
 */
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { DEFAULT_RETENTION } from '../../collector/config/store-config.ts';
import { DEFAULT_STREAM } from '../../collector/config/stream-config.ts';
import { readPages } from '../../collector/http/pages.ts';
import type { EventLog } from '../../collector/log/log.ts';
import { openStorage } from '../../collector/main/storage.ts';
import { launchBrowser } from '../../test/support/browser.ts';
import { partitionEvent, usageEvent } from '../../test/support/events.ts';
import { folder } from '../../test/support/folder.ts';
import { serveLog } from '../../test/support/stream-server.ts';
import { median } from './median.ts';

const SAMPLES = 60;
const MINUTE_MS = 60_000;
/** Rows of a sample as collectors take them, by default. */
const USUAL_ROWS = 100;
const UPDATES = 7;
/** Of each object. */
const BYTES = 48;
/** CSS pixels that are scrolled each frame: a whole screen of rows. */
const SCROLL = 500;
const SERVED = fileURLToPath(new URL('../../collector/ui/served', import.meta.url));

type SampleEvent = ReturnType<typeof partitionEvent>;

export interface WallCost {
  readonly kinds: number;
  /** From the first row that is reported to the last. */
  readonly loadedMs: number;
  readonly longestLoadTaskMs: number;
  /** While it is scrolled from the first row to the last. */
  readonly longestScrollTaskMs: number;
  readonly mostRows: number;
  /** Scripting for a sample of the usual 100 rows, and for one of all kinds. */
  readonly updateMs: number;
  readonly wholeUpdateMs: number;
}

/** @param counts of kinds, a wall of each */
export async function benchDashboard(counts: readonly number[]): Promise<WallCost[]> {
  await using dir = await folder();
  const store = { path: dir.join('heapwatch.db'), retention: DEFAULT_RETENTION };
  const logger = pino({ enabled: false });
  const stream = { ...DEFAULT_STREAM, ringBytes: 256 * 2 ** 20 };
  const { log, history, close } = await openStorage({ store, stream }, logger, Date.now);
  for (const count of counts) fill(log, count);
  await using browser = await launched();
  try {
    await using server = await serveLog({ log, history, config: stream, pages: readPages(SERVED) });
    const costs: WallCost[] = [];
    for (const count of counts) costs.push(await wallCost(browser.browser, server.port, log, count));
    return costs;
  } finally {
    await close();
  }
}

async function launched() {
  const browser = await launchBrowser();
  return { browser, [Symbol.asyncDispose]: () => browser.close() };
}

function nameOf(kinds: number): string {
  return `kinds-${kinds}`;
}

/** An hour of whole samples, the last of them now. */
function fill(log: EventLog, kinds: number): void {
  const nowMs = Date.now();
  for (let sample = SAMPLES; sample > 0; sample--) {
    const takenAt = new Date(nowMs - sample * MINUTE_MS).toISOString();
    log.append(usageEvent(nameOf(kinds), { takenAt, heapUsedBytes: 2 ** 24 + sample, heapLimitBytes: 2 ** 32 }));
    log.append(sampleOf(kinds, kinds, takenAt, SAMPLES - sample));
  }
}

/** The largest kinds, the others left out. Every third kind grows, every third swings. */
function sampleOf(kinds: number, shown: number, takenAt: string, round: number): SampleEvent {
  const rows = Array.from({ length: shown }, (_, i) => {
    const grown = i % 3 === 0 ? round * 5 : 0;
    const swung = i % 3 === 1 ? Math.round(20 * Math.sin(round + i)) + 20 : 0;
    const count = kinds - i + grown + swung;
    return { kind: `Kind number ${i}`, count, sizeBytes: count * BYTES };
  }).sort((a, b) => b.sizeBytes - a.sizeBytes);
  const left = kinds - shown;
  const count = rows.reduce((sum, row) => sum + row.count, left);
  const other = left > 0 && { other: { rows: left, count: left, sizeBytes: left * BYTES } };
  return partitionEvent(nameOf(kinds), { takenAt, probe: 'census', rows, count, sizeBytes: count * BYTES, ...other });
}

async function wallCost(browser: Browser, port: number, log: EventLog, kinds: number): Promise<WallCost> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.addInitScript(WATCH_LONG_TASKS);
  const known = listsOfTargets(page, 2);
  await page.goto(`http://127.0.0.1:${port}/#/targets/${nameOf(kinds)}?span=all&sort=steadiness`);
  // without a collector the list of targets is empty, and the page forgets what it does not have: it gets it after that
  await known;
  const startMs = performance.now();
  log.append(sampleOf(kinds, kinds, new Date().toISOString(), SAMPLES));
  await page.getByText(new RegExp(`^${kinds.toLocaleString('en-US')} kinds$`)).waitFor({ timeout: 120_000 });
  const loadedMs = performance.now() - startMs;
  const longestLoadTaskMs = await takeLongestTask(page);
  const mostRows = await page.evaluate<number>(SCROLL_THROUGH);
  const longestScrollTaskMs = await takeLongestTask(page);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const update = async (shown: number) => median(await updates(page, session, log, kinds, shown));
  const updateMs = await update(Math.min(kinds, USUAL_ROWS));
  const wholeUpdateMs = await update(kinds);
  await page.close();
  return { kinds, loadedMs, longestLoadTaskMs, longestScrollTaskMs, mostRows, updateMs, wholeUpdateMs };
}

/** Milliseconds of scripting for each of some samples, one after the other. */
async function updates(
  page: Page,
  session: CDPSession,
  log: EventLog,
  kinds: number,
  shown: number,
): Promise<number[]> {
  const costs: number[] = [];
  // the first is not counted: code that was never run is slow
  for (let update = 0; update <= UPDATES; update++) {
    const sample = sampleOf(kinds, shown, new Date().toISOString(), SAMPLES + shown + update);
    const before = await scriptMs(session);
    log.append(sample);
    await page.getByText(`Partition of a set of ${sample.count} objects`).waitFor();
    await page.evaluate(SETTLED);
    if (update > 0) costs.push((await scriptMs(session)) - before);
  }
  return costs;
}

async function scriptMs(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return 1_000 * (metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? 0);
}

/** Settles when so many have been answered: the end of the replay, and which targets there are. */
async function listsOfTargets(page: Page, count: number): Promise<void> {
  const socket = await page.waitForEvent('websocket');
  await new Promise<void>((settle) => {
    let left = count;
    socket.on('framereceived', ({ payload }) => {
      if (String(payload).includes('"result":{"targets":[]}') && --left === 0) settle();
    });
  });
}

async function takeLongestTask(page: Page): Promise<number> {
  // a task is reported after its end
  await page.evaluate(SETTLED);
  return await page.evaluate<number>('Math.max(0, ...longTasks.splice(0))');
}

const WATCH_LONG_TASKS = `globalThis.longTasks = [];
new PerformanceObserver((list) => longTasks.push(...list.getEntries().map(({ duration }) => duration)))
  .observe({ entryTypes: ['longtask'] });`;

/** Two frames later. */
const SETTLED = 'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))';

/** From the first row to the last, a screen a frame; gives how many rows there were in the document at most. */
const SCROLL_THROUGH = `(async () => {
  const box = document.querySelector('.wall .virtual');
  let most = 0;
  for (let top = 0; top < box.scrollHeight; top += ${SCROLL}) {
    box.scrollTop = top;
    await new Promise(requestAnimationFrame);
    most = Math.max(most, box.querySelectorAll('.virtual-row').length);
  }
  return most;
})()`;
