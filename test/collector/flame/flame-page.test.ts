/** The page of a flame graph, in a real browser: zoom, search, a hostile name, and a hundred thousand frames. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Frame } from '../../../agent/profile/frames.ts';
import { flameLayout } from '../../../collector/flame/flame-layout.ts';
import { flamePage } from '../../../collector/flame/flame-page.ts';
import { launchBrowser, noBrowser } from '../../support/browser.ts';
import { folder } from '../../support/folder.ts';

const HOSTILE = '</script><script>document.title = "taken"</script> (/srv/<b>.js:1)';

function frame(name: string, selfBytes: number, ...children: Frame[]): Frame {
  return { name, selfBytes, children };
}

test('columns: callers before callees, each beside the one before it', () => {
  const layout = flameLayout(frame('all', 0, frame('handle', 100, frame('deep', 300)), frame('deep', 500)));
  assert.deepEqual(layout, {
    names: ['all', 'handle', 'deep'],
    name: [0, 1, 2, 2],
    depth: [0, 1, 2, 1],
    start: [0, 0, 0, 400],
    total: [900, 400, 300, 500],
    self: [0, 100, 300, 500],
  });
});

test('nothing in a name ends the data, and nothing is loaded', () => {
  const page = flamePage(frame('all', 0, frame(HOSTILE, 10)), 'api <b>');
  assert.equal(page.match(/<script/g)?.length, 2);
  assert.ok(!/(?:src|href)=/.test(page));
  assert.match(page, /default-src 'none'/);
  assert.match(page, /<title>api &lt;b&gt;<\/title>/);
});

test('a browser zooms and searches, with 50,000 frames too', { skip: noBrowser }, async () => {
  await using dir = await folder();
  const many = Array.from({ length: 500 }, (_, i) =>
    frame(
      `f${i} (/srv/app.js:${i})`,
      1,
      ...Array.from({ length: 100 }, (_, k) => frame(`g${k} (/srv/b.js:${k})`, 1_000 + k)),
    ),
  );
  const path = dir.join('flame.html');
  await writeFile(path, flamePage(frame('all', 0, frame(HOSTILE, 1, frame('inner', 60_000_000)), ...many), 'api'));
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1_000, height: 600 } });
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    await page.goto(pathToFileURL(path).href);
    assert.equal(await page.title(), 'api');
    const said = page.locator('#said');
    await page.locator('#flame').click({ position: { x: 20, y: 18 + 9 } });
    assert.match(String(await said.textContent()), /^<\/script>.*: 57\.2 MB \(/);
    await page.locator('#flame').click({ position: { x: 940, y: 2 * 18 + 9 } });
    assert.match(String(await said.textContent()), /^inner: 57\.2 MB/, 'the frame is as wide as the page now');
    await page.keyboard.press('Escape');
    assert.match(String(await said.textContent()), /^all: /);
    await page.fill('#search', 'INNER');
    assert.equal(await page.locator('#found').textContent(), '57.2 MB in what is found');
    assert.deepEqual(faults, []);
  } finally {
    await browser.close();
  }
});
