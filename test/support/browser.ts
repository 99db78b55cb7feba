/** A real browser: Debian's chromium, without a window. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Why tests in a browser cannot run here, or false: they are passed over where nobody promised one. CI promises one. */
export const noBrowser: string | false =
  process.env.CI || PATHS.some((path) => existsSync(path)) ? false : 'there is no chromium: apt-get install chromium';

/** @throws Error where there is none */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = PATHS.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error(`Cannot start chromium: it is in none of ${PATHS.join(', ')}`);
  return await chromium.launch({ executablePath, args: ['--no-sandbox'] });
}
