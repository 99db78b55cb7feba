/**
 * Takes pictures of every page of the dashboard, dark, light and as wide as a phone, of three programs one of which leaks
 * until an alert has its evidence.
 *
 *     node dist/scripts/pictures.js FOLDER        FOLDER/alerts-dark.png, …
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { connect } from '../collector/client/node.ts';
import { RuleFile } from '../collector/config/rule-file.ts';
import { type Dashboard, startDashboard } from '../test/support/dashboard.ts';

const RULE = RuleFile.parse({
  name: 'SessionLeak',
  watch: { kind: 'Session', probe: 'census' },
  when: { growth: 8_000, within: '60s' },
  annotations: { summary: '{{kind}} grew by {{delta}}' },
  escalate: 'snapshot',
});
const LOOKS: Readonly<Record<string, BrowserContextOptions>> = {
  dark: { colorScheme: 'dark', viewport: { width: 1280, height: 900 } },
  light: { colorScheme: 'light', viewport: { width: 1280, height: 900 } },
  phone: { colorScheme: 'dark', viewport: { width: 390, height: 844 }, hasTouch: true },
};

const [folder = 'pictures'] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
await using dashboard = await startDashboard({
  config: { alerts: [RULE], evidence: { perHour: 12, betweenMs: 5_000 } },
  target: { schedule: { usage: 500, census: 1_000, types: 1_000 } },
});
const { fingerprint, from, to } = await leak(dashboard);
const places: Readonly<Record<string, string>> = {
  overview: '#/',
  target: '#/targets/map?span=15m',
  kind: '#/targets/map/kinds/Session?span=15m',
  compare: `#/compare?a=${to}&b=${from}`,
  alerts: '#/alerts',
  alert: `#/alerts?alert=${fingerprint}`,
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

/** Has a program leak, and two others work, until an alert's evidence is gathered; gives two samples from before and after. */
async function leak({ url, targets }: Dashboard): Promise<{ fingerprint: string; from: string; to: string }> {
  await using client = connect(url.replace(/^http/, 'ws'));
  const samples: string[] = [];
  for await (const event of client.subscribe({ topics: ['partition', 'alert'], targets: ['map'] })) {
    if (event.type === 'partition' && event.probe === 'census') {
      samples.push(event.id);
      targets.map.send(`grow ${100 + (samples.length % 5) * 40}\n`);
      if (samples.length % 4 === 0) targets.listeners.send('grow 10\n');
    }
    if (event.type === 'alert' && event.evidence?.state === 'done') {
      return { fingerprint: event.fingerprint, from: samples[0]!, to: samples.at(-1)! };
    }
  }
  throw new Error('the collector ended');
}

/** What is asked for when a page opens has come. */
async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(2_500);
}
