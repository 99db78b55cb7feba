/** A real browser: Debian's chromium, without a window. */
import { accessSync, constants, statSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Why tests in a browser cannot run here, or false: they are left out where there is none (scripts/needs.sh installs it). */
export const noBrowser: string | false = PATHS.some(isProgram)
  ? false
  : 'there is no chromium: apt-get install chromium';

/** @throws Error where there is none */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = PATHS.find(isProgram);
  if (executablePath === undefined) throw new Error(`Cannot start chromium: it is in none of ${PATHS.join(', ')}`);
  return await chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // it is not there, or not to be run
  }
}
