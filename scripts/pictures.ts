/**
 * Takes pictures of every page of the dashboard, dark, light and as wide as a phone, of three programs one of which leaks until
 * the default rules have an incident with its evidence. Their window is three minutes here.
 *
 *     node dist/scripts/pictures.js FOLDER        FOLDER/alerts-dark.png, …
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { DEFAULT_LIMITS } from '../agent/price/limits.ts';
import { connect } from '../collector/client/node.ts';
import { withDefaultRules } from '../collector/config/default-rules.ts';
import { RuleFile } from '../collector/config/rule-file.ts';
import { type Dashboard, startDashboard } from '../test/support/dashboard.ts';

const WINDOW = '3m';
const RULES = (withDefaultRules(undefined) as readonly Record<string, unknown>[]).map((rule) => {
  const isTrend = 'trend' in (rule.when as object);
  const own = isTrend ? { when: { ...(rule.when as object), within: WINDOW }, warmUp: '1m' } : {};
  return RuleFile.parse({ ...rule, ...own, notify: [] });
});
const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  dark: { colorScheme: 'dark', viewport: { width: 1440, height: 900 } },
  light: { colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  phone: { colorScheme: 'dark', viewport: { width: 390, height: 844 }, hasTouch: true },
};
/** How often the leak gains some. */
const GROW_MS = 400;

const [folder = 'pictures'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const limits = { ...DEFAULT_LIMITS, pauseBudget: { pauseMs: 3_600_000, perMs: 3_600_000 } };
await using dashboard = await startDashboard({
  config: { alerts: RULES },
  target: { schedule: { usage: 500, walk: 15_000, memory: 15_000 }, limits },
});
const { fingerprint, from, to } = await leak(dashboard);
const places: Readonly<Record<string, string>> = {
  overview: '#/',
  target: '#/targets/map?span=15m',
  kind: '#/targets/map/kinds/Session?span=15m',
  compare: `#/compare?a=${to}&b=${from}`,
  alerts: '#/alerts',
  alert: `#/alerts?alert=${fingerprint}`,
  operations: '#/operations',
};
for (const [look, options] of Object.entries(LOOKS)) {
  const page = await dashboard.open('', options);
  for (const [name, hash] of Object.entries(places)) {
    await page.goto(`${dashboard.url}/${hash}`);
    await settled(page);
    await page.screenshot({ path: join(folder, `${name}-${look}.png`), fullPage: true });
  }
  await page.context().close();
}
for (const complaint of dashboard.complaints) process.stderr.write(`pictures: ${complaint}\n`);

/** Has a program leak, and two others work, until an incident's evidence is gathered; gives two samples from before and after. */
async function leak({ url, targets }: Dashboard): Promise<{ fingerprint: string; from: string; to: string }> {
  await using client = connect(url.replace(/^http/, 'ws'));
  let nth = 0;
  const growing = setInterval(() => {
    targets.map.send(`grow ${40 + (nth % 5) * 16}\n`);
    if (nth++ % 10 === 0) targets.listeners.send('grow 5\n');
  }, GROW_MS);
  const samples: string[] = [];
  try {
    for await (const event of client.subscribe({ topics: ['partition', 'alert'], targets: ['map'] })) {
      if (event.type === 'partition' && event.by === 'kind') samples.push(event.id);
      if (event.type !== 'alert' || event.evidence?.state !== 'done') continue;
      return { fingerprint: event.fingerprint, from: samples[0]!, to: samples.at(-1)! };
    }
  } finally {
    clearInterval(growing);
  }
  throw new Error('the collector ended');
}

/** What is asked for when a page opens has come. */
async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(2_500);
}
