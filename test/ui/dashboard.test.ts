/** The frame of the dashboard in a real browser: what it shows is the collector's, it survives its loss, and lets nobody in. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { noBrowser } from '../support/browser.ts';
import { LEAKS, seriousFindings, startDashboard } from '../support/dashboard.ts';

/** Of the window, and of what is in it. */
const WIDTHS = '[document.documentElement.clientWidth, document.documentElement.scrollWidth]';
const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };

describe('the dashboard', { skip: noBrowser }, async () => {
  if (noBrowser) return;
  const dashboard = await startDashboard();
  after(() => dashboard[Symbol.asyncDispose]());

  it('shows every target with its figures, and filters as one types', async () => {
    const page = await dashboard.open();
    for (const name of LEAKS) await card(page, name).getByText('attached').waitFor();
    const used = await card(page, 'map')
      .getByTitle(/^[\d,]+ of [\d,]+ bytes$/)
      .getAttribute('title');
    const { heapUsedBytes, heapLimitBytes } = await usageOf(dashboard.url, 'map', used!);
    assert.equal(used, `${heapUsedBytes.toLocaleString('en-US')} of ${heapLimitBytes.toLocaleString('en-US')} bytes`);
    await page.getByRole('searchbox', { name: 'Filter' }).fill('team=shop m*');
    await page.getByText('1 of 3 shown').waitFor();
    assert.match(page.url(), /#\/\?q=team%3Dshop\+m\*$/);
    await page.reload();
    await page.getByText('1 of 3 shown').waitFor();
    await page.context().close();
  });

  it('groups by a label, by keyboard alone', async () => {
    const page = await dashboard.open();
    await card(page, 'map').waitFor();
    const group = page.getByRole('combobox', { name: 'Group by' });
    while (!(await group.evaluate((element) => element === element.ownerDocument.activeElement))) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('ArrowDown');
    await page.getByRole('heading', { name: 'team shop' }).waitFor();
    assert.deepEqual(await page.getByRole('region', { name: 'team shop' }).getByRole('listitem').count(), 2);
    await page.context().close();
  });

  it('says that its connection is lost, and goes on where it was', async () => {
    const page = await dashboard.open();
    await card(page, 'map').getByText('attached').waitFor();
    await dashboard.stop();
    await page.getByText(/No connection for/).waitFor();
    assert.equal(await page.locator('.app.stale').count(), 1);
    assert.equal(await page.getByRole('listitem').filter({ hasText: 'attached' }).count(), 3);
    await dashboard.start();
    await page.getByText(/No connection for/).waitFor({ state: 'detached', timeout: 60_000 });
    await card(page, 'map').getByText('attached').waitFor();
    assert.equal(await page.locator('.app.stale').count(), 0);
    await page.context().close();
  });

  for (const [theme, options] of [
    ['dark', { colorScheme: 'dark' }],
    ['light', { colorScheme: 'light' }],
    ['a phone', { ...PHONE, colorScheme: 'dark' }],
  ] as const) {
    it(`axe finds nothing serious in ${theme}, and nothing hangs over the edge`, async () => {
      const page = await dashboard.open('', options);
      await card(page, 'map').getByText('attached').waitFor();
      for (const hash of ['#/', '#/targets/map', '#/targets/map/kinds/Session', '#/compare', '#/alerts']) {
        await page.goto(`${dashboard.url}/${hash}`);
        await page.getByRole('heading', { level: 1 }).waitFor();
        assert.deepEqual(await seriousFindings(page), [], `${hash} in ${theme}`);
        const [inner, content] = await page.evaluate<[number, number]>(WIDTHS);
        assert.ok(content <= inner, `${hash} is ${content} wide in a window of ${inner}`);
        const headHeight = await page.locator('header.top').evaluate((head) => head.clientHeight);
        assert.ok(headHeight < 64, `${hash}: the head is ${headHeight} high, which is more than a row`);
        const [navWidth, linksWidth] = await page
          .locator('header.top nav')
          .evaluate((nav) => [nav.clientWidth, nav.scrollWidth]);
        assert.ok(linksWidth! <= navWidth!, `${hash}: links to pages are ${linksWidth} wide in ${navWidth}`);
      }
      await page.context().close();
    });
  }

  it('had nothing blocked by its policy, logged no error and threw none', () => {
    assert.deepEqual(dashboard.complaints, []);
  });
});

describe('the dashboard of a collector with tokens', { skip: noBrowser }, async () => {
  if (noBrowser) return;
  const tokens = [
    { name: 'eye', role: 'viewer', env: 'EYE' },
    { name: 'hand', role: 'operator', env: 'HAND' },
  ] as const;
  const dashboard = await startDashboard({
    config: { auth: { tokens: tokens.map(({ env, ...token }) => ({ ...token, source: { env } })), origins: [] } },
    env: { EYE: 'the-eye-sees-all-the-time', HAND: 'the-hand-does-it-all-day' },
  });
  after(() => dashboard[Symbol.asyncDispose]());

  it('asks for one, tells a wrong one, and keeps the right one for this tab only', async () => {
    const page = await dashboard.open('#/targets/map');
    await page.getByRole('alert').getByText(/token/).waitFor();
    await page.getByLabel('Token').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText(/token/).waitFor();
    await page.getByLabel('Token').fill('the-eye-sees-all-the-time');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'map', level: 1 }).waitFor();
    assert.doesNotMatch(page.url(), /eye/);
    await page.reload();
    await page.getByRole('heading', { name: 'map', level: 1 }).waitFor();
    await page.context().close();
    const other = await dashboard.open();
    await other.getByLabel('Token').waitFor();
    assert.deepEqual(await seriousFindings(other), []);
    await other.context().close();
  });
});

function card(page: Page, name: string) {
  return page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) });
}

interface StoredUsage {
  readonly usage: readonly { gauges: readonly { gauge: string; value: { last: number[] } }[] }[];
}

/** The stored reading that a page shows as `title`: of the last few one has its figures. */
async function usageOf(url: string, target: string, title: string) {
  const response = await fetch(`${url}/v1/history?target=${target}&topic=usage&stepMs=1&kind=heap*`);
  const { usage } = (await response.json()) as StoredUsage;
  const valuesOf = (name: string) => usage[0]!.gauges.find(({ gauge }) => gauge === name)!.value.last;
  const heapUsedBytes = valuesOf('heapUsedBytes').find((used) =>
    title.startsWith(`${used.toLocaleString('en-US')} of`),
  )!;
  return { heapUsedBytes, heapLimitBytes: valuesOf('heapLimitBytes')[0]! };
}
