/** The page of a target in a real browser, of real programs: its numbers are the API's, its address is its state, its chart goes on. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import type { Partition } from '../../protocol/partition.ts';
import { partitionTable } from '../../protocol/table.ts';
import { noBrowser } from '../support/browser.ts';
import { startDashboard } from '../support/dashboard.ts';

interface HistoryOfKinds {
  readonly partitions: readonly { kinds: readonly { count: { last: readonly number[] } }[] }[];
}

/** The sample whose table the page shows, and its text, of one moment: another sample comes each second. */
async function tableOn(page: Page): Promise<[id: string, text: string]> {
  await page.getByRole('region', { name: "heapy's table" }).waitFor();
  return await page.evaluate<[string, string]>(`(() => {
    const table = document.querySelector('.heap-table');
    const [, id] = /[?&]a=([^&]+)/.exec(table.querySelector('a').href);
    return [decodeURIComponent(id), table.querySelector('pre').textContent];
  })()`);
}

/** Waits until the chart has more points than that; gives how many it has. */
async function pointsOver(page: Page, count: number): Promise<number> {
  const chart = page.getByRole('slider', { name: 'Moment in the chart' });
  for (;;) {
    const points = Number(await chart.getAttribute('aria-valuemax'));
    if (points > count) return points;
    await page.evaluate('new Promise(requestAnimationFrame)');
  }
}

describe('the page of a target', { skip: noBrowser }, async () => {
  if (noBrowser) return;
  const dashboard = await startDashboard();
  after(() => dashboard[Symbol.asyncDispose]());

  async function api<T>(path: string): Promise<T> {
    return (await (await fetch(`${dashboard.url}${path}`)).json()) as T;
  }

  it("shows heapy's table to the letter, and copies it", async () => {
    const permissions = ['clipboard-read', 'clipboard-write'];
    const page = await dashboard.open('#/targets/listeners', { permissions });
    const [id, shown] = await tableOn(page);
    const { partition } = await api<{ partition: Partition }>(`/v1/partitions/${id}`);
    assert.equal(shown, partitionTable(partition));
    await page.getByRole('button', { name: 'Copy' }).click();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    assert.match(copied, /Partition of a set of ~?\d+ objects\./);
    await page.context().close();
  });

  it('shows each kind with the figures of the API', async () => {
    const page = await dashboard.open('#/targets/map?source=census:kind&measure=count');
    const row = page.locator('.wall-row').filter({ has: page.getByRole('link', { name: 'Session', exact: true }) });
    const now = await row.locator('.wall-now').getAttribute('title');
    const { partitions } = await api<HistoryOfKinds>('/v1/history?target=map&probe=census&kind=Session&stepMs=1');
    const counts = partitions[0]!.kinds[0]!.count.last.map((count) => count.toLocaleString('en-US'));
    assert.ok(counts.includes(now!), `${now} is none of ${counts.join(', ')}`);
    await page.context().close();
  });

  it('keeps in its address what was chosen: isolate, time, source, order, filter, pins', async () => {
    const page = await dashboard.open('#/targets/map');
    await page.getByRole('button', { name: '15 min' }).click();
    await page.getByRole('combobox', { name: 'Sort by' }).selectOption('steadiness');
    await page.getByRole('searchbox', { name: 'Filter' }).fill('Sess*');
    await page.getByRole('button', { name: 'Pin Session' }).click();
    await page.getByRole('button', { name: 'Heap limit' }).click();
    await page.getByRole('button', { name: 'RSS' }).press('Enter');
    const url = page.url();
    for (const choice of [
      'span=15m',
      'sort=steadiness',
      'q=Sess*',
      'pins=Session',
      'lines=used.total.limit.external',
    ]) {
      assert.ok(decodeURIComponent(url).includes(choice), `${choice} in ${url}`);
    }
    await page.reload();
    await page.getByRole('button', { name: 'Pin Session', pressed: true }).waitFor();
    await page.getByRole('button', { name: 'RSS', pressed: false }).waitFor();
    await page.getByText(/^1 of \d+ kinds$/).waitFor();
    await page.context().close();
  });

  it('reads its chart point by point by keyboard, in words', async () => {
    const page = await dashboard.open('#/targets/map?span=15m');
    const chart = page.getByRole('slider', { name: 'Moment in the chart' });
    await pointsOver(page, 2);
    // what is stored comes while one reads: the chart is then another
    while ((await chart.getAttribute('aria-valuenow')) !== '0') {
      await chart.focus();
      await page.keyboard.press('Home');
    }
    assert.match((await chart.getAttribute('aria-valuetext')) ?? '', /^[\d:]+: Heap used [\d.]+ [KMG]B, Heap total/);
    await page.context().close();
  });

  it('goes on without a gap after its collector was away', async () => {
    const page = await dashboard.open('#/targets/map?span=15m');
    const before = await pointsOver(page, 2);
    await dashboard.stop();
    await page.getByText(/No connection for/).waitFor();
    await dashboard.start();
    await page.getByText(/No connection for/).waitFor({ state: 'detached', timeout: 60_000 });
    await pointsOver(page, before + 2);
    const words = await page.locator('.memory-chart figcaption').textContent();
    assert.match(words ?? '', /Heap used: now/);
    await page.context().close();
  });

  it('says so when there is no such target', async () => {
    const page = await dashboard.open('#/targets/nobody');
    await page.getByText('The collector has no target of this name').waitFor();
    await page.context().close();
  });

  it('had nothing blocked by its policy, logged no error and threw none', () => {
    assert.deepEqual(dashboard.complaints, []);
  });
});
