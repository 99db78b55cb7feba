/** `heapwatch report`: a file as Markdown, JSON and a page; a process from outside and by its inspector; what is looked at in Chromium. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { Report } from '../../../protocol/finding.ts';
import { launchBrowser, noBrowser } from '../../support/browser.ts';
import { runCli } from '../../support/cli.ts';
import { seriousFindings } from '../../support/dashboard.ts';
import { type Folder, folder } from '../../support/folder.ts';
import { projectRoot } from '../../support/project.ts';
import { startTarget } from '../../support/target.ts';

const run = promisify(execFile);

describe('heapwatch report', () => {
  let dir: Folder;
  let file: string;
  let earlier: string;

  before(async () => {
    dir = await folder();
    file = dir.join('now.heapsnapshot');
    earlier = dir.join('before.heapsnapshot');
    const program = join(projectRoot, 'test/fixtures/defects.mjs');
    await run(process.execPath, ['--expose-gc', program, 'sessions', file]);
    await run(process.execPath, ['--expose-gc', program, 'idle', earlier]);
  });
  after(() => dir?.[Symbol.asyncDispose]());

  const reported = async (...args: string[]) => {
    const { code, stdout, stderr } = await runCli(['report', ...args]);
    assert.equal(code, 0, stderr);
    return stdout;
  };

  it('prints Markdown, worst first, with what holds it and the next step', async () => {
    const text = await reported(file);
    assert.match(text, /^# Heap report\n/);
    assert.match(
      text,
      /## 1\. high: One Map of 40,000 entries holds .*\n\n.*\n\n- path: `global\.planted`\n- held by: `1 Map` ← `global`\n/,
    );
    assert.match(text, /40,000 Session hold/);
    assert.ok(!text.includes('token 1 '), 'no contents of strings');
  });

  it('says what grew over a baseline, in the order of the command line', async () => {
    await utimes(earlier, new Date(), new Date(Date.now() + 60_000));
    const report = JSON.parse(await reported(file, '--baseline', earlier, '--json')) as Report;
    const grown = report.findings.find(({ finding }) => finding === 'growing kind');
    assert.match(grown?.title ?? '', /grew from \d+ to [\d,]+ objects/);
    assert.deepEqual(
      report.baselines.map(({ target }) => target),
      [earlier],
    );
  });

  it('writes the same bytes twice, readable by its owner alone, and no file that is there', async () => {
    const [one, two] = [dir.join('one.html'), dir.join('two.html')];
    await reported(file, '-o', one);
    await reported(file, '-o', two);
    assert.deepEqual(await readFile(one), await readFile(two));
    assert.equal((await stat(one)).mode & 0o777, 0o600);
    const again = await runCli(['report', file, '-o', one]);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /it exists already/);
  });

  it('refuses a name that says no format, and a collector', async () => {
    assert.equal((await runCli(['report', file, '-o', 'report.pdf'])).code, 2);
    const { code, stderr } = await runCli(['report', 'ws://127.0.0.1:7331/v1/stream#api']);
    assert.equal(code, 2);
    assert.match(stderr, /a collector stores no graph/);
  });

  it('reads a process from outside, or by its inspector where that is asked for', async () => {
    await using target = await startTarget('defects', { execArgv: ['--expose-gc'], args: ['empties'] });
    await target.line(/ready/);
    for (const probe of ['walk', 'snapshot']) {
      const report = JSON.parse(await reported(`${target.port}`, '--probe', probe, '--yes', '--json')) as Report;
      assert.equal(report.probe, probe);
      assert.equal(report.findings[0]?.finding, 'empty collections');
    }
  });

  describe('its page', { skip: noBrowser }, () => {
    let page: string;
    before(async () => {
      page = dir.join('page.html');
      await reported(file, '--baseline', earlier, '-o', page);
    });

    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [1100, 390]) {
        it(`has nothing serious for axe, and nothing over the edge: ${colorScheme}, ${width} px`, async () => {
          const browser = await launchBrowser();
          try {
            const context = await browser.newContext({ colorScheme, viewport: { width, height: 800 } });
            const tab = await context.newPage();
            const requests: string[] = [];
            tab.on('request', (request) => requests.push(request.url()));
            await tab.goto(`file://${page}`);
            assert.deepEqual(requests, [`file://${page}`], 'no external assets');
            const [inner, outer] = await tab.evaluate<number[]>('[document.documentElement.scrollWidth, innerWidth]');
            assert.ok(inner! <= outer!, `${inner} px wide in ${outer}`);
            assert.ok((await tab.locator('svg.map rect').count()) > 10);
            assert.ok((await tab.locator('svg.series').count()) > 0);
            assert.deepEqual(await seriousFindings(tab), []);
          } finally {
            await browser.close();
          }
        });
      }
    }
  });
});
