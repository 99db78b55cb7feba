/** What happens while a page has no connection is on its chart when it has one again. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { type Client, connect } from '../../collector/client/node.ts';
import type { StreamEvent, UsageEvent } from '../../protocol/events.ts';
import type { Gap } from '../../protocol/frames.ts';
import { noBrowser } from '../support/browser.ts';
import { startDashboard } from '../support/dashboard.ts';
import { startProxy } from '../support/proxy.ts';

/** Of a chart of 15 minutes: it draws the last reading of each. */
const STEP_MS = 3_000;
/** Frames of the screen that a page may take to draw what it has missed. */
const TRIES = 600;
const NEXT_FRAME = 'new Promise((resolve) => requestAnimationFrame(resolve))';

describe('the chart of a page', { skip: noBrowser }, async () => {
  if (noBrowser) return;
  const proxy = await startProxy(0);
  after(() => proxy[Symbol.asyncDispose]());
  const way = `http://127.0.0.1:${proxy.port}`;
  const dashboard = await startDashboard({ config: { auth: { tokens: [], origins: [way] } } });
  after(() => dashboard[Symbol.asyncDispose]());
  proxy.pointAt(Number(new URL(dashboard.url).port));
  const page = await dashboard.open('#/targets/map?span=15m', {}, way);
  const readings = await Readings.of(dashboard.url);
  after(() => readings[Symbol.asyncDispose]());
  await figure(page).waitFor();

  it('has no gap that the readings have not, after its connection was lost', async () => {
    await readings.until((times) => times.length >= 5);
    proxy.hold();
    proxy.cut();
    const lostAt = Date.now();
    await page.getByText(/No connection for/).waitFor({ timeout: 60_000 });
    // long enough that what was missed would be seen
    await readings.until((times) => times.at(-1)! - lostAt > longest(times) + 3 * STEP_MS);
    proxy.release();
    await page.getByText(/No connection for/).waitFor({ state: 'detached', timeout: 60_000 });
    const backAt = Date.now();
    await assertWhole(page, await readings.until((times) => times.at(-1)! > backAt));
  });

  it('has none after the collector was started again either', async () => {
    await dashboard.stop();
    await page.getByText(/No connection for/).waitFor({ timeout: 60_000 });
    await dashboard.start();
    const startedAt = Date.now();
    await page.getByText(/No connection for/).waitFor({ state: 'detached', timeout: 60_000 });
    await assertWhole(page, await readings.until((times) => times.at(-1)! > startedAt));
  });
});

/** The points furthest apart on the chart are so in the readings too. */
async function assertWhole(page: Page, times: readonly number[]): Promise<void> {
  // the last ones of two steps
  const gap = longest(times) + 2 * STEP_MS;
  const drawn = figure(page).locator('data');
  // what was missed is on its way when the connection is there
  for (let tries = 0; Number(await drawn.getAttribute('value')) > gap; tries++) {
    assert.ok(
      tries < TRIES,
      `points lie ${await drawn.getAttribute('value')} ms apart, which should be ${gap} ms at most`,
    );
    await page.evaluate(NEXT_FRAME);
  }
}

function figure(page: Page) {
  return page.getByRole('figure', { name: 'Memory over time' });
}

/** When the target was read, in milliseconds since 1970, as the collector's log has it. */
class Readings implements AsyncDisposable {
  readonly #client: Client;
  readonly #times: number[] = [];
  readonly #events: AsyncIterator<StreamEvent | Gap>;

  private constructor(client: Client) {
    this.#client = client;
    const from = { log: client.log!, offset: 0 };
    this.#events = client.subscribe({ topics: ['usage'], targets: ['map'], from })[Symbol.asyncIterator]();
  }

  /** Of the first reading on. */
  static async of(url: string): Promise<Readings> {
    const client = connect(url.replace('http', 'ws'));
    // it knows the log when it has got an answer
    await client.request('targets', {});
    return new Readings(client);
  }

  /** All so far, as soon as they are `enough`. */
  async until(enough: (times: readonly number[]) => boolean): Promise<readonly number[]> {
    for (;;) {
      const { value } = await this.#events.next();
      assert.equal(value?.type, 'usage');
      this.#times.push(Date.parse((value as UsageEvent).takenAt));
      if (this.#times.length > 1 && enough(this.#times)) return this.#times;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.close();
  }
}

function longest(times: readonly number[]): number {
  return Math.max(...times.slice(1).map((time, i) => time - times[i]!));
}
