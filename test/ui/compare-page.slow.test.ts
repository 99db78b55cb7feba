/** The compare page in a real browser: its figures are those of the API, and it is worked by keyboard. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { aligned } from '../../protocol/aligned.ts';
import { diffTable } from '../../protocol/diff-table.ts';
import type { Partition, Probe } from '../../protocol/partition.ts';
import { noBrowser } from '../support/browser.ts';
import { type Dashboard, startDashboard } from '../support/dashboard.ts';

const GROWN = 700;
/** All that a census has, not all that a snapshot has. */
const ROWS = 200;

describe('the compare page', { skip: noBrowser }, () => {
  let dashboard: Dashboard<'map'>;
  /** A census before the growth and one after it, and the same by snapshots. */
  let ids: { then: string; now: string; snapshotThen: string; snapshotNow: string };

  before(async () => {
    dashboard = await startDashboard({ leaks: ['map'], target: { rows: ROWS } });
    const page = await dashboard.open('#/targets/map');
    await page.getByText('attached').first().waitFor();
    await page.context().close();
    const [then, snapshotThen] = [await probe('census'), await probe('snapshot')];
    dashboard.targets.map.send(`grow ${GROWN}\n`);
    await dashboard.targets.map.line(/grown/);
    ids = { then, snapshotThen, now: await probe('census'), snapshotNow: await probe('snapshot') };
  });
  after(() => dashboard?.[Symbol.asyncDispose]());

  it("shows heapy's table of what the API gives, and the same in its waterfall and map", async () => {
    const page = await open(`a=${ids.now}&b=${ids.then}`);
    const [a, b] = [await partition(ids.now), await partition(ids.then)];
    assert.deepEqual([a.other, b.other], [undefined, undefined]);
    assert.equal(await tableText(page), diffTable(a, b, { rows: Number.POSITIVE_INFINITY }));
    assert.match(page.url(), /aSource=census%3Akind&aTarget=map/);
    await page.getByRole('combobox', { name: 'by' }).selectOption('count');
    const row = page.getByRole('row', { name: /^Session / });
    assert.equal(await row.locator('td.figures').getAttribute('title'), `${GROWN}`);
    await page.getByTitle(new RegExp(`^Session: .* objects \\(\\+${GROWN}\\)$`)).waitFor();
    await page.reload();
    assert.equal(await row.locator('td.figures').getAttribute('title'), `${GROWN}`);
    await page.context().close();
  });

  it('says what two partitions without all of their rows can tell, and which is older', async () => {
    const page = await open(`a=${ids.snapshotThen}&b=${ids.snapshotNow}`);
    const [a, b] = [await partition(ids.snapshotThen), await partition(ids.snapshotNow)];
    assert.ok(a.other && b.other);
    assert.equal(await tableText(page), diffTable(...aligned(a, b), { rows: Number.POSITIVE_INFINITY }));
    await page.getByText(/A leaves out its \d+ smallest kinds/).waitFor();
    await page.getByText(/A is older than B/).waitFor();
    await page.getByRole('button', { name: 'Swap A and B' }).click();
    await page.getByText(/A is older than B/).waitFor({ state: 'detached' });
    await page.context().close();
  });

  it('compares the newest with an older one where nothing is chosen, and says what cannot be had', async () => {
    const page = await open('aTarget=map');
    assert.match(await tableText(page), /^Summary of difference operation/);
    await page.goto(`${dashboard.url}/#/compare?a=gone&b=${ids.then}`);
    await page
      .getByRole('alert')
      .getByText(/Cannot find partition "gone"/)
      .waitFor();
    await page.context().close();
  });

  it('is worked by keyboard: slider, squares, and into a kind', async () => {
    const page = await open(`a=${ids.now}&b=${ids.then}`);
    await tableText(page);
    const slider = page.getByRole('slider', { name: 'Moment of B' });
    await slider.focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForURL((url) => url.hash.includes('b=') && !url.hash.includes(`b=${ids.then}`));
    const squares = page.getByRole('list', { name: /^Kinds by size/ });
    await squares.locator('button[tabindex="0"]').focus();
    const first = await focused(page);
    await page.keyboard.press('ArrowRight');
    const second = await focused(page);
    assert.notEqual(second, first);
    await page.keyboard.press('Home');
    assert.equal(await focused(page), first);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: first.split(':')[0]!, exact: true }).waitFor();
    assert.deepEqual(dashboard.complaints, []);
    await page.context().close();
  });

  async function probe(name: Probe): Promise<string> {
    const response = await fetch(`${dashboard.url}/v1/probe`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ target: 'map', probe: name, by: 'kind', yes: true }),
    });
    const { partitions } = (await response.json()) as { partitions: string[] };
    return partitions[0]!;
  }

  async function partition(id: string): Promise<Partition> {
    const response = await fetch(`${dashboard.url}/v1/partitions/${id}`);
    return ((await response.json()) as { partition: Partition }).partition;
  }

  const open = (query: string) => dashboard.open(`#/compare?${query}`);
});

async function tableText(page: Page): Promise<string> {
  const table = page.getByRole('region', { name: "heapy's table of the difference" });
  return (await table.locator('pre').textContent()) ?? '';
}

async function focused(page: Page): Promise<string> {
  return (await page.locator(':focus').getAttribute('title')) ?? '';
}
