/** The page of operations in a real browser: what runs, how far it is, its end by a button, and why there is none. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { RequestError } from '../../protocol/requests.ts';
import { launchBrowser, noBrowser } from '../support/browser.ts';
import { startTestCollector } from '../support/collector.ts';
import { seriousFindings } from '../support/dashboard.ts';
import { startTarget } from '../support/target.ts';

it('operations are shown with who asked and how far they are, and cancelled where that is possible', {
  skip: noBrowser,
}, async () => {
  await using target = await startTarget('puppet');
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  await using collector = await startTestCollector([{ name: 'api', inspect: `127.0.0.1:${target.port}` }], {
    walkObstacle: async () => null,
    walk: (_, { signal }) =>
      new Promise((_resolve, reject) => signal!.addEventListener('abort', () => reject(signal!.reason))),
    snapshot: async (_, { onProgress }) => {
      onProgress?.({ phase: 'walking', doneNodes: 5, totalNodes: 10 });
      await ended;
      throw new RequestError('probe-failed', 'Cannot go on: it is a test');
    },
  });
  const { client, url } = collector;
  await client.next('target', ({ state }) => state === 'attached');
  const ask = (id: string, probe: string) =>
    client.send({ type: 'request', id, method: 'probe', params: { target: 'api', probe, yes: true } });
  await using browser = await launchBrowser();
  const page = await browser.newPage();
  await page.goto(`${new URL(url.replace(/^ws/, 'http')).origin}/#/operations`);
  await page.getByText('Nothing runs').waitFor();

  ask('walk', 'walk');
  await page.getByText('running: walking').waitFor();
  await page.getByText('by local').waitFor();
  assert.deepEqual(await seriousFindings(page), []);
  await page.getByRole('button', { name: 'Cancel probe walk of api main' }).click();
  await page.getByRole('region', { name: 'Ended' }).getByText('local has cancelled it').waitFor();

  ask('snapshot', 'snapshot');
  await page.getByText('V8 cannot stop a snapshot that it has begun').waitFor();
  assert.equal(await page.getByRole('progressbar').getAttribute('value'), '5');
  await page.getByText('50 % of 10 objects').waitFor();
  assert.equal(await page.getByRole('button', { name: /^Cancel/ }).count(), 0);
  end();
  await page.getByRole('region', { name: 'Ended' }).getByText('failed').waitFor();
});
