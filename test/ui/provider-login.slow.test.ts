/** The dashboard's users sign in by a real provider of OpenID Connect, in a real browser: the code flow with PKCE, there and back. */
import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { startCollector } from '../../collector/main/collector.ts';
import { launchBrowser, noBrowser } from '../support/browser.ts';
import { configOf } from '../support/collector.ts';
import { LogLines } from '../support/log-lines.ts';
import { loginConfig, startLoginProvider } from '../support/login-provider.ts';

describe("the dashboard's sign-in by a provider", { skip: noBrowser }, async () => {
  if (noBrowser) return;
  // the clock of collector and provider alike
  const realNow = Date.now;
  let aheadMs = 0;
  Date.now = () => realNow() + aheadMs;
  const provider = await startLoginProvider();
  const oidc = loginConfig(provider.issuer);
  const logs = new LogLines();
  const config = { ...configOf([]), auth: { tokens: [], origins: [], oidc } };
  const collector = await startCollector(config, { logger: logs.logger });
  const url = `${new URL(collector.url.replace(/^ws/, 'http')).origin}/`;
  const browser = await launchBrowser();
  await provider.serve(url);
  after(async () => {
    await browser.close();
    await collector.close();
    await provider[Symbol.asyncDispose]();
    Date.now = realNow;
  });

  /** A page of a browser of its own, and each address that it asked for. */
  async function open(): Promise<{ page: Page; asked: string[] }> {
    const page = await (await browser.newContext()).newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`${url}#/alerts`);
    return { page, asked };
  }

  async function signIn(page: Page, name: string): Promise<void> {
    await page.getByRole('button', { name: /^Sign in at 127\.0\.0\.1/ }).click();
    await page.locator('input[name=login]').fill(name);
    await page.locator('input[name=password]').fill('any');
    await page.getByRole('button', { name: /sign-in/i }).click();
    await page.getByRole('button', { name: /continue/i }).click();
  }

  it('leads there and back to where one was, with no token in an address or beyond the tab, and out again', async () => {
    const { page, asked } = await open();
    await signIn(page, 'ops');
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    assert.equal(page.url(), `${url}#/alerts`, 'the code has left the address');
    const stored = await page.evaluate<{ session: Record<string, string>; local: string[] }>(
      '({ session: { ...sessionStorage }, local: Object.keys(localStorage) })',
    );
    assert.deepEqual(Object.keys(stored.session).sort(), ['heapwatch.by-provider', 'heapwatch.token']);
    assert.deepEqual(stored.local, []);
    const token = stored.session['heapwatch.token']!;
    assert.ok(asked.every((address) => !address.includes(token)));
    const challenge = asked.map((address) => new URL(address).searchParams.get('code_challenge')).find((each) => each);
    assert.match(challenge!, /^[\w-]{43}$/);
    const headers = { Authorization: `Bearer ${token}` };
    const audit = (await (await fetch(`${url}v1/audit?act=login`, { headers })).json()) as {
      entries: { by: string }[];
    };
    assert.ok(audit.entries.some(({ by }) => by === 'ops'));
    assert.ok(!logs.text().includes(token));
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: /yes, sign me out/i }).click();
    await page.getByRole('button', { name: /^Sign in at/ }).waitFor();
    assert.equal(await page.evaluate<number>('sessionStorage.length'), 0);
    // the provider's session has ended too: it asks who it is
    await page.getByRole('button', { name: /^Sign in at/ }).click();
    await page.locator('input[name=login]').waitFor();
    assert.ok(asked.every((address) => !address.includes(token)));
    await page.context().close();
  });

  it('lets nobody in without a role, and says so', async () => {
    const { page } = await open();
    await signIn(page, 'stranger');
    await page.getByText('roles of its token gives no role here').waitFor();
    assert.equal(await page.evaluate<number>('sessionStorage.length'), 0);
    await page.context().close();
  });

  it('goes on where the provider changes its key, and ends with the token, or with the key that signed it', async () => {
    const { page: early } = await open();
    await signIn(early, 'ops');
    await early.getByRole('button', { name: 'Sign out' }).waitFor();
    await provider.serve(url);
    // keys are not fetched oftener than every half minute
    aheadMs += 31_000;
    const { page: late } = await open();
    await signIn(late, 'ops');
    await late.getByRole('button', { name: 'Sign out' }).waitFor();
    // what was believed is looked at again after a minute
    aheadMs += 61_000;
    await early.reload();
    await early.getByText('its token is not to be believed').waitFor();
    await late.reload();
    await late.getByRole('button', { name: 'Sign out' }).waitFor();
    aheadMs += 600_000;
    await late.getByText('does not know the token any more').waitFor();
    // the provider still knows who it is
    await late.getByRole('button', { name: /^Sign in at/ }).click();
    await late.getByRole('button', { name: 'Sign out' }).waitFor();
    for (const page of [early, late]) await page.context().close();
  });

  it('takes no code that this page has not asked for, and no code twice', async () => {
    const { page } = await open();
    await page.goto(`${url}?code=somebody-elses&state=unknown`);
    await page.getByText('this page has not asked for it').waitFor();
    assert.equal(page.url(), url);
    const body = JSON.stringify({ code: 'x', verifier: 'v'.repeat(43), nonce: 'n', redirectUri: url });
    const post = { method: 'POST', body, headers: { 'Content-Type': 'application/json' } };
    const answer = await fetch(`${url}v1/login/token`, post);
    assert.equal(answer.status, 401);
    assert.match(await answer.text(), /the provider did not take the code/);
    await page.context().close();
  });
});
