import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { Acts } from '../../../collector/access/acts.ts';
import { AuditTrail } from '../../../collector/audit/audit-trail.ts';
import { startCollector } from '../../../collector/main/collector.ts';
import { configOf } from '../../support/collector.ts';
import { startFakeInspector } from '../../support/fake-inspector.ts';
import { folder } from '../../support/folder.ts';
import { LogLines } from '../../support/log-lines.ts';

const HEADERS = ['x-forwarded-for', 'x-forwarded-proto', 'forwarded', 'via', 'x-real-ip'];
const NOBODY = 65_534;

/** Asks as another user, by a program of its own; gives status and body. */
async function askAs(uid: number, url: string): Promise<{ status: number; body: string }> {
  const script = `fetch(${JSON.stringify(url)}).then(async (r) => console.log(JSON.stringify({ status: r.status, body: await r.text() })))`;
  const child = spawn(process.execPath, ['-e', script], { uid, cwd: '/', stdio: ['ignore', 'pipe', 'inherit'] });
  return JSON.parse(await text(child.stdout)) as { status: number; body: string };
}

describe('a collector without tokens', () => {
  it('serves the user that it runs as, not the neighbours, who learn only whether it lives', async (context) => {
    if (process.getuid?.() !== 0) return context.skip('only root can be somebody else');
    await using dir = await folder();
    const logs = new LogLines();
    const config = { ...configOf([]), snapshots: { dir: dir.path, keep: 1 } };
    await using collector = await startCollector(config, { logger: logs.logger });
    const url = (path: string) => new URL(path, collector.url.replace(/^ws/, 'http')).href;
    for (const path of ['/v1/targets', '/v1/snapshots/api-1.heapsnapshot', '/metrics']) {
      const { status, body } = await askAs(NOBODY, url(path));
      assert.equal(status, 403, path);
      assert.match(body, /without auth\.tokens only uid 0 and root may ask, this is uid 65534/);
    }
    assert.equal((await askAs(NOBODY, url('/healthz'))).status, 200);
    assert.equal((await askAs(0, url('/v1/targets'))).status, 200);
    const own = await askAs(0, url('/v1/snapshots/api-1.heapsnapshot'));
    assert.equal(own.status, 403);
    assert.match(own.body, /a snapshot is sent to nobody without a token: set auth\.tokens/);
    const line = await logs.next('request refused');
    assert.deepEqual([line.code, line.path, line.address], ['forbidden', '/v1/targets', '127.0.0.1']);
  });

  it('serves nobody through a proxy', async () => {
    const { logger } = new LogLines();
    await using collector = await startCollector(configOf([]), { logger });
    const url = new URL('/v1/targets', collector.url.replace(/^ws/, 'http')).href;
    assert.equal((await fetch(url)).status, 200);
    for (const name of HEADERS) assert.equal((await fetch(url, { headers: { [name]: '10.0.0.1' } })).status, 403, name);
  });
});

describe('acts', () => {
  it('are logged with the name of who did them', async () => {
    await using fake = await startFakeInspector();
    const logs = new LogLines();
    const tokens = [{ name: 'ops', role: 'operator', source: { env: 'OPS' } }] as const;
    const config = {
      ...configOf([{ name: 'api', inspect: `${fake.port}` }]),
      auth: { tokens: [...tokens], origins: [] },
    };
    const env = { OPS: 'correct-horse-battery' };
    await using collector = await startCollector(config, { logger: logs.logger, env });
    const url = new URL('/v1/mark', collector.url.replace(/^ws/, 'http')).href;
    const headers = { Authorization: `Bearer ${env.OPS}`, 'Content-Type': 'application/json' };
    const post = (body: object) => fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    assert.equal((await post({ label: 'deploy' })).status, 200);
    const done = await logs.next('request done');
    assert.deepEqual([done.by, done.method, done.params], ['ops', 'mark', { label: 'deploy' }]);
    assert.equal((await post({ label: 'deploy', targets: ['none'] })).status, 404);
    const failed = await logs.next('request failed');
    assert.deepEqual([failed.by, failed.reason], ['ops', 'Cannot mark "deploy": no target matches none']);
    assert.ok(!logs.text().includes(env.OPS));
  });

  it('that are refused in a flood are counted, not written', () => {
    let nowMs = 0;
    const logs = new LogLines();
    const acts = new Acts(logs.logger, AuditTrail.inMemory({ logger: logs.logger, now: () => 0 }), () => nowMs);
    const refuse = () => acts.refused({ code: 'unauthorized', reason: 'no', address: '10.0.0.1', path: '/v1/targets' });
    for (let i = 0; i < 1_000; i++) refuse();
    const written = () =>
      logs
        .text()
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { msg: string; count?: number });
    assert.equal(written().length, 30);
    nowMs = 60_000;
    refuse();
    assert.deepEqual(
      written()
        .slice(30)
        .map(({ msg, count }) => [msg, count]),
      [
        ['more requests refused', 970],
        ['request refused', undefined],
      ],
    );
  });
});
