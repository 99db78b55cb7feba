/**
 * The dashboard of a real collector of three leaking programs, in a real browser.
 *
 *     await using dashboard = await startDashboard();
 *     const page = await dashboard.open('#/targets/map');
 *     await dashboard.restart();                       // the collector, on the same port and store
 *     dashboard.complaints;                            // what pages logged, threw or had blocked; should be none
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type { Config } from '../../collector/config/config.ts';
import { DEFAULT_RETENTION } from '../../collector/config/store-config.ts';
import type { TargetConfig } from '../../collector/config/target-config.ts';
import { type Collector, startCollector } from '../../collector/main/collector.ts';
import { launchBrowser } from './browser.ts';
import { configOf } from './collector.ts';
import { folder } from './folder.ts';
import { LogLines } from './log-lines.ts';
import { startTarget, type Target } from './target.ts';

export const LEAKS = ['array', 'listeners', 'map'] as const;

export interface Dashboard<Leak extends string = (typeof LEAKS)[number]> extends AsyncDisposable {
  readonly targets: Readonly<Record<Leak, Target>>;
  /** `http://127.0.0.1:4711` */
  readonly url: string;
  /** The folder of the snapshots that the collector keeps. */
  readonly snapshots: string;
  readonly complaints: readonly string[];
  /** A page in a browser of its own, with nothing kept from others. @param hash where, `#/alerts`; `url`: by which way */
  open(hash?: string, options?: BrowserContextOptions, url?: string): Promise<Page>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

export interface DashboardOptions<Leak extends string> {
  /** Ways to leak, a target of each; default: three. */
  readonly leaks?: readonly Leak[];
  /** What each target has beside what it is called. */
  readonly target?: Partial<TargetConfig>;
  /** Beside the targets, a store and kept snapshots. */
  readonly config?: Partial<Config>;
  readonly env?: Readonly<Record<string, string>>;
}

export async function startDashboard<Leak extends string = (typeof LEAKS)[number]>(
  options: DashboardOptions<Leak> = {},
): Promise<Dashboard<Leak>> {
  /** What is to be ended, in the order in which it was begun. */
  const parts: AsyncDisposable[] = [];
  try {
    return await startParts(options, parts);
  } catch (error) {
    // nothing of a start that failed keeps the test's process going
    for (const part of parts.reverse()) await part[Symbol.asyncDispose]();
    throw error;
  }
}

async function startParts<Leak extends string>(
  options: DashboardOptions<Leak>,
  parts: AsyncDisposable[],
): Promise<Dashboard<Leak>> {
  const { config = {}, env = {}, target = {} } = options;
  const leaks = options.leaks ?? (LEAKS as readonly string[] as readonly Leak[]);
  const dir = await folder();
  parts.push(dir);
  const targets = {} as Record<Leak, Target>;
  for (const mode of leaks) {
    targets[mode] = await startTarget('leaks', { args: [mode] });
    parts.push(targets[mode]);
    await targets[mode].line(/ready/);
  }
  const browser: Browser = await launchBrowser();
  parts.push(browser);
  const complaints: string[] = [];
  const snapshotsDir = dir.join('snapshots');
  const { logger } = new LogLines();
  let port = 0;
  let collector: Collector | undefined;
  const start = async () => {
    const all = configOf(
      leaks.map((name) => ({
        name,
        inspect: `127.0.0.1:${targets[name].port}`,
        labels: { team: name === 'array' ? 'search' : 'shop' },
        schedule: { usage: 200, census: 1_000 },
        ...target,
      })),
    );
    const store = { path: dir.join('heapwatch.db'), retention: DEFAULT_RETENTION };
    const snapshots = { dir: snapshotsDir, keep: 10 };
    const listen = { host: '127.0.0.1', port };
    collector = await startCollector({ ...all, store, snapshots, ...config, listen }, { logger, env });
    port = Number(new URL(collector.url).port);
  };
  await start();
  return {
    targets,
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    snapshots: snapshotsDir,
    complaints,
    async open(hash = '', options = {}, url = `http://127.0.0.1:${port}`) {
      const context = await browser.newContext(options);
      await context.exposeFunction('heapwatchBlocked', (what: string) => complaints.push(`blocked ${what}`));
      await context.addInitScript(TELL_BLOCKED);
      const page = await context.newPage();
      listenTo(page, complaints);
      await page.goto(`${url}/${hash}`);
      return page;
    },
    async stop() {
      await collector?.close();
      collector = undefined;
    },
    start,
    async [Symbol.asyncDispose]() {
      await collector?.close();
      for (const part of parts.reverse()) await part[Symbol.asyncDispose]();
    },
  };
}

/** Not all that a policy blocks is logged. */
const TELL_BLOCKED = `addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) =>
  heapwatchBlocked(violatedDirective + ': ' + blockedURI + ' by ' + sourceFile))`;

/** What a browser logs itself of a connection whose collector stops, or is away, is no complaint. */
function listenTo(page: Page, complaints: string[]): void {
  page.on('pageerror', (error) => complaints.push(`threw ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() !== 'error' || /^WebSocket connection to |net::ERR_CONNECTION_REFUSED/.test(text)) return;
    complaints.push(`logged ${text}`);
  });
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong with a page as it is, that is serious or critical: `rule: element`. */
export async function seriousFindings(page: Page): Promise<string[]> {
  // by the debugger: the page's policy lets no script of ours in
  await page.evaluate(axeSource);
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResult> } };
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
  });
}

interface AxeResult {
  readonly violations: readonly { id: string; impact: string; nodes: readonly { html: string }[] }[];
}
