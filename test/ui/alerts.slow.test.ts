/** From an alert to the variable that holds its objects, in a real browser: by mouse, and by keyboard alone. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { DEFAULT_LIMITS } from '../../agent/price/limits.ts';
import { RuleFile } from '../../collector/config/rule-file.ts';
import { noBrowser } from '../support/browser.ts';
import { seriousFindings, startDashboard } from '../support/dashboard.ts';
import { connect } from '../support/stream-client.ts';

const HAND = 'the-hand-does-it-all-day';
const EYE = 'the-eye-sees-all-the-time';
const MARKUP = '<img src=x onerror="document.title=1">';
/** A small heap's pause on a machine that does much else. */
const LIMITS = { ...DEFAULT_LIMITS, maxPauseMs: 10_000, pauseBudget: { pauseMs: 120_000, perMs: 3_600_000 } };

const leak = { when: { growth: 100, within: '3s' }, keepFiringFor: '1h' };
const RULES = [
  { name: 'SessionLeak', watch: { kind: 'Session', probe: 'census' }, escalate: 'snapshot', ...leak },
  { name: 'MarkupLeak', watch: { kind: '<img*', probe: 'census' }, ...leak },
].map((rule) => RuleFile.parse(rule));

describe('alerts in the dashboard', { skip: noBrowser }, async () => {
  if (noBrowser) return;
  const tokens = [
    { name: 'eye', role: 'viewer', source: { env: 'EYE' } },
    { name: 'hand', role: 'operator', source: { env: 'HAND' } },
  ] as const;
  const dashboard = await startDashboard({
    leaks: ['map', 'markup', 'listeners'],
    target: { limits: LIMITS, schedule: { usage: 1_000, census: 500 } },
    config: { auth: { tokens, origins: [] }, alerts: RULES, evidence: { perHour: 12, betweenMs: 1_000 } },
    env: { EYE, HAND },
  });
  after(() => dashboard[Symbol.asyncDispose]());

  /** A page of somebody who has signed in. */
  async function open(hash: string, token = HAND): Promise<Page> {
    const page = await dashboard.open(hash);
    await page.getByLabel('Token').fill(token);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1 }).waitFor();
    return page;
  }

  before(async () => {
    await using client = await connect(`${dashboard.url.replace('http', 'ws')}/v1/stream`);
    client.send({ type: 'hello', token: HAND });
    await client.next('welcome');
    await client.subscribe({ topics: ['partition', 'alert'] });
    const told = new Set<string>();
    // both leak as long as they are counted, until somebody is notified
    while (told.size < 2) {
      await client.next('partition', ({ probe }) => probe === 'census');
      for (const target of Object.values(dashboard.targets)) target.send('grow 50\n');
      for (const frame of client.drain()) {
        const isTold = frame.type === 'alert' && frame.evidence?.state === 'done';
        if (isTold) told.add(frame.target);
      }
    }
  });

  it('lead by mouse to the holding variable and its script, and the address keeps it', async () => {
    const page = await open('#/alerts');
    await page.getByRole('link', { name: /firing Session in map/ }).click();
    const alert = page.getByRole('article', { name: 'Session in map, firing' });
    await alert.getByText('sessionsByToken in handleRequest of fixtures/leaks.mjs:').waitFor();
    await page.reload();
    await alert.getByText('sessionsByToken in handleRequest of fixtures/leaks.mjs:').waitFor();
    assert.match(page.url(), /#\/alerts\?alert=[0-9a-f]{16}$/);
    assert.deepEqual(await seriousFindings(page), []);
    await alert.getByRole('link', { name: /Everything of Session/ }).click();
    await page.getByRole('heading', { name: 'Session', level: 1 }).waitFor();
    const paths = page.getByRole('region', { name: 'What holds them' });
    await paths.getByText('sessionsByToken in handleRequest of fixtures/leaks.mjs:').waitFor();
    await paths.getByText(/test\/fixtures\/leaks\.mjs:\d+$/).waitFor();
    const objects = page.getByRole('region', { name: 'Largest objects' });
    await objects.getByRole('link').first().click();
    await page
      .getByRole('region', { name: /Object @\d+/ })
      .getByText('Referred to by')
      .waitFor();
    assert.deepEqual(await seriousFindings(page), []);
    await page.context().close();
  });

  it('lead there by keyboard alone', async () => {
    const page = await open('#/alerts');
    await page.getByRole('link', { name: /firing Session in map/ }).waitFor();
    await tabTo(page, /firing Session in map/);
    await page.keyboard.press('Enter');
    await page.getByRole('article', { name: 'Session in map, firing' }).waitFor();
    await tabTo(page, /Everything of Session/);
    await page.keyboard.press('Enter');
    await page.getByRole('tree').waitFor();
    await tabTo(page, /^▾Session @/);
    await page.keyboard.press('Home');
    await downTo(page, /^[▸▾]context sessionsByToken in scope of handleRequest \(fixtures\/leaks\.mjs:\d+\)/);
    if ((await focusedName(page)).startsWith('▸')) await page.keyboard.press('ArrowRight');
    await page.getByRole('treeitem', { name: /function handleRequest/ }).waitFor();
    await downTo(page, /^▸function handleRequest \(fixtures\/leaks\.mjs:\d+\)/);
    await page.keyboard.press('ArrowRight');
    await page.getByRole('treeitem', { name: /handleRequest in module fixtures\/leaks\.mjs/ }).waitFor();
    await page.context().close();
  });

  it('are silenced by an operator, by keyboard alone, and heard again', async () => {
    const page = await open('#/alerts?q=Session');
    await page.getByRole('link', { name: /firing Session in map/ }).click();
    await tabTo(page, /^Silence…$/);
    await page.keyboard.press('Enter');
    await page.getByRole('form', { name: 'Silence' }).waitFor();
    await page.keyboard.press('Escape');
    await page.locator('button:focus', { hasText: 'Silence…' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('1 alert is like that now.').waitFor();
    await tabTo(page, /^Why$/);
    await page.keyboard.type('deploy 41');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: /silenced · SessionLeak/ }).waitFor();
    await tabTo(page, /^End silence: deploy 41$/);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^End silence/ }).waitFor({ state: 'detached' });
    await page.context().close();
  });

  it('show viewers what it takes to do more', async () => {
    const page = await open('#/alerts?q=Session', EYE);
    await page.getByRole('link', { name: /firing Session in map/ }).click();
    await page.getByText('To silence it takes the role operator').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Silence…' }).count(), 0);
    await page.getByRole('link', { name: /Everything of Session/ }).click();
    await page.getByText('To look into a snapshot').waitFor();
    await page.context().close();
  });

  it('show markup in the name of a kind as text', async () => {
    const page = await open('#/alerts');
    await page.getByRole('link', { name: `firing ${MARKUP} in markup` }).click();
    await page.getByRole('article').getByRole('link', { name: MARKUP }).first().click();
    await page.getByRole('heading', { name: MARKUP, level: 1 }).waitFor();
    await page.getByRole('slider', { name: `Moment in the chart: objects of ${MARKUP}` }).waitFor();
    assert.equal(await page.locator('main img').count(), 0);
    assert.match(await page.title(), /· markup · heapwatch$/);
    // none of it is kept: the page says how to have one
    await page.getByRole('button', { name: 'Run snapshot' }).waitFor();
    await page.context().close();
  });

  it('had nothing blocked by the policy, logged no error and threw none', () => {
    assert.deepEqual(dashboard.complaints, []);
  });
});

/** Goes on by Tab until what has this name has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = [];
  while (passed.length < 200) {
    await page.keyboard.press('Tab');
    const focused = await focusedName(page);
    if (name.test(focused)) return;
    passed.push(focused);
  }
  assert.fail(`Tab never came to ${name}, but to ${passed.join(', ')}`);
}

/** Goes on by the arrow down, over few rows, until what has this name has the focus. */
async function downTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = [];
  while (passed.length < 8) {
    await page.keyboard.press('ArrowDown');
    const focused = await focusedName(page);
    if (name.test(focused)) return;
    passed.push(focused);
  }
  assert.fail(`The arrow down never came to ${name}, but to ${passed.join(', ')}`);
}

/** How what has the focus is called. */
async function focusedName(page: Page): Promise<string> {
  return await page.evaluate(() => {
    const { document } = globalThis as unknown as { document: { activeElement: FocusedElement } };
    const { activeElement } = document;
    const label = activeElement.getAttribute('aria-label') ?? activeElement.labels?.[0]?.textContent;
    return (label ?? activeElement.textContent).trim();
  });
}

interface FocusedElement {
  readonly textContent: string;
  readonly labels?: readonly { readonly textContent: string }[];
  getAttribute(name: string): string | null;
}
