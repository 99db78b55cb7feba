/** One heap, told four times: by a page, by the API, by `heapwatch heap --json` and by its table. All say the same. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Partition } from '../../protocol/partition.ts';
import { partitionTable } from '../../protocol/table.ts';
import { TestApi } from '../support/api.ts';
import { noBrowser } from '../support/browser.ts';
import { runCli } from '../support/cli.ts';
import { startDashboard } from '../support/dashboard.ts';

describe('numbers', { skip: noBrowser }, async () => {
  if (noBrowser) return;
  const dashboard = await startDashboard();
  after(() => dashboard[Symbol.asyncDispose]());

  it("are on the page as in the API, and in the API as in the command's output", async () => {
    const api = await TestApi.of(dashboard.url.replace('http', 'ws'));
    const page = await dashboard.open(`#/targets/map?source=${encodeURIComponent('snapshot:kind')}`);
    await page.getByRole('heading', { name: 'map', level: 1 }).waitFor();
    // whatever its price is on a busy machine
    const asked = { target: 'map', probe: 'snapshot', by: 'kind', yes: true };
    const { body: done } = await api.post('/v1/probe', asked);
    const [id] = (done as { partitions: [string] }).partitions;
    const { body } = await api.get(`/v1/partitions/${id}`);
    const { partition } = body as { partition: Partition };

    const [name] = (await readdir(dashboard.snapshots)).filter((name) => name.startsWith('map.'));
    const { code, stdout } = await runCli(['heap', join(dashboard.snapshots, name!), '--json', '--rows', '100']);
    assert.equal(code, 0);
    const printed = JSON.parse(stdout) as Partition;
    const { count, sizeBytes, header, rows, other } = partition;
    assert.deepEqual(
      { count, sizeBytes, header, rows, other },
      {
        count: printed.count,
        sizeBytes: printed.sizeBytes,
        header: printed.header,
        rows: printed.rows,
        other: printed.other,
      },
    );

    const table = page.locator('pre').filter({ hasText: 'Partition of a set of' });
    await table.filter({ hasText: ` ${count} objects` }).waitFor();
    const shown = (await table.textContent())!;
    assert.equal(shown, partitionTable(partition));
    assert.match(shown, new RegExp(`^Partition of a set of ${count} objects\\. Total size = ${sizeBytes} bytes\\.`));
  });
});
